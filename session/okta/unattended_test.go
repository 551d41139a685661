package okta

import (
	"errors"
	"slices"
	"testing"

	"stsx/session"
)

// TestUnattended: codes of the command are typed; nothing is picked or pressed
// that makes a phone ring, not even where the configuration names it.
func TestUnattended(t *testing.T) {
	o := org()
	o.Unattended = true
	if _, _, err := signsIn(&play{scenes: []scene{logIn, google, done}}, &typist{}, o, "pw", "111111"); err != nil {
		t.Error(err)
	}
	quiet := 0
	for _, f := range allFactors() {
		if f.needsNobody() {
			quiet++
			continue
		}
		var input *session.InputError
		p := &play{scenes: []scene{logIn, {marks: []string{f.page}}, done}}
		p.scenes[1].marks = append(p.scenes[1].marks, f.send)
		if _, _, err := signsIn(p, &typist{}, o, "pw", "111111"); !errors.As(err, &input) || p.at != 1 {
			t.Errorf("%s: %v, scene %d", f.title, err, p.at)
		}
		o := o
		o.MFA = f.names[0]
		p = &play{scenes: []scene{logIn, {marks: []string{authenticatorList}, rows: []factor{f}}, done}}
		if _, _, err := signsIn(p, &typist{}, o, "pw", "111111"); err == nil || len(p.picked) > 0 {
			t.Errorf("%s: %v, picked %q", f.title, err, p.picked)
		}
	}
	if quiet < 5 || quiet == len(allFactors()) {
		t.Errorf("%d of %d authenticators need no person", quiet, len(allFactors()))
	}
	// Classic's page for Okta Verify: the code, never the push.
	verify := scene{marks: []string{classicPushForm, factorTitled("Okta Verify push").page, factorTitled("Okta Verify push").send,
		inlineCodeLinkOrIt}}
	p := &play{scenes: []scene{logIn, verify, done}}
	if _, _, err := signsIn(p, &typist{}, o, "pw", "111111"); err != nil || !slices.Contains(p.filled, "111111") ||
		p.pressed[1] != inlineCodeSubmit {
		t.Errorf("%v, pressed %q", err, p.pressed)
	}
	// Of two, the one that needs no person.
	both := scene{marks: []string{authenticatorList}, rows: []factor{factorTitled("SMS"), factorTitled("Google Authenticator")}}
	p = &play{scenes: []scene{logIn, both, google, done}}
	if _, _, err := signsIn(p, &typist{}, o, "pw", "111111"); err != nil || !slices.Equal(p.picked, []string{"Google Authenticator"}) {
		t.Errorf("%v, picked %q", err, p.picked)
	}
}
