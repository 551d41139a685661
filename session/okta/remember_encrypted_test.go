package okta

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"stsx/session"
	"stsx/session/page"
)

// unreadable is a page that posts an assertion that is encrypted.
type unreadable struct{ *watched }

func (unreadable) SAMLResponse() session.Secret {
	return session.NewSecret(base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ` +
		`xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:x="http://www.w3.org/2001/04/xmlenc#">` +
		`<a:EncryptedAssertion><x:EncryptedData><x:CipherData><x:CipherValue>AAAA</x:CipherValue></x:CipherData></x:EncryptedData>` +
		`</a:EncryptedAssertion></p:Response>`)))
}

// TestAssertRememberedEncrypted: a sign-in whose assertion names nobody is kept as that of the user whose session Okta says it is, and
// one of nobody, or of somebody else, is never gone on with.
func TestAssertRememberedEncrypted(t *testing.T) {
	const ours, device = "new DT", "DT"
	for name, c := range map[string]struct {
		says    string // Okta of whose the session is
		subject string // that was kept
		scenes  []scene
		browser string // cookies each browser was given
		did     string
		kept    string // cookies
		said    string
	}{
		"the first":              {`{"userId":"00u1"}`, "-", []scene{logIn, done}, "", "keep", ours, ""},
		"the first, of nobody":   {`{}`, "-", []scene{logIn, done}, "", "keep", device, "is not saved"},
		"open in the browser":    {`{"userId":"00u1"}`, "Okta user 00u1", []scene{done}, "sid DT", "keep", ours, ""},
		"another's":              {`{"userId":"00u2"}`, "Okta user 00u1", []scene{done}, "sid DT|", "discard keep", ours, ""},
		"nobody's":               {`{}`, "Okta user 00u1", []scene{done}, "sid DT|", "discard keep", device, "is not saved"},
		"nobody's, kept as such": {`{}`, "", []scene{done}, "sid DT|", "discard keep", device, "is not saved"},
		"was readable":           {`{"userId":"00u1"}`, "jane", []scene{done}, "sid DT|", "discard keep", ours, ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v1/sessions/me" {
				fmt.Fprint(w, c.says)
				return
			}
			fmt.Fprint(w, "a login page")
		}))
		s := &shelf{kept: rememberedAt(server.URL + "/home/x")}
		if s.kept.Subject = c.subject; c.subject == "-" {
			s.kept = session.Remembered{}
		}
		who := &typist{answers: []string{"pw", "no"}}
		var started []string
		d := &Driver{Consumer: func(address string) bool { return address == awsAddress }, Jar: s, Ask: who,
			Passwords: session.PasswordSource{Keeper: &ring{}, Ask: who}}
		d.Codes = func() *session.CodeSource { return &session.CodeSource{Ask: who} }
		d.Browse = func(context.Context, session.Org, bool) (page.Page, error) {
			started = append(started, "")
			return unreadable{&watched{play: &play{scenes: slices.Clone(c.scenes), cookies: []session.Cookie{{Name: "new",
				Domain: "127.0.0.1"}, {Name: "DT", Domain: "127.0.0.1"}}}, given: &started[len(started)-1]}}, nil
		}
		o := session.Org{Name: "acme", URL: server.URL + "/home/x?a=b", Username: "jane", Remember: true}
		a, err := d.Assert(context.Background(), session.Profile{Org: o})
		server.Close()
		var kept []string
		for _, k := range s.kept.Cookies {
			kept = append(kept, k.Name)
		}
		if err != nil || !a.Encrypted || strings.Join(started, "|") != c.browser || strings.Join(s.did, " ") != c.did ||
			strings.Join(kept, " ") != c.kept || s.kept.Subject != a.Subject {
			t.Errorf("%s: %v, browsers with %q, the jar's %q, kept %q of %q", name, err, started, s.did, kept, s.kept.Subject)
		}
		if said := strings.Join(who.said, "\n"); strings.Contains(said, "is not saved") != (c.said != "") {
			t.Errorf("%s: said %q", name, said)
		}
	}
}
