package endpoint

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/browser"
	"stsx/session/page"
	"stsx/tests/require"
)

const (
	canary = "wJalrXUtnFEMI-canary"
	admin  = "arn:aws:iam::123456789012:role/Admin"
)

// started is an endpoint with a session that lasts that long, which nothing renews.
func started(t *testing.T, life time.Duration) *Endpoint {
	t.Helper()
	now := time.Now()
	e, err := startOne(t.Context(), session.Renewal{
		Session: session.Session{Profile: "prod", Role: session.Role{ARN: admin}, Issued: now, Credentials: session.Credentials{
			AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: session.NewSecret(canary), SessionToken: session.NewSecret(canary + "-token"),
			Expires: now.Add(life),
		}},
		Kept:   func(context.Context, session.Session) (session.Session, bool) { return session.Session{}, false },
		Renew:  func(context.Context, session.Session) (session.Session, error) { return session.Session{}, errNetwork },
		Failed: func(session.Session, error) {},
		Explain: func(held session.Session, err error) string {
			return "no credentials of " + held.Profile + ": " + err.Error()
		},
		Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// question is an SDK's, which change makes another.
func (e *Endpoint) question(t *testing.T, change func(r *http.Request)) (status int, body string, h http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.URL(""), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", e.Token().Reveal())
	if change != nil {
		change(r)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	e := started(t, time.Hour)
	status, body, h := e.question(t, nil)
	var got map[string]string
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	end, err := time.Parse(time.RFC3339, got["Expiration"])
	if err != nil || !strings.HasSuffix(got["Expiration"], "Z") || time.Until(end) > time.Hour || time.Until(end) < 59*time.Minute {
		t.Errorf("Expiration is %q", got["Expiration"])
	}
	if got["AccessKeyId"] != "ASIAEXAMPLE" || got["SecretAccessKey"] != canary || got["Token"] != canary+"-token" ||
		got["RoleArn"] != admin ||
		len(got) != 5 {
		t.Errorf("%v", got)
	}
	if h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", h)
	}
	if !strings.HasPrefix(e.URL(""), "http://127.0.0.1:") || len(e.Token().Reveal()) != 43 {
		t.Errorf("%s, a token of %d characters", e.URL(""), len(e.Token().Reveal()))
	}
	if other := started(t, time.Hour); other.Token().Equal(e.Token()) || other.URL("") == e.URL("") {
		t.Error("two endpoints are alike")
	}
}

// TestNone: the SDKs' error, and one that they try again.
func TestNone(t *testing.T) {
	t.Parallel()
	status, body, h := started(t, -time.Hour).question(t, nil)
	if status != http.StatusServiceUnavailable || h.Get("Content-Type") != "application/json" ||
		body != `{"Code":"CredentialsUnavailable","Message":"no credentials of prod: dial tcp: connection refused"}` {
		t.Errorf("%d %s", status, body)
	}
}

// TestRefused: whatever is not an SDK's question with the token gets an error
// in the SDKs' form, and nothing in it.
func TestRefused(t *testing.T) {
	t.Parallel()
	e := started(t, time.Hour)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	method := func(name string) func(*http.Request) { return func(r *http.Request) { r.Method = name } }
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	at := func(path string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?") }
	}
	_, port, _ := strings.Cut(e.host, ":")
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"no token":             {func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		"an empty token":       {set("Authorization", ""), 401},
		"another token":        {set("Authorization", newToken().Reveal()), 401},
		"the token and more":   {set("Authorization", e.Token().Reveal()+"x"), 401},
		"part of the token":    {set("Authorization", e.Token().Reveal()[:42]), 401},
		"in other letters":     {set("Authorization", strings.ToUpper(e.Token().Reveal())), 401},
		"Bearer":               {set("Authorization", "Bearer "+e.Token().Reveal()), 401},
		"two tokens":           {func(r *http.Request) { r.Header.Add("Authorization", e.Token().Reveal()) }, 401},
		"a site's name":        {host("attacker.example:" + port), 403},
		"localhost":            {host("localhost:" + port), 403},
		"no port":              {host("127.0.0.1"), 403},
		"another port":         {host("127.0.0.1:1"), 403},
		"IPv6":                 {host("[::1]:" + port), 403},
		"an origin":            {set("Origin", "https://attacker.example"), 403},
		"no page's origin":     {set("Origin", "null"), 403},
		"its own origin":       {set("Origin", "http://"+e.host), 403},
		"a page":               {set("Referer", "https://attacker.example/"), 403},
		"a fetch":              {set("Sec-Fetch-Site", "same-origin"), 403},
		"a navigation":         {set("Sec-Fetch-Mode", "navigate"), 403},
		"a browser's hints":    {set("Sec-Ch-Ua", "x"), 403},
		"cookies":              {set("Cookie", "a=b"), 403},
		"a preflight":          {func(r *http.Request) { r.Method = "OPTIONS"; r.Header.Set("Access-Control-Request-Method", "GET") }, 403},
		"POST":                 {method("POST"), 405},
		"HEAD":                 {method("HEAD"), 405},
		"PUT":                  {method("PUT"), 405},
		"OPTIONS":              {method("OPTIONS"), 405},
		"TRACE":                {method("TRACE"), 405},
		"another path":         {at("/"), 404},
		"a path below":         {at("/credentials/x"), 404},
		"a query":              {at("/credentials?x=y"), 404},
		"a path around":        {at("/x/../credentials"), 404},
		"too long a header":    {set("X", strings.Repeat("x", 64<<10)), 431},
		"what a client allows": {nil, 200},
	} {
		status, body, h := e.question(t, c.change)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
		var said requestRefusal
		err := json.Unmarshal([]byte(body), &said)
		switch {
		case status == http.StatusOK, status == http.StatusRequestHeaderFieldsTooLarge, name == "HEAD":
		case err != nil || said.Code == "" || said.Message == "" || h.Get("Content-Type") != "application/json":
			t.Errorf("%s: %s", name, body)
		}
		if strings.Contains(body, canary) != (status == http.StatusOK) || strings.Contains(body, e.Token().Reveal()) {
			t.Errorf("%s: %s", name, body)
		}
		for name := range h {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("it has %s", name)
			}
		}
	}
}

// TestSlow: who says nothing, or says it slowly, is not waited for without end,
// and keeps nobody else from an answer.
func TestSlow(t *testing.T) {
	t.Parallel()
	e := started(t, time.Hour)
	silent, err := net.Dial("tcp", e.host)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	fmt.Fprint(silent, "GET /credentials HTTP/1.1\r\nHost: "+e.host+"\r\n")
	if status, _, _ := e.question(t, nil); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	_ = silent.SetReadDeadline(time.Now().Add(time.Minute))
	if line, err := bufio.NewReader(silent).ReadString('\n'); strings.Contains(line, "200") || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%q, %v", line, err)
	}
}

// TestOtherInterfaces: nobody from outside reaches it.
func TestOtherInterfaces(t *testing.T) {
	t.Parallel()
	_, port, _ := strings.Cut(started(t, time.Hour).host, ":")
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip, _, err := net.ParseCIDR(a.String())
		if err != nil || ip.IsLoopback() || ip.To4() == nil {
			continue
		}
		if c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), port), time.Second); err == nil {
			c.Close()
			t.Errorf("it listens on %s", ip)
		}
	}
}

// TestClosed: after Close nobody listens, and nothing is held.
func TestClosed(t *testing.T) {
	t.Parallel()
	e := started(t, time.Hour)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", e.host); err == nil {
		c.Close()
		t.Error("somebody listens")
	}
	if held, _ := e.keepers[0].heldState(); !held.Credentials.SecretAccessKey.IsZero() ||
		!e.keepers[0].Session.Credentials.SecretAccessKey.IsZero() {
		t.Error("the credentials are still there")
	}
}

// asker is told what a browser asks the network for.
type asker struct {
	page.Recorder
	requests chan request
}

type request struct {
	address string
	status  int
}

func (a asker) Request(_, address, _ string, status int, _ string) {
	a.requests <- request{address, status}
}

// TestBrowser: a real browser, told by a page to ask with the right token, in
// every way that a page has, gets nothing.
func TestBrowser(t *testing.T) {
	paths, err := browser.Find("", os.Getenv)
	require.Part(t, "a browser", err == nil, "install Chromium: apt-get install chromium, brew install --cask chromium")
	e := started(t, time.Hour)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!doctype html><p id=begun>begun</p><script>
const url = %q, token = %q, got = []
const ask = async (how) => { try { const r = await fetch(url, how); got.push(r.type + r.status + await r.text()) } catch (e) { got.push("refused") } }
;(async () => {
	await ask({})
	await ask({mode: "no-cors"})
	await ask({headers: {Authorization: token}})
	await ask({method: "POST", mode: "no-cors", body: "x"})
	for (const tag of ["img", "script", "iframe"]) await new Promise((done) => {
		const e = document.createElement(tag)
		e.onload = () => { got.push(tag); done() }
		e.onerror = () => { got.push("refused"); done() }
		e.src = url
		document.body.append(e)
	})
	const p = document.createElement("p")
	p.id = "over"
	p.textContent = got.join(" ")
	document.body.append(p)
})()
</script>`, e.URL(""), e.Token().Reveal())
	}))
	defer site.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	asked := asker{requests: make(chan request, 100)}
	b, err := browser.Launch(ctx, browser.Options{Path: paths[0], ProfileRoot: t.TempDir(), Environ: os.Environ(), Record: asked})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	tab, err := b.Tab(ctx)
	if err == nil {
		err = tab.Open(ctx, site.URL)
	}
	if err == nil {
		_, err = tab.Await(ctx, "#over")
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := tab.Text(ctx, "#over")
	if err != nil || text != "refused opaque0 refused opaque0 refused refused iframe" {
		t.Errorf("the page got %q, %v", text, err)
	}
	// A person may be led there, too.
	if err := tab.Open(ctx, e.URL("")); err != nil {
		t.Fatal(err)
	}
	if text, err := tab.Text(ctx, "body"); err != nil || !strings.Contains(text, "browsers are not answered") {
		t.Errorf("the page is %q, %v", text, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	close(asked.requests)
	reached := 0
	for r := range asked.requests {
		if strings.HasPrefix(r.address, e.URL("")) {
			if reached++; r.status == http.StatusOK {
				t.Errorf("it was answered: %+v", r)
			}
		}
	}
	if reached < 6 {
		t.Errorf("the endpoint was asked %d times only", reached)
	}
}
