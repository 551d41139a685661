package okta

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestSession(t *testing.T) {
	for _, engine := range []Engine{Gen2, Classic} {
		t.Run(engine.String(), func(t *testing.T) {
			now := newClock()
			o, c := simulate(t, Config{Engine: engine, Clock: now.Now, Users: []User{jane(noMFA)}})
			if engine == Classic {
				_, r := c.authn(testPassword)
				c.redeem(r)
			} else {
				_, r := c.identify(c.introspect(), testPassword)
				c.get(r.Success.Href)
			}
			base, err := url.Parse(o.URL())
			if err != nil {
				t.Fatal(err)
			}
			names := map[string]bool{}
			for _, cookie := range c.http.Jar.Cookies(base) {
				names[cookie.Name] = true
			}
			if !names["sid"] || !names["DT"] || names["idx"] != (engine != Classic) {
				t.Errorf("cookies %v", names)
			}
			for _, path := range []string{embedPath, ssoPath} {
				_, page := c.get(o.URL() + path)
				response(t, page)
			}
			if got := o.Count(PasswordTried, ""); got != 1 {
				t.Errorf("%d passwords for three assertions", got)
			}
			now.add(2 * time.Hour)
			if _, page := c.get(o.EmbedURL()); strings.Contains(page, "SAMLResponse") {
				t.Error("an old session is good still")
			}
		})
	}
}

func TestEndSessions(t *testing.T) {
	o, c := simulate(t, Config{})
	c.signIn()
	o.EndSessions()
	if _, page := c.get(o.EmbedURL()); strings.Contains(page, "SAMLResponse") {
		t.Error("the session is good still")
	}
}

func TestCookiesAreHidden(t *testing.T) {
	o, c := simulate(t, Config{Users: []User{jane(noMFA)}})
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, r := c.identify(c.introspect(), testPassword)
	resp, _ := c.get(r.Success.Href)
	if resp.StatusCode != http.StatusFound || len(resp.Cookies()) != 2 {
		t.Fatalf("%d with %v", resp.StatusCode, resp.Cookies())
	}
	for _, cookie := range resp.Cookies() {
		if !cookie.HttpOnly {
			t.Errorf("%s is open to scripts", cookie.Name)
		}
	}
	if got := resp.Header.Get("Location"); got != embedPath && got != o.EmbedURL() {
		t.Errorf("back to %s", got)
	}
}

func TestUnassignedWithSession(t *testing.T) {
	o, c := simulate(t, Config{})
	c.signIn()
	if err := o.Update(testUser, func(u *User) { u.Unassigned = true }); err != nil {
		t.Fatal(err)
	}
	if resp, page := c.get(o.EmbedURL()); resp.StatusCode != http.StatusForbidden || !strings.Contains(page, "not assigned") {
		t.Errorf("got %d", resp.StatusCode)
	}
}

func TestTermsPage(t *testing.T) {
	o, c := simulate(t, Config{Detour: TermsPage, Users: []User{jane(noMFA)}})
	_, r := c.identify(c.introspect(), testPassword)
	if _, page := c.get(r.Success.Href); !strings.Contains(page, "accept-terms") {
		t.Fatalf("no terms in %s", page)
	}
	resp, err := c.http.Post(o.URL()+"/terms", "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	_, page := c.get(o.EmbedURL())
	response(t, page)
}

func TestRedirectElsewhere(t *testing.T) {
	other, _ := simulate(t, Config{})
	_, c := simulate(t, Config{RedirectTo: other.EmbedURL()})
	if resp, _ := c.get(c.org.EmbedURL()); "http://"+resp.Request.URL.Host != other.URL() {
		t.Errorf("at %s", resp.Request.URL)
	}
}

// TestSourceIsEscaped keeps the trap in: a regular expression over the page's
// source must not find the address or the assertion.
func TestSourceIsEscaped(t *testing.T) {
	_, c := simulate(t, Config{RelayState: `"><script>`})
	page := c.signIn()
	if strings.Contains(page, "https://signin") || strings.Contains(page, `"><script>`) ||
		!strings.Contains(page, "https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml") {
		t.Errorf("page %.600s", page)
	}
}

func TestReset(t *testing.T) {
	o, c := simulate(t, Config{})
	c.signIn()
	if err := o.Update(testUser, func(u *User) { u.Password = "other" }); err != nil {
		t.Fatal(err)
	}
	o.Reset()
	if len(o.Log()) != 0 {
		t.Error("the log was kept")
	}
	c.signIn() // with the first password, and with a code that was spent
}

func TestLatency(t *testing.T) {
	_, c := simulate(t, Config{Latency: 50 * time.Millisecond})
	begun := time.Now()
	c.introspect()
	if took := time.Since(begun); took < 50*time.Millisecond {
		t.Errorf("answered in %s", took)
	}
}

func TestNoWidget(t *testing.T) {
	if _, err := Start(Config{Widget: t.TempDir()}); !errors.Is(err, ErrNoWidget) || !strings.Contains(err.Error(), "make widget") {
		t.Errorf("got %v", err)
	}
}

// TestOldWidget: an org does not start with a page that its widget would not draw.
func TestOldWidget(t *testing.T) {
	dist := filepath.Join(t.TempDir(), "dist")
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dist, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("../package.json", `{"version": "5.0.0"}`)
	write("js/okta-sign-in.min.js", "identify")
	wants := map[string]Config{
		"Gen3":              {Engine: Gen3},
		"keep me signed in": {Memory: Memory{AskToStay: true}},
	}
	for what, cfg := range wants {
		cfg.Widget = dist
		if _, err := Start(cfg); !errors.Is(err, ErrNotThere) || !strings.HasPrefix(err.Error(), "5.0.0: ") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	write("js/okta-sign-in.next.js", "identify")
	write("js/okta-sign-in.min.js", "identify, keep-me-signed-in")
	for what, cfg := range wants {
		cfg.Widget = dist
		o, err := Start(cfg)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		_ = o.Close()
	}
}

// TestAtOnce is for the race detector: many sign-ins, and a test that watches.
func TestAtOnce(t *testing.T) {
	o, _ := simulate(t, Config{Users: []User{jane(noMFA)}})
	var all sync.WaitGroup
	for range 8 {
		c := newClient(t, o)
		all.Go(func() {
			_, r := c.identify(c.introspect(), testPassword)
			c.get(r.Success.Href)
			o.Count(Asserted, testUser)
			_ = o.Update(testUser, func(u *User) { u.Roles = append(u.Roles, testRole) })
		})
	}
	all.Wait()
	if got := o.Count(Asserted, testUser); got != 8 {
		t.Errorf("%d assertions", got)
	}
}
