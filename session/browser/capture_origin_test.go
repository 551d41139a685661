package browser

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"stsx/session/page"
)

// strangers is a site with the sign-in's page and, under another name, a stranger's.
func strangers(t *testing.T, html, other string) (ours, theirs string) {
	t.Helper()
	site := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			_, port, _ := strings.Cut(r.Host, ":")
			fill := strings.NewReplacer("OURS", "http://127.0.0.1:"+port, "THEIRS", "http://localhost:"+port)
			w.Header().Set("Content-Type", "text/html")
			switch r.URL.Path {
			case "/":
				io.WriteString(w, fill.Replace(html))
			case "/other":
				io.WriteString(w, fill.Replace(other))
			case "/private":
				w.Header().Set("Referrer-Policy", "no-referrer")
				io.WriteString(w, fill.Replace(other))
			case "/sandboxed":
				w.Header().Set("Content-Security-Policy", "sandbox allow-forms allow-scripts allow-popups")
				io.WriteString(w, fill.Replace(other))
			case "/sandboxed-by-name":
				w.Header().Set("Content-Security-Policy", "sandbox allow-forms allow-scripts allow-same-origin")
				io.WriteString(w, fill.Replace(other))
			case "/worker.js":
				w.Header().Set("Content-Type", "text/javascript")
				io.WriteString(w, other)
			case "/redirect-to-private":
				http.Redirect(w, r, fill.Replace("THEIRS/private"), http.StatusSeeOther)
			case "/redirect":
				http.Redirect(w, r, consumer, http.StatusTemporaryRedirect)
			case "/chain":
				http.Redirect(w, r, fill.Replace("THEIRS/redirect"), http.StatusTemporaryRedirect)
			default:
				http.NotFound(w, r)
			}
		})
	})
	return site.URL, strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
}

const consumer = "https://signin.aws.amazon.com/saml"

// TestWhoseAssertion: one counts only where the sign-in's own page, or a window that it opened, sends it as a form from a
// trusted origin. Another page that the tab has come to ends the sign-in; everything else is ignored and noted.
func TestWhoseAssertion(t *testing.T) {
	t.Parallel()
	b := launch(t)
	form := samlForm(consumer, assertion(100), "", "")
	click := func(script string) string { return `<button onclick="` + script + `">go</button>` }
	post := func(how string) string {
		return "<script>const body = new URLSearchParams({SAMLResponse: '" + assertion(60) + "'}), acs = '" + consumer + "';" +
			how + "</script>"
	}
	for _, c := range []struct {
		name, html, other string
		ends              string // ok, theirs: whose post ended it; a part of the error; "": it was ignored
		noted             string
		anyApp            bool // the tab is a form driver's, which takes other apps than AWS's
	}{
		{name: "our page", html: form, ends: "ok"},
		{name: "our page, that sends no referrer", html: `<meta http-equiv=refresh content="0;url=/private">`, other: form, ends: "ok"},
		{name: "our page, that sends no referrer and has a frame of ours",
			html:  `<meta http-equiv=refresh content="0;url=/private">`,
			other: `<iframe src="/worker.js" onload="document.forms[0].submit()"></iframe>` + strings.Split(form, "<script>")[0],
			ends:  "ok"},
		{name: "an empty window that our page opened, that sends no referrer",
			html: `<meta http-equiv=refresh content="0;url=/private">`,
			other: click("window.open('', 'own');document.forms[0].target='own';document.forms[0].submit()") + strings.Split(form,
				"<script>")[0],
			ends: "ok"},
		{name: "our page, in a sandbox that leaves its origin",
			html:  `<meta http-equiv=refresh content="0;url=/sandboxed-by-name">`,
			other: form,
			ends:  "ok"},
		{name: "redirected by us", html: samlForm("/redirect", assertion(60), "", ""), ends: "ok"},
		{name: "a window that we opened", html: click("window.open('/other')"), other: form, ends: "ok"},
		{name: "a new window",
			html: click("document.forms[0].target='_blank';document.forms[0].submit()") + strings.Split(form, "<script>")[0],
			ends: "ok"},
		{name: "an empty window that we opened",
			html: click("window.open('', 'own');document.forms[0].target='own';document.forms[0].submit()") + strings.Split(form,
				"<script>")[0],
			ends: "ok"},
		{name: "a stranger's frame first",
			html:  `<iframe src="THEIRS/other"></iframe><script>setTimeout(() => document.forms[0].submit(), 1500)</script>` + strings.Split(form, "<script>")[0],
			other: samlForm(consumer, assertion(30), "", ""),
			ends:  "ok"},

		{name: "a stranger's page", html: `<script>location = 'THEIRS/other'</script>`, other: form, ends: "theirs"},
		{name: "a stranger's page, that sends no referrer",
			html:  `<script>location = 'THEIRS/private'</script>`,
			other: form,
			ends:  "theirs"},
		{name: "a stranger's page, through ours, that sends no referrer",
			html:  `<script>location = '/redirect-to-private'</script>`,
			other: form,
			ends:  "theirs"},
		{name: "our page, in a sandbox", html: `<meta http-equiv=refresh content="0;url=/sandboxed">`, other: form, ends: "nobody's"},
		{name: "our page, in a sandbox, pressed",
			html:  `<meta http-equiv=refresh content="0;url=/sandboxed">`,
			other: click("document.forms[0].submit()") + strings.Split(form, "<script>")[0],
			ends:  "nobody's"},
		{name: "our page, that sends no referrer and has a stranger's frame",
			html:  `<meta http-equiv=refresh content="0;url=/private">`,
			other: `<iframe src="THEIRS/none" onload="document.forms[0].submit()"></iframe>` + strings.Split(form, "<script>")[0],
			ends:  "nobody's"},
		{name: "our page, that sends no referrer and has a frame in a sandbox",
			html:  `<meta http-equiv=refresh content="0;url=/private">`,
			other: `<iframe sandbox src="/worker.js" onload="document.forms[0].submit()"></iframe>` + strings.Split(form, "<script>")[0],
			ends:  "nobody's"},
		{name: "redirected by a stranger", html: samlForm("THEIRS/redirect", assertion(60), "", ""), ends: "which is not AWS"},
		{name: "redirected by us to a stranger", html: samlForm("/chain", assertion(60), "", ""), ends: "which is not AWS"},
		{name: "redirected by a stranger, any app", html: samlForm("THEIRS/redirect", assertion(60), "", ""), ends: "theirs", anyApp: true},
		{name: "redirected by us to a stranger, any app", html: samlForm("/chain", assertion(60), "", ""), ends: "theirs", anyApp: true},

		{name: "two responses",
			html: strings.Replace(form, "</form>", `<input name=SAMLResponse value=x></form>`, 1),
			ends: "with 2 SAML responses"},
		{name: "no response", html: strings.Replace(form, `name="SAMLResponse"`, `name=samlresponse`, 1), ends: "without a SAML response"},
		{name: "an empty response", html: samlForm(consumer, "", "", ""), ends: "without a SAML response"},
		{name: "not a form's encoding",
			html: strings.Replace(form, `method=`, `enctype=multipart/form-data method=`, 1),
			ends: "without a SAML response"},
		{name: "Identity Center",
			html: samlForm("https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/0f0e", assertion(60), "", ""),
			ends: "aws sso login"},
		{name: "Identity Center's other host",
			html: samlForm("https://eu-west-1.sso.signin.aws/platform/saml/acs/0f0e", assertion(60), "", ""),
			ends: "aws sso login"},
		{name: "Identity Center in GovCloud",
			html: samlForm("https://us-gov-west-1.signin.amazonaws-us-gov.com/platform/saml/acs/0f0e", assertion(60), "", ""),
			ends: "aws sso login"},
		{name: "Identity Center in China",
			html: samlForm("https://cn-north-1.signin.amazonaws.cn/platform/saml/acs/0f0e", assertion(60), "", ""),
			ends: "aws sso login"},
		{name: "Identity Center at a host that is not known",
			html: samlForm("THEIRS/platform/saml/acs/0f0e", assertion(60), "", ""),
			ends: "aws sso login"},
		{name: "another address of AWS",
			html: samlForm("https://signin.aws.amazon.com/oauth", assertion(60), "", ""),
			ends: "takes no sign-ins to roles"},

		{name: "another app", html: samlForm("THEIRS/acs", assertion(60), "", ""), ends: "which is not AWS"},
		{name: "another app, with a large response", html: samlForm("THEIRS/acs", assertion(200000), "", ""), ends: "allowed_hosts"},
		{name: "another app, by way of us",
			html:  samlForm("/other", assertion(60), "", ""),
			other: samlForm("THEIRS/acs", assertion(60), "", ""),
			ends:  "which is not AWS"},
		{name: "a stranger's page to us",
			html:  `<script>location = 'THEIRS/other'</script>`,
			other: samlForm("OURS/redirect", assertion(60), "", ""),
			ends:  "theirs"},
		{name: "a stranger's frame", html: `<iframe src="THEIRS/other"></iframe>`, other: form, noted: "a page inside the page"},
		{name: "our frame", html: `<iframe src="/other"></iframe>`, other: form, noted: "a page inside the page"},
		{name: "a frame without an address",
			html:  `<iframe srcdoc='` + strings.ReplaceAll(form, "'", "&apos;") + `'></iframe>`,
			noted: "a page inside the page"},
		{name: "a frame's form for the whole window",
			html:  `<iframe src="THEIRS/other"></iframe>`,
			other: samlForm(consumer, assertion(60), "", "_top") + post("navigator.sendBeacon(acs, body)"),
			noted: "a script"},
		{name: "an object", html: `<object data="/other"></object>`, other: form, noted: "a page inside the page"},
		{name: "a stranger's window", html: click("window.open('THEIRS/other')"), other: form, noted: "a page of theirs"},

		{name: "fetch", html: post("fetch(acs, {method: 'POST', mode: 'no-cors', body})"), noted: "a script"},
		{name: "fetch that outlives the page",
			html:  post("fetch(acs, {method: 'POST', mode: 'no-cors', keepalive: true, body})"),
			noted: "a script"},
		{name: "XMLHttpRequest", html: post("const r = new XMLHttpRequest; r.open('POST', acs); r.send(body)"), noted: "a script"},
		{name: "beacon", html: post("navigator.sendBeacon(acs, body)"), noted: "a script"},
		{name: "worker",
			html:  `<script>new Worker('/worker.js')</script>`,
			other: "fetch('" + consumer + "', {method: 'POST', mode: 'no-cors', body: new URLSearchParams({SAMLResponse: 'eA=='})})",
			noted: "a script"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ours, theirs := strangers(t, c.html, c.other)
			b.mu.Lock()
			clear(b.noted)
			b.mu.Unlock()
			tab, err := b.Tab(within(t, patient))
			if err != nil {
				t.Fatal(err)
			}
			tab.TrustOrigin(ours)
			tab.forAWS = !c.anyApp
			if err := tab.Open(within(t, patient), ours); err != nil && c.ends == "" {
				t.Fatal(err)
			}
			if strings.Contains(c.html+c.other, "<button") {
				await(t, tab, "button")
				if err := tab.Click(within(t, patient), "button"); err != nil {
					t.Fatal(err)
				}
			}
			if c.ends == "" {
				awaitNote(t, b, strings.ReplaceAll(c.noted, "theirs", theirs))
				if !tab.SAMLResponse().IsZero() || tab.over.Err() != nil {
					t.Errorf("it counted, and the tab is at %v", tab.waitError())
				}
				return
			}
			_, err = tab.Await(within(t, patient), "#never")
			var foreign *page.ForeignPostError
			switch c.ends {
			case "ok":
				if err != nil || len(tab.SAMLResponse().Reveal()) < 60 {
					t.Errorf("it ended with %v", err)
				}
			case "nobody's":
				if !errors.As(err, &foreign) || foreign.Got != opaqueOrigin || !tab.SAMLResponse().IsZero() {
					t.Errorf("it ended with %v", err)
				}
			case "theirs":
				if !errors.As(err, &foreign) || foreign.Got != theirs || foreign.Want != ours || !tab.SAMLResponse().IsZero() {
					t.Fatalf("it ended with %v", err)
				}
				tab.TrustOrigin(foreign.Got)
				if tab.SAMLResponse().IsZero() {
					t.Error("it was trusted, and does not count")
				}
			default:
				var wrong *page.PostError
				if !errors.As(err, &wrong) || !strings.Contains(err.Error()+wrong.Hint(), c.ends) || !tab.SAMLResponse().IsZero() {
					t.Errorf("it ended with %v", err)
				}
			}
		})
	}
}

// awaitNote waits for the browser to say that it ignored a post.
func awaitNote(t *testing.T, b *Browser, want string) {
	t.Helper()
	for until := time.Now().Add(patient); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		noted := fmt.Sprint(b.noted)
		b.mu.Unlock()
		if strings.Contains(noted, want) {
			return
		}
	}
	t.Errorf("nothing was noted with %q: %v", want, b.noted)
}
