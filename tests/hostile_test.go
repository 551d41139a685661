//go:build unix

package tests

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/browser"
	"stsx/session/okta"
	"stsx/session/page"
	"stsx/tests/require"
)

const (
	hostilePassword = "HostileCanary-52c"
	hostileTime     = 15 * time.Second // the deadline of each sign-in
)

// hostileSite is a sign-in's page that means no good. Under another name (localhost) it is a stranger's.
type hostileSite struct {
	*httptest.Server
	stranger string

	mu   sync.Mutex
	sent []string // what reached the stranger, or came with the password
}

// hostileCase is one way to be hostile.
type hostileCase struct {
	html   string                                       // of the sign-in's page
	other  string                                       // of the stranger's
	answer func(w http.ResponseWriter, r *http.Request) // instead of html
	says   string                                       // a part of the error
}

func newHostileSite(t *testing.T, c hostileCase) *hostileSite {
	t.Helper()
	s := &hostileSite{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		theirs := strings.HasPrefix(r.Host, "localhost")
		s.mu.Lock()
		if text := r.URL.String() + fmt.Sprint(r.Header) + string(body); strings.Contains(text, hostilePassword) {
			s.sent = append(s.sent, fmt.Sprintf("%s %s%s", r.Method, r.Host, r.URL.Path))
		}
		s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fill := strings.NewReplacer("STRANGER", s.stranger, "ASSERTION", base64.StdEncoding.EncodeToString([]byte("<x/>")))
		switch {
		case theirs:
			io.WriteString(w, fill.Replace(c.other))
		case c.answer != nil:
			c.answer(w, r)
		case r.URL.Path == "/":
			io.WriteString(w, fill.Replace(c.html))
		default:
			http.NotFound(w, r)
		}
	}))
	s.stranger = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// oktaForm is the form by which stsx knows Okta's page, sent to action.
func oktaForm(action string) string {
	return `<form data-se="o-form" action="` + action + `" method="post"><input name="identifier" autocomplete="username">` +
		`<input type="password" name="credentials.passcode" autocomplete="current-password"><input type="submit" data-type="save" value="Sign in"></form>`
}

// postTo is a form with a response that a page sends by itself.
func postTo(fields string) string {
	return `<form id="f" action="https://signin.aws.amazon.com/saml" method="post">` + fields + `</form><script>f.submit()</script>`
}

const samlField = `<input type="hidden" name="SAMLResponse" value="ASSERTION">`

// hostileCases are pages that each have a way to hold up, to flood or to lead astray.
func hostileCases() map[string]hostileCase {
	dripping := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, " "); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	return map[string]hostileCase{
		"a stranger's page": {
			html:  `<script>location = 'STRANGER/'</script>`,
			other: oktaForm("/take"),
			says:  "nothing was typed",
		},
		"a stranger's page in a frame":      {html: `<iframe src="STRANGER/" width=600 height=600></iframe>`, other: oktaForm("/take")},
		"a form that is sent to a stranger": {html: `<iframe name=x src="STRANGER/"></iframe><p>Sign in</p>`, other: oktaForm("/take")},
		"a stranger's assertion": {
			html:  `<script>location = 'STRANGER/'</script>`,
			other: postTo(samlField),
			says:  "it was not used",
		},
		"a stranger's assertion in a frame": {html: `<iframe src="STRANGER/"></iframe>`, other: postTo(samlField)},
		"a stranger's assertion in a window": {
			html:  `<script>for (let i = 0; i < 30; i++) open('STRANGER/?' + i)</script>`,
			other: postTo(samlField),
		},
		"two assertions": {html: postTo(samlField + samlField), says: "2 SAML responses"},
		"no assertion":   {html: postTo(""), says: "without a SAML response"},
		"Identity Center": {
			html: strings.Replace(postTo(samlField), "com/saml", "com/platform/saml/acs/1", 1),
			says: "IAM Identity Center",
		},
		"alerts without end":    {html: `<script>for (;;) alert('again')</script>`},
		"questions without end": {html: `<script>setInterval(() => { confirm('sure?'); prompt('name?') }, 1)</script>`},
		"leaving is asked about": {
			html: `<script>onbeforeunload = e => { e.preventDefault(); return 'no' }; setInterval(() => { location = '/?' + Math.random() }, 50)</script>`,
		},
		"permissions are asked for": {html: `<script>navigator.geolocation.getCurrentPosition(() => 0); Notification.requestPermission();
			navigator.mediaDevices?.getUserMedia({audio: true, video: true}).catch(() => 0); navigator.requestMIDIAccess?.({sysex: true}).catch(() => 0);
			navigator.clipboard?.readText().catch(() => 0); document.documentElement.requestFullscreen().catch(() => 0); print()</script>`},
		"a page that closes itself": {html: `<script>setTimeout(() => window.close(), 500)</script>`},
		"a page that is reloaded":   {html: `<script>setTimeout(() => location.reload(), 20)</script>`},
		"history without end": {
			html: `<script>setInterval(() => { for (let i = 0; i < 50; i++) history.pushState({}, '', '/?' + Math.random()) }, 10)</script>`,
		},
		"a script without end": {html: `<p>here</p><script>setTimeout(() => { for (;;); }, 300)</script>`},
		"frames within frames": {
			html: `<script>const add = d => { const f = d.createElement('iframe'); d.body.append(f); if (top.n = (top.n || 0) + 1, top.n < 200) add(f.contentDocument) }; addEventListener('load', () => add(document))</script>`,
		},
		"a service worker": {answer: serviceWorker},
		"redirections without end": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/?"+time.Now().String(), http.StatusFound)
		}, says: "redirected in circles"},
		"a download": {answer: download},
		"a name and password is asked for by the server": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}},
		"a page without end": {answer: dripping},
		"a page of 100 MB": {answer: func(w http.ResponseWriter, _ *http.Request) {
			line := []byte("<p>" + strings.Repeat("x", 1<<16) + "</p>")
			for range 100 << 20 / len(line) {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}},
		"no answer":              {answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		"a file of this machine": {html: `<script>location = 'file:///etc/passwd'</script><a href="file:///etc/passwd">x</a>`},
	}
}

func download(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="hostile-download.bin"`)
	io.WriteString(w, "x")
}

// serviceWorker is a page whose worker answers for it from then on, and posts.
func serviceWorker(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/worker.js" {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, `onfetch = e => e.respondWith(new Response('<p>from the worker</p>', {headers: {'Content-Type': 'text/html'}}));
			fetch('https://signin.aws.amazon.com/saml', {method: 'POST', mode: 'no-cors', body: new URLSearchParams({SAMLResponse: 'eA=='})})`)
		return
	}
	io.WriteString(
		w,
		`<script>navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => { location = '/next' })</script>`,
	)
}

// sharedTab is a page whose browser others use, too.
type sharedTab struct{ page.Page }

// Close leaves the page, so that it takes no more of the others' time.
func (t sharedTab) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = t.Open(ctx, "about:blank") // a page that closed itself is gone already
	return nil
}

// silentPerson can't be asked, and hears what is said.
type silentPerson struct {
	session.Prompter
}

func (silentPerson) Interactive() bool { return false }
func (silentPerson) Say(string)        {}
func (silentPerson) Progress(string)   {}

// noKeyring keeps nothing, and has seen no password refused.
type noKeyring struct{ session.PasswordKeeper }

func (noKeyring) WasRefused(context.Context, session.Org, session.Secret) bool { return false }
func (noKeyring) MarkRefused(context.Context, session.Org, session.Secret)     {}
func (noKeyring) Declined(context.Context, session.Org) bool                   { return true }
func (noKeyring) ClearRefused(session.Org)                                     {}

// TestHostilePages: whatever a page does, the sign-in ends within its deadline with an error that says what happened, and
// the password and the person's files stay where they are.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	paths, err := browser.Find(os.Getenv("STSX_BROWSER_PATH"), os.Getenv)
	require.Part(t, "a browser", err == nil, "install Chromium: apt-get install chromium")
	home := t.TempDir()
	b, err := browser.Launch(
		t.Context(),
		browser.Options{Path: paths[0], ProfileRoot: filepath.Join(home, "browser"), Environ: append(os.Environ(), "HOME="+home)},
	)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	room := make(chan struct{}, 8)
	runCases := func(meant func(c hostileCase) bool) {
		var all sync.WaitGroup
		for name, c := range hostileCases() {
			if !meant(c) {
				continue
			}
			all.Go(func() {
				room <- struct{}{}
				defer func() { <-room }()
				testHostilePage(t, b, name, c)
			})
		}
		all.Wait()
	}
	// Pages that never end take all of the machine that they get: those that end by themselves go first.
	runCases(func(c hostileCase) bool { return c.says != "" })
	runCases(func(c hostileCase) bool { return c.says == "" })
	if found, _ := filepath.Glob(filepath.Join(home, "*", "hostile-download*")); len(found) > 0 {
		t.Errorf("downloaded %q", found)
	}
}

// testHostilePage signs in at one page.
func testHostilePage(t *testing.T, b *browser.Browser, name string, c hostileCase) {
	site := newHostileSite(t, c)
	begun := time.Now()
	err := signInAt(t, b, site.URL)
	if took := time.Since(begun); err == nil || took > hostileTime+5*time.Second {
		t.Errorf("%s: it ended after %v with %v", name, took, err)
	}
	if err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), hostilePassword) || len(err.Error()) > 3000) {
		t.Errorf("%s: it said %q, want %q", name, err, c.says)
	}
	t.Logf("%s: %v: %v", name, time.Since(begun).Round(time.Second/10), err)
	site.mu.Lock()
	defer site.mu.Unlock()
	if len(site.sent) > 0 {
		t.Errorf("%s: the password went to %q", name, site.sent)
	}
}

// signInAt signs in at address, in a tab of b.
func signInAt(t *testing.T, b *browser.Browser, address string) error {
	o := session.Org{Name: "acme", Type: session.TypeOkta, URL: address, Username: "jane", Browser: "headless"}
	d := &okta.Driver{
		Ask:       silentPerson{},
		Passwords: session.PasswordSource{Given: session.NewSecret(hostilePassword), Keeper: noKeyring{}, Ask: silentPerson{}},
		Codes:     func() *session.CodeSource { return &session.CodeSource{Ask: silentPerson{}} },
		Browse: func(ctx context.Context, o session.Org, _ bool) (page.Page, error) {
			tab, err := b.Tab(ctx)
			if err != nil {
				return nil, err
			}
			tab.TrustOrigin(o.Origin())
			return sharedTab{tab}, nil
		},
	}
	ctx, cancel := context.WithTimeout(t.Context(), hostileTime)
	defer cancel()
	_, err := d.Assert(ctx, session.Profile{Org: o, Name: "prod"})
	if closed := d.Close(o); closed != nil {
		t.Error(closed)
	}
	return err
}
