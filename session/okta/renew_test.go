package okta

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
)

// saml is a response about subject, as an identity provider encodes it.
func saml(subject string) string {
	return base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<a:Assertion><a:Subject><a:NameID>` + subject + `</a:NameID></a:Subject></a:Assertion></p:Response>`))
}

// entities escapes everything, as Okta does.
func entities(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "&#x%x;", r)
	}
	return b.String()
}

const aws = "https://signin.aws.amazon.com/saml"

func post(action, value string) string {
	return `<!DOCTYPE html><html><body><form id="appForm" action="` + entities(action) + `" method="POST">` +
		`<input name="SAMLResponse" type="hidden" value="` + entities(value) + `"/><input name="RelayState" type="hidden" value=""/></form></body></html>`
}

// place is an org's web server, and what was sent to it.
type place struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string // method, path and cookies
}

func newPlace(t *testing.T, answer func(p *place, w http.ResponseWriter, r *http.Request)) *place {
	p := &place{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.sent = append(p.sent, r.Method+" "+r.URL.Path+" "+r.Header.Get("Cookie"))
		p.mu.Unlock()
		answer(p, w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *place) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

func page(text string) func(*place, http.ResponseWriter, *http.Request) {
	return func(_ *place, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func (p *place) org() session.Org {
	return session.Org{Name: "acme", URL: p.URL + "/home/x?a=b", Username: "jane", Remember: true}
}

func (p *place) kept() session.Remembered {
	return session.Remembered{Org: "acme", URL: p.URL + "/home/x", Username: "jane", Subject: "jane", Agent: "Mozilla/5.0 (Test)", Cookies: []session.Cookie{
		{Name: "sid", Value: session.NewSecret("s1"), Domain: "127.0.0.1", Path: "/", Secure: true, HTTPOnly: true, SameSite: "None"},
		{Name: "DT", Value: session.NewSecret("d1"), Domain: ".127.0.0.1", Path: "/", Expires: time.Now().Add(time.Hour)},
		{Name: "old", Value: session.NewSecret("x"), Domain: "127.0.0.1", Path: "/", Expires: time.Now().Add(-time.Second)},
		{Name: "deep", Value: session.NewSecret("x"), Domain: "127.0.0.1", Path: "/hom"},
		{Name: "other", Value: session.NewSecret("x"), Domain: "evil.example", Path: "/"},
	}}
}

// plain is a driver without a browser.
func plain() *Driver {
	return &Driver{Consumer: func(address string) bool { return address == aws }, Ask: &typist{}}
}

func TestRenew(t *testing.T) {
	p := newPlace(t, func(p *place, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Mozilla/5.0 (Test)" {
			http.Error(w, "who is that?", http.StatusForbidden)
			return
		}
		switch r.URL.Path {
		case "/home/x":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s2", Path: "/", HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode})
			http.SetCookie(w, &http.Cookie{Name: "idx", Value: "i1", Path: "/", MaxAge: 60})
			http.SetCookie(w, &http.Cookie{Name: "all", Value: "x", Path: "/", Domain: "example.com"})
			http.Redirect(w, r, "/app/sso/saml?q", http.StatusFound)
		default:
			http.SetCookie(w, &http.Cookie{Name: "DT", Path: "/", MaxAge: -1})
			http.SetCookie(w, &http.Cookie{Name: "here", Value: "h"})
			fmt.Fprint(w, post(aws, saml("jane")))
		}
	})
	r := p.kept()
	a, err := plain().renew(context.Background(), p.org(), &r)
	if err != nil || a.Subject != "jane" || a.Encoded.Reveal() != saml("jane") {
		t.Fatalf("%v, %v", a, err)
	}
	if want := []string{"GET /home/x sid=s1; DT=d1", "GET /app/sso/saml DT=d1; sid=s2; idx=i1"}; !slices.Equal(p.log(), want) {
		t.Errorf("sent %q", p.log())
	}
	var left []string
	for _, c := range r.Cookies {
		left = append(left, c.Name+"="+c.Value.Reveal()+" "+c.Path+" "+c.SameSite)
	}
	if want := []string{"deep=x /hom ", "sid=s2 / None", "idx=i1 / ", "here=h /app/sso "}; !slices.Equal(left, want) {
		t.Errorf("left %q", left)
	}
}

// TestRenewTakesNothingElse: whatever else comes is for the browser.
func TestRenewTakesNothingElse(t *testing.T) {
	good := saml("jane")
	for name, text := range map[string]string{
		"nothing":               "",
		"a login page":          `<html><body><div id="okta-login-container"></div><form method=post><input name=username></form></body></html>`,
		"another action":        post("https://signin.aws.amazon.com.evil.example/saml", good),
		"a relative action":     post("/saml", good),
		"no action":             strings.Replace(post(aws, good), "action=", "x=", 1),
		"http":                  post("http://signin.aws.amazon.com/saml", good),
		"get":                   strings.Replace(post(aws, good), "POST", "GET", 1),
		"no method":             strings.Replace(post(aws, good), "method=", "x=", 1),
		"two responses":         strings.Replace(post(aws, good), "</form>", `<input name=SAMLResponse value=x></form>`, 1),
		"two forms":             post(aws, good) + post(aws, good),
		"two forms, one abroad": post("https://evil.example", good) + post(aws, good),
		"empty":                 post(aws, ""),
		"not base64":            post(aws, "***"),
		"not XML":               post(aws, "eHh4"),
		"in a script":           "<script>" + post(aws, good) + "</script>",
		"in a comment":          "<!-- " + post(aws, good) + " -->",
		"in a textarea":         "<textarea>" + post(aws, good) + "</textarea>",
		"in an attribute":       `<p title='` + post(aws, good) + `'>`,
		"in noscript":           "<noscript>" + post(aws, good) + "</noscript>",
		"in svg":                `<svg><form action="` + aws + `" method="POST"><input name="SAMLResponse" value="` + good + `"></form></svg><table>`,
		"outside of the form":   `<form action="` + aws + `" method="POST"></form><input name="SAMLResponse" value="` + good + `">`,
		"another's":             post(aws, saml("joe")),
		"nobody's":              post(aws, saml("")),
		"refused by the IdP":    post(aws, base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><p:Status><p:StatusCode Value="x:status:Responder"/></p:Status></p:Response>`))),
		"deep":                  strings.Repeat("<div>", 100_000) + post(aws, good),
		"null bytes":            "\x00\x00" + strings.ReplaceAll(post(aws, good), "SAML", "SA\x00ML"),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, page(text))
			r := p.kept()
			if name == "nobody's" {
				r.Subject = "" // which says nothing of who it was either
			}
			if a, err := plain().renew(context.Background(), p.org(), &r); err == nil || !a.Encoded.IsZero() {
				t.Errorf("taken: %v", a)
			} else if errors.Is(err, errStranger) != (name == "another's" || name == "nobody's") {
				t.Error(err)
			}
			if r.Cookies[0].Value.Reveal() != "s1" {
				t.Error("what the page says of cookies counts")
			}
		})
	}
}

func TestRenewStatuses(t *testing.T) {
	for _, status := range []int{201, 204, 300, 304, 400, 401, 403, 404, 429, 500, 503} {
		p := newPlace(t, func(_ *place, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			if status > 204 && status != 304 {
				fmt.Fprint(w, post(aws, saml("jane")))
			}
		})
		r := p.kept()
		if _, err := plain().renew(context.Background(), p.org(), &r); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestCookiesStayHome: no redirect takes them, or stsx, to another origin.
func TestCookiesStayHome(t *testing.T) {
	abroad := newPlace(t, page(post(aws, saml("jane"))))
	host := func(of string) string { return strings.TrimPrefix(of, "http://") }
	for name, to := range map[string]string{
		"another port": abroad.URL, "the same by another name": strings.Replace(abroad.URL, "127.0.0.1", "localhost", 1),
		"without scheme": "//" + host(abroad.URL), "https": "https://" + host(abroad.URL), "a user": "http://127.0.0.1@" + host(abroad.URL),
		"a port as user": "http://HOME@" + host(abroad.URL), "a file": "file:///etc/passwd", "script": "javascript:alert(1)", "backslashes": `\\` + host(abroad.URL), "bad": "http://[", "data": "data:text/html,x",
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, func(p *place, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/home/x" {
					return // a path of our own: no harm
				}
				w.Header().Set("Location", strings.Replace(to, "HOME", host(p.URL), 1))
				w.WriteHeader(http.StatusFound)
			})
			r := p.kept()
			if _, err := plain().renew(context.Background(), p.org(), &r); err == nil {
				t.Error("taken")
			} else if strings.Contains(err.Error(), "s1") || strings.Contains(err.Error(), "?") {
				t.Errorf("it quotes too much: %v", err)
			}
		})
	}
	if log := abroad.log(); len(log) != 0 {
		t.Errorf("sent abroad: %q", log)
	}
	// In circles, and with credentials of nobody's asking.
	p := newPlace(t, func(p *place, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("an Authorization header")
		}
		http.Redirect(w, r, strings.Replace(p.URL, "http://", "http://joe:pw@", 1)+"/again", http.StatusFound)
	})
	r := p.kept()
	if _, err := plain().renew(context.Background(), p.org(), &r); err == nil || len(p.log()) > maxHops {
		t.Errorf("%v, %d requests", err, len(p.log()))
	}
}

// TestNeverInTheClear: http is for this machine alone.
func TestNeverInTheClear(t *testing.T) {
	for _, address := range []string{"http://acme.okta.com/home", "http://10.0.0.1/", "ftp://127.0.0.1/", "/home", ""} {
		o := session.Org{Name: "acme", URL: address}
		r := session.Remembered{Org: "acme", URL: address, Subject: "jane", Cookies: []session.Cookie{{Name: "sid"}}}
		if _, err := plain().renew(context.Background(), o, &r); err == nil || !strings.Contains(err.Error(), "https") && !strings.Contains(err.Error(), "address") {
			t.Errorf("%s: %v", address, err)
		}
		if err := plain().End(context.Background(), r); err == nil {
			t.Errorf("%s: signed out", address)
		}
	}
}

// TestRenewIsBounded in bytes, headers and time.
func TestRenewIsBounded(t *testing.T) {
	huge := newPlace(t, func(_ *place, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, post(aws, saml("jane")))
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 2 * maxAnswer >> 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	r := huge.kept()
	if _, err := plain().renew(context.Background(), huge.org(), &r); err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Error(err)
	}
	header := newPlace(t, func(_ *place, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 2*maxHeader))
		fmt.Fprint(w, post(aws, saml("jane")))
	})
	r = header.kept()
	if _, err := plain().renew(context.Background(), header.org(), &r); err == nil {
		t.Error("a header of any size is taken")
	}
	quit := make(chan struct{})
	for name, answer := range map[string]func(*place, http.ResponseWriter, *http.Request){
		"silent": func(*place, http.ResponseWriter, *http.Request) { <-quit },
		"drips": func(_ *place, w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, " "); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				select {
				case <-quit:
					return
				case <-time.After(time.Millisecond):
				}
			}
		},
	} {
		p := newPlace(t, answer)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		r := p.kept()
		if _, err := plain().renew(ctx, p.org(), &r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	close(quit)
}

// TestTooManyCookies: a server can't make the jar grow without end.
func TestTooManyCookies(t *testing.T) {
	p := newPlace(t, func(_ *place, w http.ResponseWriter, _ *http.Request) {
		for i := range 3 * maxCookies {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: "x", Path: "/"})
		}
		fmt.Fprint(w, post(aws, saml("jane")))
	})
	r := p.kept()
	if _, err := plain().renew(context.Background(), p.org(), &r); err != nil || len(r.Cookies) != maxCookies {
		t.Errorf("%d cookies, %v", len(r.Cookies), err)
	}
}

func TestEnd(t *testing.T) {
	for name, c := range map[string]struct {
		api, page int
		requests  int
		ok        bool
	}{
		"closed": {204, 0, 1, true}, "none any more": {404, 302, 2, true}, "another cookie": {401, 200, 2, true}, "refused": {403, 403, 2, false}, "broken": {500, 503, 2, false},
	} {
		p := newPlace(t, func(_ *place, w http.ResponseWriter, r *http.Request) {
			status := map[string]int{"DELETE /api/v1/sessions/me": c.api, "GET /login/signout": c.page}[r.Method+" "+r.URL.Path]
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
		})
		err := plain().End(context.Background(), p.kept())
		if (err == nil) != c.ok || len(p.log()) != c.requests || !strings.HasSuffix(p.log()[0], " sid=s1; DT=d1") {
			t.Errorf("%s: %v, %q", name, err, p.log())
		}
		if err != nil && !strings.Contains(err.Error(), "signing out of acme") {
			t.Error(err)
		}
	}
}

func TestUnder(t *testing.T) {
	for _, c := range []struct {
		path, at string
		want     bool
	}{{"/", "", true}, {"/", "/x", true}, {"/home", "/home", true}, {"/home", "/home/x", true}, {"/home/", "/home/x", true}, {"/hom", "/home", false}, {"/home/x", "/home", false}, {"", "/x", true}} {
		if got := under(c.path, c.at); got != c.want {
			t.Errorf("%q for %q: %v", c.path, c.at, got)
		}
	}
}

// TestAllProxy: net/http would go past a proxy that only the browser knows.
func TestAllProxy(t *testing.T) {
	for environ, want := range map[string]bool{"": false, "ALL_PROXY": true, "all_proxy": true, "all_proxy HTTPS_PROXY": false, "https_proxy": false} {
		d := plain()
		d.Getenv = func(name string) string {
			if slices.Contains(strings.Fields(environ), name) {
				return "http://proxy.example"
			}
			return ""
		}
		if got := d.onlyAllProxy(); got != want {
			t.Errorf("%s: %v", environ, got)
		}
	}
}

// shelf is a jar in memory.
type shelf struct {
	kept session.Remembered
	err  error
	did  []string
}

func (s *shelf) Remembered(context.Context, session.Org) (session.Remembered, error) {
	return s.kept, s.err
}
func (s *shelf) Keep(_ context.Context, _ session.Org, r session.Remembered) error {
	s.kept = r
	s.did = append(s.did, "keep")
	return s.err
}
func (s *shelf) Discard(context.Context, session.Org) error {
	s.kept = session.Remembered{}
	s.did = append(s.did, "discard")
	return nil
}

// TestAssertRemembered: when a browser is started, with which cookies, and
// what is kept afterwards.
func TestAssertRemembered(t *testing.T) {
	login := page("a login page")
	for name, c := range map[string]struct {
		answer  func(*place, http.ResponseWriter, *http.Request)
		change  func(o *session.Org, s *shelf)
		scenes  []scene
		browser string // cookies it was given; "-": there was none
		did     string
		answers []string // what the person types
		status  error
	}{
		"open session":     {answer: page(post(aws, saml("jane"))), browser: "-", did: "keep"},
		"another case":     {answer: page(post(aws, saml("jane"))), browser: "-", did: "keep", change: func(o *session.Org, _ *shelf) { o.Username = "JANE" }},
		"username asked":   {answer: page(post(aws, saml("jane"))), browser: "-", did: "keep", answers: []string{"jane"}, change: func(o *session.Org, _ *shelf) { o.Username = "" }},
		"closed session":   {answer: login, scenes: []scene{logIn, done}, browser: "sid DT", did: "keep", answers: []string{"pw", "no"}},
		"only the browser": {answer: login, scenes: []scene{done}, browser: "sid DT", did: "keep"},
		"anew":             {answer: page(post(aws, saml("jane"))), scenes: []scene{logIn, done}, browser: "DT", did: "keep", answers: []string{"pw", "no"}, change: func(o *session.Org, _ *shelf) { o.Anew = true }},
		"another user":     {answer: page(post(aws, saml("jane"))), scenes: []scene{logIn, done}, browser: "", did: "discard keep", answers: []string{"pw", "no"}, change: func(o *session.Org, _ *shelf) { o.Username = "joe" }},
		"a stranger's":     {answer: page(post(aws, saml("joe"))), scenes: []scene{logIn, done}, browser: "", did: "discard keep", answers: []string{"pw", "no"}},
		"a stranger's, in the browser": {answer: login, scenes: []scene{done}, browser: "sid DT|", did: "discard keep", answers: []string{"pw", "no"},
			change: func(_ *session.Org, s *shelf) { s.kept.Subject = "joe" }},
		"turned off":    {answer: login, scenes: []scene{logIn, done}, browser: "", did: "discard", answers: []string{"pw", "no"}, change: func(o *session.Org, _ *shelf) { o.Remember = false }},
		"nothing kept":  {answer: login, scenes: []scene{logIn, done}, browser: "", did: "keep", answers: []string{"pw", "no"}, change: func(_ *session.Org, s *shelf) { s.kept = session.Remembered{} }},
		"broken jar":    {answer: login, scenes: []scene{logIn, done}, browser: "", did: "keep", answers: []string{"pw", "no"}, change: func(_ *session.Org, s *shelf) { s.err = errors.New("keyring") }},
		"nobody to ask": {answer: login, scenes: []scene{logIn, done}, browser: "sid DT", did: "", status: &session.InputError{}},
		"unattended":    {answer: page(post(aws, saml("jane"))), browser: "-", did: "keep", change: func(o *session.Org, _ *shelf) { o.Unattended, o.Username = true, "" }},
		"unattended, a closed session": {answer: login, scenes: []scene{done}, browser: "-", did: "", status: &session.InputError{}, answers: []string{"pw"},
			change: func(o *session.Org, _ *shelf) { o.Unattended = true }},
		"unattended, with a command for codes": {answer: login, scenes: []scene{done}, browser: "sid DT", did: "keep",
			change: func(o *session.Org, _ *shelf) { o.Unattended, o.MFACommand = true, []string{"code"} }},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, c.answer)
			o, s, who := p.org(), &shelf{kept: p.kept()}, &typist{answers: c.answers}
			if c.change != nil {
				c.change(&o, s)
			}
			started := []string{}
			d := plain()
			d.Jar, d.Ask, d.Passwords = s, who, session.PasswordSource{Keeper: &ring{}, Ask: who}
			d.Codes = func() *session.CodeSource { return &session.CodeSource{Ask: who} }
			d.Browse = func(context.Context, session.Org, bool) (Page, error) {
				started = append(started, "")
				return &watched{play: &play{scenes: slices.Clone(c.scenes), cookies: []session.Cookie{{Name: "new", Domain: "127.0.0.1"}, {Name: "abroad", Domain: "x.example"}}}, given: &started[len(started)-1]}, nil
			}
			a, err := d.Assert(context.Background(), session.Profile{Org: o})
			var input *session.InputError
			if c.status != nil {
				if !errors.As(err, &input) {
					t.Fatal(err)
				}
			} else if err != nil || a.Subject != "jane" {
				t.Fatalf("%v, %v", a, err)
			}
			got := strings.Join(started, "|")
			if len(started) == 0 {
				got = "-"
			}
			if got != c.browser || strings.Join(s.did, " ") != c.did {
				t.Errorf("browsers with %q, and the jar's %q", got, s.did)
			}
			if len(started) > 0 && c.did == "keep" && s.err == nil && (len(s.kept.Cookies) != 1 || s.kept.Cookies[0].Name != "new" || s.kept.Subject != "jane" || s.kept.Agent != "Mozilla/5.0") {
				t.Errorf("kept %+v", s.kept)
			}
		})
	}
}

// watched is a play that tells which cookies it was given.
type watched struct {
	*play
	given *string
}

func (*watched) Posted() string { return saml("jane") }

func (w *watched) SetCookies(_ context.Context, _ string, cookies []session.Cookie) error {
	var names []string
	for _, c := range cookies {
		if u, _ := url.Parse("http://127.0.0.1/home/x"); cookieHeader([]session.Cookie{c}, u, time.Now()) != "" {
			names = append(names, c.Name)
		}
	}
	*w.given = strings.Join(names, " ")
	return nil
}
