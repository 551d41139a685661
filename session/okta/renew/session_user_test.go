package renew

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"stsx/session"
)

// encryptedResponse is a response whose assertion AWS alone can read.
func encryptedResponse() string {
	return base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ` +
		`xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:x="http://www.w3.org/2001/04/xmlenc#">` +
		`<a:EncryptedAssertion><x:EncryptedData><x:CipherData><x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData>` +
		`</a:EncryptedAssertion></p:Response>`))
}

// TestRenewEncrypted: Okta's session has to be that of the user who signed in, as Okta says it; what it says of somebody else, of nobody
// or not at all renews nothing.
func TestRenewEncrypted(t *testing.T) {
	for name, c := range map[string]struct {
		status    int
		says      string
		isRenewed bool
		other     bool
	}{
		"the same user":    {200, `{"id":"102x","userId":"00u1","login":"jane"}`, true, false},
		"another user":     {200, `{"id":"102x","userId":"00u2","login":"jane"}`, false, true},
		"another's prefix": {200, `{"userId":"00u12"}`, false, true},
		"no user":          {200, `{"id":"102x","login":"jane"}`, false, false},
		"an empty user":    {200, `{"userId":" "}`, false, false},
		"a number":         {200, `{"userId":1}`, false, false},
		"a page":           {200, `<html>sign in</html>`, false, false},
		"nothing":          {200, ``, false, false},
		"no session":       {404, `{"userId":"00u1"}`, false, false},
		"a redirection":    {302, `{"userId":"00u1"}`, false, false},
		"no end":           {200, `{"x":"` + strings.Repeat("a", maxSessionAnswer) + `","userId":"00u1"}`, false, false},
	} {
		p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/v1/sessions/me" {
				fmt.Fprint(w, postingPage(awsAddress, encryptedResponse()))
				return
			}
			w.Header().Set("Location", "/home/x")
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.says)
		})
		r := p.remembered()
		r.Subject = "Okta user 00u1"
		a, err := renewer().Assertion(context.Background(), p.org(), &r)
		if (err == nil) != c.isRenewed || errors.Is(err, ErrOtherUser) != c.other || err == nil && a.Subject != r.Subject {
			t.Errorf("%s: %q, %v", name, a.Subject, err)
		}
		if sent := strings.Join(p.requests(), "|"); !strings.HasSuffix(sent, "|GET /api/v1/sessions/me sid=s1; DT=d1") {
			t.Errorf("%s: %s", name, sent)
		}
		user, err := renewer().SessionUser(context.Background(), p.remembered())
		if (err == nil) != (c.isRenewed || c.other) || c.isRenewed && user != r.Subject {
			t.Errorf("%s: %q, %v", name, user, err)
		}
	}
	if _, err := renewer().SessionUser(context.Background(), session.Remembered{URL: "http://acme.example/home/x"}); err == nil {
		t.Error("cookies go in the clear")
	}
}

// TestRenewEncryptedUnbound: a session that was saved without a user, or by a readable assertion, renews nothing.
func TestRenewEncryptedUnbound(t *testing.T) {
	for _, subject := range []string{"", "jane", "00u1"} {
		p := newOrgServer(t, func(_ *orgServer, w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/sessions/me" {
				fmt.Fprint(w, `{"userId":"00u1"}`)
				return
			}
			fmt.Fprint(w, postingPage(awsAddress, encryptedResponse()))
		})
		r := p.remembered()
		r.Subject = subject
		if _, err := renewer().Assertion(context.Background(), p.org(), &r); !errors.Is(err, ErrOtherUser) {
			t.Errorf("%q: %v", subject, err)
		}
	}
}
