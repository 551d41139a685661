package okta

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const awsAddress = "https://signin.aws.amazon.com/saml"

// encodedResponse is a SAML response about subject, as an identity provider
// encodes it.
func encodedResponse(subject string) string {
	return base64.StdEncoding.EncodeToString([]byte(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ` +
		`xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">` +
		`<a:Assertion><a:Subject><a:NameID>` + subject + `</a:NameID></a:Subject></a:Assertion></p:Response>`))
}

// postingPage is the page with which Okta posts an assertion about subject.
func postingPage(subject string) string {
	return `<form action="` + awsAddress + `" method="POST"><input name="SAMLResponse" value="` + encodedResponse(subject) + `"></form>`
}

// rememberedAt is what a sign-in of Jane's left behind.
func rememberedAt(address string) session.Remembered {
	return session.Remembered{Org: "acme", URL: address, Username: "jane", Subject: "jane", Agent: "Mozilla/5.0 (Test)",
		Cookies: []session.Cookie{
			{Name: "sid", Value: session.NewSecret("s1"), Domain: "127.0.0.1", Path: "/", Secure: true, HTTPOnly: true, SameSite: "None"},
			{Name: "DT", Value: session.NewSecret("d1"), Domain: ".127.0.0.1", Path: "/", Expires: time.Now().Add(time.Hour)},
			{Name: "old", Value: session.NewSecret("x"), Domain: "127.0.0.1", Path: "/", Expires: time.Now().Add(-time.Second)},
		}}
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
	const login = "a login page"
	for name, c := range map[string]struct {
		answer  string
		change  func(o *session.Org, s *shelf)
		scenes  []scene
		browser string // cookies it was given; "-": there was none
		did     string
		answers []string // what the person types
		status  error
	}{
		"open session": {answer: postingPage("jane"), browser: "-", did: "keep"},
		"another case": {answer: postingPage("jane"), browser: "-", did: "keep",
			change: func(o *session.Org, _ *shelf) { o.Username = "JANE" }},
		"username asked": {answer: postingPage("jane"), browser: "-", did: "keep", answers: []string{"jane"},
			change: func(o *session.Org, _ *shelf) { o.Username = "" }},
		"closed session":   {answer: login, scenes: []scene{logIn, done}, browser: "sid DT", did: "keep", answers: []string{"pw", "no"}},
		"only the browser": {answer: login, scenes: []scene{done}, browser: "sid DT", did: "keep"},
		"anew": {answer: postingPage("jane"), scenes: []scene{logIn, done}, browser: "DT", did: "keep", answers: []string{"pw", "no"},
			change: func(o *session.Org, _ *shelf) { o.Anew = true }},
		"another user": {answer: postingPage("jane"), scenes: []scene{logIn, done}, browser: "", did: "discard keep",
			answers: []string{"pw", "no"},
			change:  func(o *session.Org, _ *shelf) { o.Username = "joe" }},
		"a stranger's": {answer: postingPage("joe"), scenes: []scene{logIn, done}, browser: "", did: "discard keep",
			answers: []string{"pw", "no"}},
		"a stranger's, in the browser": {answer: login, scenes: []scene{done}, browser: "sid DT|", did: "discard keep",
			answers: []string{"pw", "no"},
			change:  func(_ *session.Org, s *shelf) { s.kept.Subject = "joe" }},
		"turned off": {answer: login, scenes: []scene{logIn, done}, browser: "", did: "discard", answers: []string{"pw", "no"},
			change: func(o *session.Org, _ *shelf) { o.Remember = false }},
		"nothing kept": {answer: login, scenes: []scene{logIn, done}, browser: "", did: "keep", answers: []string{"pw", "no"},
			change: func(_ *session.Org, s *shelf) { s.kept = session.Remembered{} }},
		"broken jar": {answer: login, scenes: []scene{logIn, done}, browser: "", did: "keep", answers: []string{"pw", "no"},
			change: func(_ *session.Org, s *shelf) { s.err = errors.New("keyring") }},
		"nobody to ask": {answer: login, scenes: []scene{logIn, done}, browser: "sid DT", did: "", status: &session.InputError{}},
		"unattended": {answer: postingPage("jane"), browser: "-", did: "keep",
			change: func(o *session.Org, _ *shelf) { o.Unattended, o.Username = true, "" }},
		"unattended, a closed session": {answer: login, scenes: []scene{done}, browser: "-", did: "", status: &session.InputError{},
			answers: []string{"pw"},
			change:  func(o *session.Org, _ *shelf) { o.Unattended = true }},
		"unattended, with a command for codes": {answer: login, scenes: []scene{done}, browser: "sid DT", did: "keep",
			change: func(o *session.Org, _ *shelf) { o.Unattended, o.MFACommand = true, []string{"code"} }},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.answer) }))
			defer server.Close()
			o := session.Org{Name: "acme", URL: server.URL + "/home/x?a=b", Username: "jane", Remember: true}
			s, who := &shelf{kept: rememberedAt(server.URL + "/home/x")}, &typist{answers: c.answers}
			if c.change != nil {
				c.change(&o, s)
			}
			started := []string{}
			d := &Driver{Consumer: func(address string) bool { return address == awsAddress }}
			d.Jar, d.Ask, d.Passwords = s, who, session.PasswordSource{Keeper: &ring{}, Ask: who}
			d.Codes = func() *session.CodeSource { return &session.CodeSource{Ask: who} }
			d.Browse = func(context.Context, session.Org, bool) (page.Page, error) {
				started = append(started, "")
				return &watched{play: &play{scenes: slices.Clone(c.scenes), cookies: []session.Cookie{{Name: "new",
					Domain: "127.0.0.1"}, {Name: "abroad", Domain: "x.example"}}}, given: &started[len(started)-1]}, nil
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
			if len(started) > 0 && c.did == "keep" && s.err == nil && (len(s.kept.Cookies) != 1 || s.kept.Cookies[0].Name != "new" ||
				s.kept.Subject != "jane" || s.kept.Agent != "Mozilla/5.0") {
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

func (*watched) SAMLResponse() session.Secret { return session.NewSecret(encodedResponse("jane")) }

func (w *watched) SetCookies(_ context.Context, _ string, cookies []session.Cookie) error {
	var names []string
	for _, c := range cookies {
		names = append(names, c.Name)
	}
	*w.given = strings.Join(names, " ")
	return nil
}
