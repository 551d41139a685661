package renew

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

// FuzzCookies: whatever an answer sets, cookies stay with the host that set them,
// are bounded in number, and can be sent in one header line.
func FuzzCookies(f *testing.F) {
	for _, header := range []string{
		"sid=1; Path=/; Secure; HttpOnly", "sid=1; Domain=.acme.okta.com", "sid=1; Domain=okta.com", "sid=1; Domain=.com",
		"sid=1; Domain=evil.example",
		"sid=1; Domain=ACME.OKTA.COM; Max-Age=-1", "sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
		"sid=1; Expires=x; Max-Age=99999999999999999999",
		"=1", "a=\"q\"; Path=home", "a=b\r\nX: y", "a=b; Path=/\x00", "sid=1; SameSite=Lax\nSet-Cookie: sid=2; SameSite=None", "\xff=\xff",
		"a=1; Domain=127.0.0.1", "a=1; Domain=acme.okta.com.", "a=" + strings.Repeat("x", 9000),
	} {
		f.Add(header, "https://acme.okta.com/home/x")
	}
	f.Add("a=1", "http://127.0.0.1:8080")
	f.Add("a=1; Path=/%2e", "https://acme.okta.com/a%2fb/c")
	f.Fuzz(func(t *testing.T, header, address string) {
		u, err := url.Parse(address)
		if err != nil || strings.HasPrefix(u.Hostname(), ".") {
			return // no host that the configuration takes
		}
		answer := &http.Response{Header: http.Header{}}
		for _, line := range strings.Split(header, "\n") {
			answer.Header.Add("Set-Cookie", line)
		}
		now := time.Now()
		before := []session.Cookie{{Name: "DT", Value: session.NewSecret("d"), Domain: strings.ToLower(u.Hostname()), Path: "/"}}
		cookies := withSetCookies(before, answer, u, now)
		if len(cookies) > MaxCookies {
			t.Errorf("%d cookies", len(cookies))
		}
		for _, c := range cookies {
			if domain := strings.ToLower(strings.TrimPrefix(c.Domain, ".")); domain != strings.ToLower(u.Hostname()) {
				t.Errorf("%q set a cookie for %q", u.Hostname(), c.Domain)
			}
		}
		line := cookieHeader(cookies, u, now)
		r, err := http.NewRequest(http.MethodGet, "https://acme.okta.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", line)
		var sent bytes.Buffer
		if err := r.Write(&sent); err != nil {
			return // net/http does not send it
		}
		read, err := http.ReadRequest(bufio.NewReader(&sent))
		if err != nil || len(read.Header) > 2 {
			t.Errorf("%q becomes %v, %v", line, read, err)
		}
		elsewhere, _ := url.Parse("https://evil.example/")
		if leaked := cookieHeader(cookies, elsewhere, now); leaked != "" && u.Hostname() != "evil.example" {
			t.Errorf("evil.example gets %q", leaked)
		}
	})
}

// FuzzPage: a page is a SAML response posted to AWS, or an error.
func FuzzPage(f *testing.F) {
	for _, page := range []string{
		postingPage(awsAddress, encodedResponse("jane")), postingPage("https://evil.example/saml", "x"), "<form>", "",
		"\xff<form action=//x>",
		`<form method=post action="` + awsAddress + `"><input name=SAMLResponse value=a><input name=SAMLResponse value=b></form>`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		var asked []string
		n := Renewer{Consumer: func(address string) bool { asked = append(asked, address); return address == awsAddress }}
		found, err := n.postedResponse(page, func(action string) string { return action })
		if (found == "") != (err != nil) || found != "" && (len(asked) != 1 || asked[0] != awsAddress) {
			t.Errorf("%q: %q, %v, asked of %q", page, found, err, asked)
		}
	})
}
