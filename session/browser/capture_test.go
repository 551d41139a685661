package browser

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"stsx/session/page"
)

func newTLSServer(t *testing.T) string {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// samlForm is Okta's page: values entity-escaped, submitted by itself.
func samlForm(action, response, relay, target string) string {
	escape := func(s string) string {
		return strings.NewReplacer(":", "&#x3a;", "/", "&#x2f;", "+", "&#x2b;", "=", "&#x3d;").Replace(html.EscapeString(s))
	}
	return fmt.Sprintf(`<form id="appForm" action="%s" method="POST" target="%s"><input name="SAMLResponse" type="hidden" value="%s"/>`+
		`<input name="RelayState" type="hidden" value="%s"/></form><script>document.getElementById('appForm').submit()</script>`,
		escape(action), target, escape(response), escape(relay))
}

func assertion(size int) string {
	raw := make([]byte, size)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}

func takePost(t *testing.T, tab *Tab) capturedPost {
	t.Helper()
	select {
	case <-tab.over.Done():
	case <-time.After(patient):
	}
	tab.captured.mu.Lock()
	defer tab.captured.mu.Unlock()
	if tab.captured.post == nil {
		t.Fatal("no post was captured")
	}
	return *tab.captured.post
}

// recorder is a proxy that notes what it is asked for and answers nothing else than loopback would.
type recorder struct {
	net.Listener
	user string // wanted, as user:password; empty: nobody is asked

	mu    sync.Mutex
	asked []string
}

func newRecorder(t *testing.T, user string) *recorder {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{Listener: listener, user: user}
	server := &http.Server{Handler: r, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { server.Serve(listener); close(done) }()
	t.Cleanup(func() { server.Close(); <-done })
	return r
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	authorized := r.user == "" || request.Header.Get("Proxy-Authorization") == "Basic "+base64.StdEncoding.EncodeToString([]byte(r.user))
	r.mu.Lock()
	r.asked = append(r.asked, fmt.Sprint(request.Method, " ", request.RequestURI, " ", authorized))
	r.mu.Unlock()
	switch {
	case !authorized:
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case request.Method == http.MethodConnect:
		w.WriteHeader(http.StatusBadGateway)
	default:
		fmt.Fprintf(w, `<p id=proxied>%s</p>`, html.EscapeString(request.RequestURI))
	}
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.asked...)
}

// TestCapture: the post is taken whole, whichever way the page sends it, and neither proxy nor name server hears of AWS.
func TestCapture(t *testing.T) {
	t.Parallel()
	const acs = "https://signin.aws.amazon.com/saml"
	large := assertion(1 << 20)
	proxy := newRecorder(t, "")
	b := launch(t, func(o *Options) {
		o.Environ = append(o.Environ, "https_proxy=http://"+proxy.Addr().String(), "http_proxy=http://"+proxy.Addr().String(), "no_proxy=")
	})
	for _, c := range []struct {
		name, html, frame string
		response, url     string
	}{
		{name: "form", html: samlForm(acs, assertion(3000), "a&b=c+d", ""), url: acs},
		{name: "large", html: samlForm(acs, large, "", ""), response: large, url: acs},
		{name: "regional", html: samlForm("https://eu-west-1.signin.aws.amazon.com:443/saml", assertion(100), "", ""),
			url: "https://eu-west-1.signin.aws.amazon.com/saml"},
		{name: "encrypted", html: samlForm("https://us-east-2.signin.aws.amazon.com/saml/acs/SAMLSPX", assertion(100), "", ""),
			url: "https://us-east-2.signin.aws.amazon.com/saml/acs/SAMLSPX"},
		{name: "popup", html: strings.NewReplacer("<script>", "<!--", "</script>",
			"-->").Replace(samlForm(acs, assertion(100), "", "_blank")) +
			`<button onclick="document.forms[0].submit()">go</button>`, url: acs},
		{name: "opened", html: `<button onclick="window.open('/frame')">go</button>`, frame: samlForm(acs, assertion(100), "", ""),
			url: acs},
		{name: "redirect", html: samlForm("/redirect", assertion(100), "", ""), url: acs},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := serve(t, nil, func(mux *http.ServeMux) {
				mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/html")
					switch r.URL.Path {
					case "/frame":
						io.WriteString(w, c.frame)
					case "/redirect":
						http.Redirect(w, r, acs, http.StatusTemporaryRedirect)
					default:
						io.WriteString(w, c.html)
					}
				})
			})
			tab, err := b.Tab(within(t, patient))
			if err != nil {
				t.Fatal(err)
			}
			tab.TrustOrigin(site.URL)
			open(t, tab, site.URL)
			if strings.Contains(c.html, "<button") {
				await(t, tab, "button")
				if err := tab.Click(within(t, patient), "button"); err != nil {
					t.Fatal(err)
				}
			}
			if i, err := tab.Await(within(t, patient), "#never"); err != nil || i != -1 {
				t.Fatalf("await: %d, %v", i, err)
			}
			if _, err := tab.SketchControls(within(t, patient)); !errors.Is(err, page.ErrPosted) {
				t.Errorf("sketch: %v", err)
			}
			post := takePost(t, tab)
			got := tab.SAMLResponse().Reveal()
			if post.consumer != c.url || len(got) < 100 || c.response != "" && got != c.response {
				t.Errorf("%s with %d bytes", post.consumer, len(got))
			}
		})
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, asked := range proxy.seen() {
		t.Errorf("the proxy heard %s", asked)
	}
}

// TestDeaf: of any kind and method, nothing goes to AWS's sign-in hosts; and hosts that merely look so are left alone.
func TestDeaf(t *testing.T) {
	t.Parallel()
	proxy := newRecorder(t, "")
	site := serve(t,
		map[string]string{"/": `<link rel=preconnect href="https://signin.aws.amazon.com"><link rel=dns-prefetch href="//eu-west-1.signin.aws.amazon.com">
		<img src="https://signin.aws.amazon.com/x.png"><img src="http://signin.aws.amazon.com/x.png"><script src="https://signin.amazonaws.cn./x.js"></script>
		<iframe src="https://u:p@signin.aws.amazon.com/saml"></iframe><p id=out></p><script>
		const gone = async () => {
			const all = await Promise.allSettled([
				fetch('https://us-east-1.signin.aws.amazon.com/saml', {method: 'POST', mode: 'no-cors', body: 'SAMLResponse=' + 'x'}),
				fetch('https://signin.amazonaws-us-gov.com/saml', {mode: 'no-cors'}),
				fetch('https://eusc-de-east-1.signin.amazonaws-eusc.eu:8443/saml', {mode: 'no-cors', keepalive: true}),
			])
			navigator.sendBeacon('https://signin.aws.amazon.com/saml', 'SAMLResponse=beacon')
			try { new WebSocket('wss://signin.aws.amazon.com/saml') } catch {}
			new Worker(URL.createObjectURL(new Blob(["fetch('https://signin.aws.amazon.com/saml', {method: 'POST', mode: 'no-cors', body: 'a=b'}).catch(() => 0)"])))
			await fetch('http://lookalike.example/?u=https://signin.aws.amazon.com/saml', {mode: 'no-cors'}).catch(() => 0)
			await fetch('http://evil-signin.aws.amazon.com/saml', {mode: 'no-cors'}).catch(() => 0)
			await new Promise(done => setTimeout(done, 500))
			out.textContent = all.map(p => p.status).join()
		}
		gone()</script>`})
	b := launch(t, func(o *Options) {
		o.Environ = append(o.Environ, "HTTPS_PROXY=http://"+proxy.Addr().String(), "HTTP_PROXY=http://"+proxy.Addr().String(), "NO_PROXY=")
	})
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	open(t, tab, site.URL)
	// The fetch's body holds a SAMLResponse: that counts as posted, so look by other means than Await.
	for until := time.Now().Add(10 * time.Second); text(t, tab, "#out") == "" && time.Now().Before(until); {
		time.Sleep(20 * time.Millisecond)
	}
	if got := text(t, tab, "#out"); got != "rejected,rejected,rejected" {
		t.Errorf("fetches ended %s", got)
	}
	seen := strings.Join(proxy.seen(), "\n")
	t.Log(seen)
	for _, want := range []string{"http://lookalike.example/", "http://evil-signin.aws.amazon.com/saml"} {
		if !strings.Contains(seen, want) {
			t.Errorf("%s did not get through: %s", want, seen)
		}
	}
	for _, asked := range proxy.seen() {
		if u, _ := url.Parse(strings.Fields(asked)[1]); u != nil && isSigninHost(u.Hostname()) || strings.HasPrefix(asked, "CONNECT ") {
			t.Errorf("the proxy heard %s", asked)
		}
	}
}

func TestProxyLogin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, user, want string }{
		{"right", "jane:" + canary + "%40", "proxied"},
		{"wrong", "jane:wrong", "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			proxy := newRecorder(t, "jane:"+canary+"@")
			tab := ownTab(t, func(o *Options) {
				o.Environ = append(o.Environ, "http_proxy=http://"+c.user+"@"+proxy.Addr().String(), "https_proxy=", "HTTPS_PROXY=",
					"no_proxy=", "NO_PROXY=")
			})
			err := tab.Open(within(t, patient), "http://site.example/x")
			switch got := text(t, tab, "#proxied"); {
			case c.want == "proxied" && (err != nil || got != "http://site.example/x"):
				t.Errorf("%v, %q, %q", err, got, proxy.seen())
			case c.want == "refused" && (got != "" || len(proxy.seen()) > 3):
				t.Errorf("%v, %q, %q", err, got, proxy.seen())
			}
			t.Log(err, proxy.seen())
		})
	}
}

// TestSilentStart: nothing goes out by Chromium's own doing.
func TestSilentStart(t *testing.T) {
	t.Parallel()
	proxy := newRecorder(t, "")
	site := serve(t, map[string]string{"/": `<input type=password id=p autocomplete=current-password><p id=p2>x`})
	tab := ownTab(t, func(o *Options) {
		o.Environ = append(o.Environ, "ALL_PROXY=http://"+proxy.Addr().String(), "HTTPS_PROXY=", "HTTP_PROXY=", "https_proxy=",
			"http_proxy=", "NO_PROXY=", "no_proxy=")
	})
	open(t, tab, site.URL)
	await(t, tab, "#p")
	fill(t, tab, "#p", canary, site.URL)
	time.Sleep(4 * time.Second) // what it would do, it does in the first seconds
	if seen := proxy.seen(); len(seen) > 0 {
		t.Errorf("Chromium asked for %q", seen)
	}
}

func TestIsSignin(t *testing.T) {
	for host, want := range map[string]bool{
		"signin.aws.amazon.com": true, "SIGNIN.aws.amazon.com.": true, "eu-west-1.signin.aws.amazon.com": true,
		"signin.amazonaws-us-gov.com": true, "us-gov-west-1.signin.amazonaws-us-gov.com": true, "signin.amazonaws.cn": true,
		"cn-north-1.signin.amazonaws.cn": true, "eusc-de-east-1.signin.amazonaws-eusc.eu": true,
		"evil-signin.aws.amazon.com": false, "signin.aws.amazon.com.evil.example": false, "aws.amazon.com": false, "": false,
	} {
		if isSigninHost(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

func TestPipe(t *testing.T) {
	t.Parallel()
	tab := &devtoolsPipe{reader: bufio.NewReader(strings.NewReader("{\"a\":1}\x00nonsense\x00"))}
	if message, err := tab.Read(); err != nil || string(message) != `{"a":1}` {
		t.Errorf("%s, %v", message, err)
	}
	if message, err := tab.Read(); err == nil {
		t.Errorf("took %s for JSON", message)
	}
}
