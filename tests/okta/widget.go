package okta

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// ErrNoWidget says that the Sign-In Widget is not installed.
var ErrNoWidget = errors.New("the Okta Sign-In Widget is not installed: run `make widget`")

// ErrNotThere says that this version of the widget is older than what is asked of it, or was published without it.
var ErrNotThere = errors.New("not in this version of the Sign-In Widget")

// widget is the installed Sign-In Widget.
type widget struct {
	dist    string // holds js, css, font, img and labels
	version string
}

// findWidget looks in dist, else where STSX_WIDGET says (`make widget-matrix` sets it), else beside this package's
// source.
func findWidget(dist string) (widget, error) {
	if dist == "" {
		dist = os.Getenv("STSX_WIDGET")
	}
	if dist == "" {
		_, source, _, ok := runtime.Caller(0)
		if !ok {
			return widget{}, ErrNoWidget
		}
		dist = filepath.Join(filepath.Dir(source), "node_modules", "@okta", "okta-signin-widget", "dist")
	}
	if _, err := os.Stat(filepath.Join(dist, "js", "okta-sign-in.min.js")); err != nil {
		return widget{}, fmt.Errorf("looking in %s: %w", dist, ErrNoWidget)
	}
	manifest, err := os.ReadFile(filepath.Join(dist, "..", "package.json"))
	if err != nil {
		return widget{}, fmt.Errorf("reading the widget's version: %w", err)
	}
	var pkg struct{ Version string }
	if err := json.Unmarshal(manifest, &pkg); err != nil {
		return widget{}, fmt.Errorf("reading the widget's version: %w", err)
	}
	return widget{dist: dist, version: pkg.Version}, nil
}

// Draws is nil if the widget has the pages of cfg; errors: ErrNoWidget, ErrNotThere.
func Draws(cfg Config) error {
	cfg = cfg.filled()
	w, err := findWidget(cfg.Widget)
	if err != nil {
		return err
	}
	return w.has(cfg)
}

// has says what c asks for that the widget can't draw: ErrNotThere. nil if it draws all of it.
func (w widget) has(c Config) error {
	bundle := filepath.Join(w.dist, strings.TrimPrefix(w.script(c.Engine), w.path()))
	if _, err := os.Stat(bundle); err != nil {
		return fmt.Errorf("%s: %w: %s", w.version, ErrNotThere, c.Engine)
	}
	for _, page := range c.pages() {
		source, err := os.ReadFile(bundle)
		if err != nil {
			return fmt.Errorf("looking for a page in the Sign-In Widget: %w", err)
		}
		if !bytes.Contains(source, []byte(page)) {
			return fmt.Errorf("%s: %w: the page %s", w.version, ErrNotThere, page)
		}
	}
	return nil
}

// pages are those that an org of c shows for certain and that not every version of the widget knows, by the names that
// its bundle has for them.
func (c Config) pages() []string {
	if c.Engine == Classic {
		return nil
	}
	pages := slices.Clone(c.Shows)
	if c.Memory.AskToStay {
		pages = append(pages, stayPage)
	}
	if c.Captcha {
		pages = append(pages, "scriptSource") // older ones load it from where no test does
	}
	if c.ProofOfWork != nil {
		pages = append(pages, "/altcha.js") // those before 7.40 load it from where no test does, and no org enforces it with them
	}
	for _, u := range c.Users {
		if slices.Contains(u.Others, SmartCard) {
			pages = append(pages, "smart_card")
		}
		if slices.Contains(u.Others, Duo) && c.Engine == Gen3 {
			pages = append(pages, "submit_callback") // where it is a stand-in, its frame is of the org
		}
	}
	for _, d := range c.detours() {
		if page := map[Detour]string{
			GranularConsent: "granular-consent", EnrollPromotion: "enroll-authenticator-promotion",
			DeviceGrace: "device-assurance-grace-period",
			CustomWarn:  "reenroll-custom-password-expiry-warning", CustomExpired: "reenroll-custom-password-expiry",
		}[d]; page != "" {
			pages = append(pages, page)
		}
		if d == DeviceDenied && c.Engine == Gen3 {
			pages = append(pages, "chrome.os_firewall") // it has texts of its own for what is to be changed
		}
	}
	return pages
}

// path is where the org serves the widget, as Okta's own CDN path has it.
func (w widget) path() string { return "/assets/js/sdk/okta-signin-widget/" + w.version }

// script is the bundle that draws an engine's page.
func (w widget) script(e Engine) string {
	if e == Gen3 {
		return w.path() + "/js/okta-sign-in.next.js"
	}
	return w.path() + "/js/okta-sign-in.min.js" // holds the second generation and Classic
}

// style is the sheet that goes with it.
func (w widget) style(e Engine) string {
	if e == Gen3 {
		return w.path() + "/css/okta-sign-in.next.css"
	}
	return w.path() + "/css/okta-sign-in.min.css"
}
