package renew

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
)

// encodedResponse is a response about subject, as an identity provider encodes it.
func encodedResponse(subject string) string {
	return base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ` +
		`xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<a:Assertion><a:Subject><a:NameID>` + subject + `</a:NameID></a:Subject></a:Assertion></p:Response>`))
}

// escaped escapes everything, as Okta does.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "&#x%x;", r)
	}
	return b.String()
}

const awsAddress = "https://signin.aws.amazon.com/saml"

func postingPage(action, value string) string {
	return `<!DOCTYPE html><html><body><form id="appForm" action="` + escaped(action) + `" method="POST">` +
		`<input name="SAMLResponse" type="hidden" value="` + escaped(value) + `"/><input name="RelayState" type="hidden" value=""/>` +
		`</form></body></html>`
}

// orgServer is an org's web server, and what was sent to it.
type orgServer struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string // method, path and cookies
}

func newOrgServer(t *testing.T, answer func(p *orgServer, w http.ResponseWriter, r *http.Request)) *orgServer {
	p := &orgServer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.sent = append(p.sent, r.Method+" "+r.URL.Path+" "+r.Header.Get("Cookie"))
		p.mu.Unlock()
		answer(p, w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *orgServer) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

func pageAnswer(text string) func(*orgServer, http.ResponseWriter, *http.Request) {
	return func(_ *orgServer, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func (p *orgServer) org() session.Org {
	return session.Org{Name: "acme", URL: p.URL + "/home/x?a=b", Username: "jane", Remember: true}
}

func (p *orgServer) remembered() session.Remembered {
	return session.Remembered{Org: "acme", URL: p.URL + "/home/x", Username: "jane", Subject: "jane", Agent: "Mozilla/5.0 (Test)",
		Cookies: []session.Cookie{
			{Name: "sid", Value: session.NewSecret("s1"), Domain: "127.0.0.1", Path: "/", Secure: true, HTTPOnly: true, SameSite: "None"},
			{Name: "DT", Value: session.NewSecret("d1"), Domain: ".127.0.0.1", Path: "/", Expires: time.Now().Add(time.Hour)},
			{Name: "old", Value: session.NewSecret("x"), Domain: "127.0.0.1", Path: "/", Expires: time.Now().Add(-time.Second)},
			{Name: "deep", Value: session.NewSecret("x"), Domain: "127.0.0.1", Path: "/hom"},
			{Name: "other", Value: session.NewSecret("x"), Domain: "evil.example", Path: "/"},
		}}
}

func renewer() Renewer {
	return Renewer{Consumer: func(address string) bool { return address == awsAddress }}
}

func TestRenew(t *testing.T) {
	p := newOrgServer(t, func(p *orgServer, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Mozilla/5.0 (Test)" {
			http.Error(w, "who is that?", http.StatusForbidden)
			return
		}
		switch r.URL.Path {
		case "/home/x":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "s2", Path: "/", HttpOnly: true, Secure: true,
				SameSite: http.SameSiteNoneMode})
			http.SetCookie(w, &http.Cookie{Name: "idx", Value: "i1", Path: "/", MaxAge: 60})
			http.SetCookie(w, &http.Cookie{Name: "all", Value: "x", Path: "/", Domain: "example.com"})
			http.Redirect(w, r, "/app/sso/saml?q", http.StatusFound)
		default:
			http.SetCookie(w, &http.Cookie{Name: "DT", Path: "/", MaxAge: -1})
			http.SetCookie(w, &http.Cookie{Name: "here", Value: "h"})
			fmt.Fprint(w, postingPage(awsAddress, encodedResponse("jane")))
		}
	})
	r := p.remembered()
	a, err := renewer().Assertion(context.Background(), p.org(), &r)
	if err != nil || a.Subject != "jane" || a.Encoded.Reveal() != encodedResponse("jane") {
		t.Fatalf("%v, %v", a, err)
	}
	if want := []string{"GET /home/x sid=s1; DT=d1", "GET /app/sso/saml DT=d1; sid=s2; idx=i1"}; !slices.Equal(p.requests(), want) {
		t.Errorf("sent %q", p.requests())
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
	good := encodedResponse("jane")
	for name, text := range map[string]string{
		"nothing": "",
		"a login page": `<html><body><div id="okta-login-container"></div><form method=post><input name=username>` +
			`</form></body></html>`,
		"another action":    postingPage("https://signin.aws.amazon.com.evil.example/saml", good),
		"a relative action": postingPage("/saml", good),
		"no action":         strings.Replace(postingPage(awsAddress, good), "action=", "x=", 1),
		"http":              postingPage("http://signin.aws.amazon.com/saml", good),
		"get":               strings.Replace(postingPage(awsAddress, good), "POST", "GET", 1),
		"no method":         strings.Replace(postingPage(awsAddress, good), "method=", "x=", 1),
		"two responses": strings.Replace(postingPage(awsAddress, good), "</form>",
			`<input name=SAMLResponse value=x></form>`, 1),
		"two forms":                      postingPage(awsAddress, good) + postingPage(awsAddress, good),
		"two forms, one to another host": postingPage("https://evil.example", good) + postingPage(awsAddress, good),
		"empty":                          postingPage(awsAddress, ""),
		"not base64":                     postingPage(awsAddress, "***"),
		"not XML":                        postingPage(awsAddress, "eHh4"),
		"in a script":                    "<script>" + postingPage(awsAddress, good) + "</script>",
		"in a comment":                   "<!-- " + postingPage(awsAddress, good) + " -->",
		"in a textarea":                  "<textarea>" + postingPage(awsAddress, good) + "</textarea>",
		"in an attribute":                `<p title='` + postingPage(awsAddress, good) + `'>`,
		"in noscript":                    "<noscript>" + postingPage(awsAddress, good) + "</noscript>",
		"in svg": `<svg><form action="` + awsAddress + `" method="POST">` +
			`<input name="SAMLResponse" value="` + good + `"></form></svg><table>`,
		"outside of the form": `<form action="` + awsAddress + `" method="POST"></form>` +
			`<input name="SAMLResponse" value="` + good + `">`,
		"another's": postingPage(awsAddress, encodedResponse("joe")),
		"nobody's":  postingPage(awsAddress, encodedResponse("")),
		"refused by the IdP": postingPage(awsAddress,
			base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><p:Status>`+
				`<p:StatusCode Value="x:status:Responder"/></p:Status></p:Response>`))),
		"deep":       strings.Repeat("<div>", 100_000) + postingPage(awsAddress, good),
		"null bytes": "\x00\x00" + strings.ReplaceAll(postingPage(awsAddress, good), "SAML", "SA\x00ML"),
	} {
		t.Run(name, func(t *testing.T) {
			p := newOrgServer(t, pageAnswer(text))
			r := p.remembered()
			if name == "nobody's" {
				r.Subject = "" // which says nothing of who it was either
			}
			if a, err := renewer().Assertion(context.Background(), p.org(), &r); err == nil || !a.Encoded.IsZero() {
				t.Errorf("taken: %v", a)
			} else if errors.Is(err, ErrOtherUser) != (name == "another's" || name == "nobody's") {
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
		p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			if status > 204 && status != 304 {
				fmt.Fprint(w, postingPage(awsAddress, encodedResponse("jane")))
			}
		})
		r := p.remembered()
		if _, err := renewer().Assertion(context.Background(), p.org(), &r); err == nil ||
			!strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestDeviceBound: an answer that asks for a device's key is told from others, whatever its status, and one with the assertion
// is taken all the same.
func TestDeviceBound(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		status int
		page   string
		bound  bool
		taken  bool
	}{
		"a challenge":                {"Secure-Session-Challenge", 403, "", true, false},
		"a challenge of before 2026": {"Sec-Session-Challenge", 401, "", true, false},
		"with the login page":        {"Secure-Session-Challenge", 200, "<form><input name=identifier></form>", true, false},
		"with a redirect":            {"Secure-Session-Challenge", 302, "", true, false},
		"a new session is asked for": {"Secure-Session-Registration", 200, "<form><input name=identifier></form>", true, false},
		"in the old words":           {"Sec-Session-Registration", 403, "", true, false},
		"with the assertion":         {"Secure-Session-Registration", 200, postingPage(awsAddress, encodedResponse("jane")), false, true},
		"another header":             {"Sec-Session-Id", 403, "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/login" {
					return
				}
				w.Header().Set(c.header, `"c1";id="s1"`)
				w.Header().Set("Location", "/login")
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.page)
			})
			r := p.remembered()
			_, err := renewer().Assertion(context.Background(), p.org(), &r)
			if (err == nil) != c.taken || errors.Is(err, ErrDeviceBound) != c.bound {
				t.Error(err)
			}
		})
	}
}

// TestCookiesStayHome: no redirect takes them, or stsx, to another origin.
func TestCookiesStayHome(t *testing.T) {
	other := newOrgServer(t, pageAnswer(postingPage(awsAddress, encodedResponse("jane"))))
	host := func(of string) string { return strings.TrimPrefix(of, "http://") }
	for name, to := range map[string]string{
		"another port": other.URL, "the same by another name": strings.Replace(other.URL, "127.0.0.1", "localhost", 1),
		"without scheme": "//" + host(other.URL), "https": "https://" + host(other.URL), "a user": "http://127.0.0.1@" + host(other.URL),
		"a port as user": "http://HOME@" + host(other.URL), "a file": "file:///etc/passwd", "script": "javascript:alert(1)",
		"backslashes": `\\` + host(other.URL), "bad": "http://[", "data": "data:text/html,x",
	} {
		t.Run(name, func(t *testing.T) {
			p := newOrgServer(t, func(p *orgServer, w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/home/x" {
					return // a path of our own: no harm
				}
				w.Header().Set("Location", strings.Replace(to, "HOME", host(p.URL), 1))
				w.WriteHeader(http.StatusFound)
			})
			r := p.remembered()
			if _, err := renewer().Assertion(context.Background(), p.org(), &r); err == nil {
				t.Error("taken")
			} else if strings.Contains(err.Error(), "s1") || strings.Contains(err.Error(), "?") {
				t.Errorf("it quotes too much: %v", err)
			}
		})
	}
	if log := other.requests(); len(log) != 0 {
		t.Errorf("sent to another host: %q", log)
	}
	// In circles, and with credentials of nobody's asking.
	p := newOrgServer(t, func(p *orgServer, w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("an Authorization header")
		}
		http.Redirect(w, r, strings.Replace(p.URL, "http://", "http://joe:pw@", 1)+"/again", http.StatusFound)
	})
	r := p.remembered()
	if _, err := renewer().Assertion(context.Background(), p.org(), &r); err == nil || len(p.requests()) > maxRedirects {
		t.Errorf("%v, %d requests", err, len(p.requests()))
	}
}

// TestNeverInTheClear: http is for this machine alone.
func TestNeverInTheClear(t *testing.T) {
	for _, address := range []string{"http://acme.okta.com/home", "http://10.0.0.1/", "ftp://127.0.0.1/", "/home", ""} {
		o := session.Org{Name: "acme", URL: address}
		r := session.Remembered{Org: "acme", URL: address, Subject: "jane", Cookies: []session.Cookie{{Name: "sid"}}}
		if _, err := renewer().Assertion(context.Background(), o, &r); err == nil || !strings.Contains(err.Error(), "https") &&
			!strings.Contains(err.Error(), "address") {
			t.Errorf("%s: %v", address, err)
		}
		if err := renewer().SignOut(context.Background(), r); err == nil {
			t.Errorf("%s: signed out", address)
		}
	}
}

// TestRenewIsBounded in bytes, headers and time.
func TestRenewIsBounded(t *testing.T) {
	huge := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, postingPage(awsAddress, encodedResponse("jane")))
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for range 2 * maxBody >> 20 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	r := huge.remembered()
	if _, err := renewer().Assertion(context.Background(), huge.org(), &r); err == nil ||
		!strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Error(err)
	}
	header := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 2*maxHeader))
		fmt.Fprint(w, postingPage(awsAddress, encodedResponse("jane")))
	})
	r = header.remembered()
	if _, err := renewer().Assertion(context.Background(), header.org(), &r); err == nil {
		t.Error("a header of any size is taken")
	}
	quit := make(chan struct{})
	for name, answer := range map[string]func(*orgServer, http.ResponseWriter, *http.Request){
		"silent": func(*orgServer, http.ResponseWriter, *http.Request) { <-quit },
		"drips": func(_ *orgServer, w http.ResponseWriter, _ *http.Request) {
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
		p := newOrgServer(t, answer)
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		r := p.remembered()
		if _, err := renewer().Assertion(ctx, p.org(), &r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	close(quit)
}

// TestTooManyCookies: a server can't make the jar grow without end.
func TestTooManyCookies(t *testing.T) {
	p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, _ *http.Request) {
		for i := range 3 * MaxCookies {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: "x", Path: "/"})
		}
		fmt.Fprint(w, postingPage(awsAddress, encodedResponse("jane")))
	})
	r := p.remembered()
	if _, err := renewer().Assertion(context.Background(), p.org(), &r); err != nil || len(r.Cookies) != MaxCookies {
		t.Errorf("%d cookies, %v", len(r.Cookies), err)
	}
}

func TestSignOut(t *testing.T) {
	for name, c := range map[string]struct {
		api, page int
		requests  int
		ok        bool
	}{
		"closed": {204, 0, 1, true}, "none any more": {404, 302, 2, true}, "another cookie": {401, 200, 2, true}, "refused": {403,
			403, 2, false}, "broken": {500, 503, 2, false},
	} {
		p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, r *http.Request) {
			status := map[string]int{"DELETE /api/v1/sessions/me": c.api, "GET /login/signout": c.page}[r.Method+" "+r.URL.Path]
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(status)
		})
		err := renewer().SignOut(context.Background(), p.remembered())
		if (err == nil) != c.ok || len(p.requests()) != c.requests || !strings.HasSuffix(p.requests()[0], " sid=s1; DT=d1") {
			t.Errorf("%s: %v, %q", name, err, p.requests())
		}
		if err != nil && !strings.Contains(err.Error(), "signing out of acme") {
			t.Error(err)
		}
	}
}

func TestPathMatches(t *testing.T) {
	for _, c := range []struct {
		path, at string
		want     bool
	}{{"/", "", true}, {"/", "/x", true}, {"/home", "/home", true}, {"/home", "/home/x", true}, {"/home/", "/home/x", true}, {"/hom",
		"/home", false}, {"/home/x", "/home", false}, {"", "/x", true}} {
		if got := pathMatches(c.path, c.at); got != c.want {
			t.Errorf("%q for %q: %v", c.path, c.at, got)
		}
	}
}

// TestAllProxy: net/http would go past a proxy that only the browser knows.
func TestAllProxy(t *testing.T) {
	for environ, want := range map[string]bool{"": false, "ALL_PROXY": true, "all_proxy": true, "all_proxy HTTPS_PROXY": false,
		"https_proxy": false} {
		n := renewer()
		n.Getenv = func(name string) string {
			if slices.Contains(strings.Fields(environ), name) {
				return "http://proxy.example"
			}
			return ""
		}
		if got := n.hasOnlyAllProxy(); got != want {
			t.Errorf("%s: %v", environ, got)
		}
	}
}
