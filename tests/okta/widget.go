package okta

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// ErrNoWidget says that the Sign-In Widget is not installed.
var ErrNoWidget = errors.New("the Okta Sign-In Widget is not installed: run `make widget`")

// ErrNoGen3 says that this version of the widget is older than its third generation, or was published without it.
var ErrNoGen3 = errors.New("this version of the Sign-In Widget has no third generation")

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

// has says why the widget can't draw an engine's page, nil if it can.
func (w widget) has(e Engine) error {
	if e != Gen3 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(w.dist, "js", "okta-sign-in.next.js")); err != nil {
		return fmt.Errorf("%s: %w", w.version, ErrNoGen3)
	}
	return nil
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
