//go:build unix

package tests

import (
	"strings"
	"testing"

	"stsx/session"
	"stsx/tests/okta"
)

// providerCase is a type of identity provider as TestConformance needs it.
type providerCase struct {
	// desk is a person's machine with that type configured as idp "acme", and
	// nothing but the username known; elsewhere, if not empty, is where its
	// sign-in leads to.
	desk func(t *testing.T, elsewhere string) *desk
	// answer is the person: they wait for what is asked and give password,
	// and all else that a sign-in takes.
	answer func(d *desk, term *terminal, password string)
	// away is what they do when the sign-in leads elsewhere.
	away func(d *desk, term *terminal)
}

// providerCases has a row for each of session.ProviderTypes.
func providerCases() map[string]providerCase {
	simulated := func(t *testing.T, elsewhere string) *desk {
		return newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson(), RedirectTo: elsewhere})
	}
	return map[string]providerCase{
		session.TypeOkta: {
			desk: simulated,
			answer: func(d *desk, term *terminal, password string) {
				term.waitFor("Okta password for " + jane)
				term.typeText(password + "\r")
			},
			away: func(d *desk, term *terminal) {
				term.waitFor("Okta password for " + jane)
				term.typeText(janePassword + "\r")
			},
		},
		// Okta's page without Okta's driver: any will do that is a real one.
		session.TypeForm: {
			desk: func(t *testing.T, elsewhere string) *desk {
				d := simulated(t, elsewhere)
				d.editConfig("[idp.acme]", "[idp.acme]\ntype = \"form\"")
				return d
			},
			answer: func(d *desk, term *terminal, password string) {
				term.waitFor("unrecognised page at " + d.org.URL() + ":")
				term.waitFor("> fill in ")
				term.typeText("\r")
				term.waitFor(d.oktaTexts("Username")...)
				term.waitFor("[" + jane + "]")
				term.typeText("\r") // as configured
				term.waitFor("(for " + strings.TrimPrefix(d.org.URL(), "http://") + ")")
				term.typeText(password + "\r")
				term.waitFor("[y/N]") // remember me?
				term.typeText("\r")
			},
			away: func(d *desk, term *terminal) {
				term.waitFor("Answer pages of ")
				term.typeText("\r") // no
			},
		},
	}
}

// TestConformance is what every driver of an identity provider has to do, seen
// from outside; docs/providers.md says it in words.
func TestConformance(t *testing.T) {
	t.Parallel()
	onLinux(t) // looks at processes
	for _, kind := range session.ProviderTypes() {
		p, ok := providerCases()[kind]
		if !ok {
			t.Errorf("type %q is not tested", kind)
			continue
		}
		for name, test := range map[string]func(*testing.T, providerCase){
			"signs in":            conformsInSigningIn,
			"refuses":             conformsInRefusing,
			"gives up":            conformsInGivingUp,
			"keeps to its origin": conformsInOrigin,
			"does not ask nobody": conformsUnattended,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				test(t, p)
			})
		}
	}
}

// wantNothingSecret fails the test if what was written holds the password or a part of an
// assertion.
func (d *desk) wantNothingSecret(r runResult, passwords ...string) {
	d.Helper()
	for _, secret := range append(passwords, janePassword, "PHNhbW", "PD94bW", "SAMLResponse") {
		if strings.Contains(r.stdout+r.stderr, secret) {
			d.Errorf("%q is in %s", secret, r)
		}
	}
}

// conformsInSigningIn: the assertion is taken from the browser, and neither it
// nor anything else goes to AWS's sign-in or to anybody the person did not name.
func conformsInSigningIn(t *testing.T, p providerCase) {
	d := p.desk(t, "")
	proxy, d := d.withDenyingProxy()
	term := d.openTerminal("exec", "prod", "--", "sh", "-c", "echo role=$STSX_ROLE")
	p.answer(d, term, janePassword)
	term.waitFor("role=Admin\r\n")
	d.wantNothingSecret(d.wantStatus(term.wait(), 0))
	if hosts := proxy.Hosts(); len(hosts) > 0 || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("somebody asked for %q; the org logged %v", hosts, d.org.Log())
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// conformsInRefusing: three wrong passwords end it with status 4, and none is
// sent twice.
func conformsInRefusing(t *testing.T, p providerCase) {
	d := p.desk(t, "")
	term := d.openTerminal("exec", "prod", "--", "true")
	wrong := []string{"wrong-password-1", "wrong-password-2", "wrong-password-3"}
	for _, password := range wrong {
		p.answer(d, term, password)
	}
	r := d.wantStatus(term.wait(), 4)
	d.wantNothingSecret(r, wrong...)
	d.wantText(r.stdout, "stsx: error: ", " said: ", "stsx: hint: ")
	d.wantOktaText(r.stdout, "Unable to sign in")
	if times, different := d.passwordsTried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different ones", times, different)
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// conformsInGivingUp: Ctrl-C at a question ends all of it.
func conformsInGivingUp(t *testing.T, p providerCase) {
	d := p.desk(t, "")
	term := d.openTerminal("exec", "prod", "--", "true")
	p.answer(d, term, "wrong-password-1")
	term.waitFor("stsx: ") // told that it is wrong, and asked again
	term.waitFor("assword")
	term.typeText("\x03")
	d.wantNothingSecret(d.wantStatus(term.wait(), 130), "wrong-password-1")
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// conformsInOrigin: a page that the sign-in leads to on another host gets
// nothing, and is named.
func conformsInOrigin(t *testing.T, p providerCase) {
	foreign, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	if err != nil {
		t.Skip(err) // the desk fails for it when it has to
	}
	t.Cleanup(func() { _ = foreign.Close() })
	d := p.desk(t, foreign.EmbedURL())
	term := d.openTerminal("exec", "prod", "--", "true")
	p.away(d, term)
	r := d.wantStatus(term.wait(), 125)
	d.wantText(r.stdout, "the sign-in led to a page of "+foreign.URL(), "nothing was typed", "allowed_hosts")
	d.wantNothingSecret(r)
	for _, e := range foreign.Log() {
		if e.Kind == okta.PasswordTried || e.Kind == okta.Identified {
			t.Errorf("the foreign page got %v", e)
		}
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// conformsUnattended: with nobody to ask it ends with status 3, and says what
// it would have asked.
func conformsUnattended(t *testing.T, p providerCase) {
	d := p.desk(t, "")
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 3)
	d.wantText(r.stderr, "is required, but there is no terminal to ask on", "stsx: hint: ")
	if r.stdout != "" || d.countEvents(okta.PasswordTried) != 0 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}
