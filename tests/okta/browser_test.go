package okta

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"
)

// tab is a browser tab on the org's page, driven by its DOM alone.
type tab struct {
	*testing.T
	org   *Org
	page  *rod.Page
	shots string // directory for screenshots, from STSX_SHOTS
	name  string
	posts <-chan url.Values

	mu    sync.Mutex
	hosts map[string]bool // of every request made
	gone  []string        // what the org did not have
}

// selectors are the marks of an engine's page. The README has them in words.
type selectors struct {
	username, password, submit, code, totp string
	dropdown                               string // opens the list of factors, where there is no page for it
	pick                                   map[Factor]string
	pageError                              string
	fieldError                             map[Factor]string
	cancel                                 string
}

var marks = map[Engine]selectors{
	Gen2: {
		username: `input[name="identifier"]`, password: `input[name="credentials.passcode"][type=password]`,
		submit: `input[type=submit][data-type=save]`, code: `input[name="credentials.passcode"][type=text]`,
		totp: `input[name="credentials.totp"]`,
		pick: map[Factor]string{GoogleTOTP: `[data-se=google_otp] a.select-factor`,
			OktaVerifyTOTP: `[data-se=okta_verify-totp] a.select-factor`},
		pageError: `.infobox-error`, fieldError: map[Factor]string{GoogleTOTP: `.o-form-input-error`,
			OktaVerifyTOTP: `.o-form-input-error`},
		cancel: `a[data-se=cancel]`,
	},
	Gen3: {
		username: `input[name="identifier"]`, password: `input[name="credentials.passcode"][type=password]`,
		submit: `button[type=submit][data-se=save]`, code: `input[name="credentials.passcode"][type=text]`,
		totp: `input[name="credentials.totp"]`,
		pick: map[Factor]string{GoogleTOTP: `button[data-se=authenticator-button]:has([data-se=google_otp])`,
			OktaVerifyTOTP: `button[data-se=authenticator-button]:has([data-se=okta_verify-totp])`},
		pageError: `[role=alert]`, fieldError: map[Factor]string{GoogleTOTP: `[id$="-error"]`, OktaVerifyTOTP: `[id$="-error"]`},
		cancel: `[data-se=cancel]`,
	},
	Classic: {
		username: `#okta-signin-username`, password: `input[name=password]`, submit: `input[type=submit][data-type=save]`,
		code:     `#okta-sign-in:has(.mfa-google-auth) .mfa-verify-totp input[name=answer]`,
		totp:     `#okta-sign-in:has(.mfa-okta-verify) .mfa-verify-totp input[name=answer]`,
		dropdown: `a[aria-controls=okta-dropdown-options]`,
		pick: map[Factor]string{GoogleTOTP: `#okta-dropdown-options li:has(.mfa-google-auth-30) a`,
			OktaVerifyTOTP: `#okta-dropdown-options li:has(.mfa-okta-verify-30) a`},
		pageError: `.infobox-error`, fieldError: map[Factor]string{GoogleTOTP: `.infobox-error`, OktaVerifyTOTP: `.infobox-error`},
		cancel: `a[data-se=signout-link]`,
	},
}

// browser starts one Chromium for a test, or skips (fails when STSX_REQUIRE=all).
func browser(t *testing.T) *rod.Browser {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		needed(t, err)
	}
	l := launcher.New().Bin(bin).Leakless(false).HeadlessNew(true).NoSandbox(true).
		Set("disable-background-networking").Set("disable-component-update").Set("no-first-run").Set("disable-sync").
		UserDataDir(t.TempDir())
	control, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(control)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// needed skips a test for want of something, which CI must have.
func needed(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("STSX_REQUIRE") == "all" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// open shows the org's app in a fresh context.
func open(t *testing.T, b *rod.Browser, o *Org, name string) *tab {
	t.Helper()
	incognito, err := b.Incognito()
	if err != nil {
		t.Fatal(err)
	}
	page, err := incognito.Page(proto.TargetCreateTarget{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	w := &tab{T: t, org: o, page: page.Context(ctx), shots: os.Getenv("STSX_SHOTS"), name: name, hosts: map[string]bool{}}
	go w.page.EachEvent(func(e *proto.NetworkRequestWillBeSent) {
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" {
			w.mu.Lock()
			w.hosts[u.Host] = true
			w.mu.Unlock()
		}
	}, func(e *proto.NetworkResponseReceived) {
		if e.Response.Status == http.StatusNotFound || e.Response.Status == http.StatusMethodNotAllowed {
			w.mu.Lock()
			w.gone = append(w.gone, e.Response.URL)
			w.mu.Unlock()
		}
	})()
	t.Cleanup(func() { _ = incognito.Close(); cancel() })
	go w.page.EachEvent(func(e *proto.RuntimeConsoleAPICalled) {
		for _, a := range e.Args {
			t.Logf("console: %s %s", a.Value.JSON("", ""), a.Description)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		t.Logf("exception: %s", e.ExceptionDetails.Exception.Description)
	})()
	w.check(w.page.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: 900, Height: 1100, DeviceScaleFactor: 1}))
	w.check(w.page.Navigate(o.EmbedURL()))
	return w
}

func (w *tab) check(err error) {
	w.Helper()
	if err != nil {
		w.shoot("failed")
		w.Fatal(err)
	}
}

// await waits until an element is there and visible, and Classic has done
// sliding: for 0.3 s it shows the old form and the new one.
func (w *tab) await(selector string) *rod.Element {
	w.Helper()
	el, err := w.page.ElementByJS(rod.Eval(`s => document.querySelectorAll('#okta-sign-in form').length > 1 ? null
		: [...document.querySelectorAll(s)].find(e => e.checkVisibility() && !e.disabled) ?? null`, selector))
	if err != nil {
		w.shoot("failed")
		w.Fatalf("awaiting %s: %v", selector, err)
	}
	return el
}

// says waits until a visible element says something.
func (w *tab) says(selector, want string) {
	w.Helper()
	err := w.page.Wait(rod.Eval(`(s, want) => [...document.querySelectorAll(s)].some(e => e.checkVisibility() && e.innerText.includes(want))`, selector, want))
	if err != nil {
		w.shoot("failed")
		w.Fatalf("awaiting %q in %s: %v", want, selector, err)
	}
}

// fill replaces what a field holds. It types, because the widgets listen for input.
func (w *tab) fill(selector, value string) {
	w.Helper()
	el := w.await(selector)
	w.check(el.SelectAllText())
	w.check(el.Input(value))
}

// click is the DOM's: a mouse click can miss a button that an error box moves.
func (w *tab) click(selector string) {
	w.Helper()
	_, err := w.await(selector).Eval(`() => this.click()`)
	w.check(err)
}

// shoot saves a picture and the DOM for a person to look at, if asked to.
func (w *tab) shoot(step string) {
	if w.shots == "" {
		return
	}
	base := filepath.Join(w.shots, w.name+"-"+step)
	if step == "failed" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		w = &tab{T: w.T, page: w.page.Context(ctx)}
	}
	_ = w.page.Wait(rod.Eval(`() => document.getAnimations().filter(a => a.effect.getComputedTiming().iterations !== Infinity).length === 0 && !(window.jQuery && jQuery(':animated').length)`))
	if raw, err := w.page.Screenshot(true, nil); err == nil {
		_ = os.WriteFile(base+".png", raw, 0o600)
	}
	if html, err := w.page.Eval(`() => (document.querySelector('#okta-sign-in') || document.body).outerHTML`); err == nil {
		_ = os.WriteFile(base+".html", []byte(html.Value.Str()), 0o600)
	}
}

// relyingParty receives what the page posts.
func relyingParty(t *testing.T) (acs string, posts <-chan url.Values) {
	t.Helper()
	got := make(chan url.Values, 4)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/saml" || r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		_ = r.ParseForm()
		got <- r.PostForm
		fmt.Fprint(w, `<link rel="icon" href="data:,">signed in`)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/saml", got
}

// local says that no request left this machine's loopback.
func (w *tab) local() {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for host := range w.hosts {
		if !strings.HasPrefix(host, "127.0.0.1:") {
			w.Errorf("the page asked %s", host)
		}
	}
	for _, u := range w.gone {
		w.Errorf("the org has no %s", u)
	}
}
