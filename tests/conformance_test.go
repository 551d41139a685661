//go:build unix

package tests

import (
	"strings"
	"testing"

	"stsx/session"
	"stsx/tests/okta"
)

// provider is a type of identity provider as TestConformance needs it.
type provider struct {
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

// providers has a row for each of session.Types.
func providers() map[string]provider {
	simulated := func(t *testing.T, elsewhere string) *desk {
		return newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson(), RedirectTo: elsewhere})
	}
	return map[string]provider{
		session.TypeOkta: {
			desk: simulated,
			answer: func(d *desk, term *terminal, password string) {
				term.expect("Okta password for " + jane)
				term.send(password + "\r")
			},
			away: func(d *desk, term *terminal) {
				term.expect("Okta password for " + jane)
				term.send(janePassword + "\r")
			},
		},
		// Okta's page without Okta's driver: any will do that is a real one.
		session.TypeForm: {
			desk: func(t *testing.T, elsewhere string) *desk {
				d := simulated(t, elsewhere)
				d.edit("[idp.acme]", "[idp.acme]\ntype = \"form\"")
				return d
			},
			answer: func(d *desk, term *terminal, password string) {
				term.expect("a page of " + d.org.URL() + " asks:")
				term.expect("> fill in ")
				term.send("\r")
				term.expect(d.words("Username")...)
				term.expect("[" + jane + "]")
				term.send("\r") // as configured
				term.expect("(for " + strings.TrimPrefix(d.org.URL(), "http://") + ")")
				term.send(password + "\r")
				term.expect("[y/N]") // remember me?
				term.send("\r")
			},
			away: func(d *desk, term *terminal) {
				term.expect("Answer pages of ")
				term.send("\r") // no
			},
		},
	}
}

// TestConformance is what every driver of an identity provider has to do, seen
// from outside; docs/providers.md says it in words.
func TestConformance(t *testing.T) {
	t.Parallel()
	onLinux(t) // looks at processes
	for _, kind := range session.Types() {
		p, ok := providers()[kind]
		if !ok {
			t.Errorf("type %q is not tested", kind)
			continue
		}
		for name, test := range map[string]func(*testing.T, provider){
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

// silent fails the test if what was written holds the password or a part of an
// assertion.
func (d *desk) silent(r result, passwords ...string) {
	d.Helper()
	for _, secret := range append(passwords, janePassword, "PHNhbW", "PD94bW", "SAMLResponse") {
		if strings.Contains(r.stdout+r.stderr, secret) {
			d.Errorf("%q is in %s", secret, r)
		}
	}
}

// conformsInSigningIn: the assertion is taken from the browser, and neither it
// nor anything else goes to AWS's sign-in or to anybody the person did not name.
func conformsInSigningIn(t *testing.T, p provider) {
	d := p.desk(t, "")
	proxy, d := d.proxied()
	term := d.open("exec", "prod", "--", "sh", "-c", "echo role=$STSX_ROLE")
	p.answer(d, term, janePassword)
	term.expect("role=Admin\r\n")
	d.silent(d.expect(term.wait(), 0))
	if hosts := proxy.Hosts(); len(hosts) > 0 || d.count(okta.Asserted) != 1 {
		t.Errorf("somebody asked for %q; the org logged %v", hosts, d.org.Log())
	}
	d.alone()
	d.clean()
}

// conformsInRefusing: three wrong passwords end it with status 4, and none is
// sent twice.
func conformsInRefusing(t *testing.T, p provider) {
	d := p.desk(t, "")
	term := d.open("exec", "prod", "--", "true")
	wrong := []string{"wrong-password-1", "wrong-password-2", "wrong-password-3"}
	for _, password := range wrong {
		p.answer(d, term, password)
	}
	r := d.expect(term.wait(), 4)
	d.silent(r, wrong...)
	d.says(r.stdout, "stsx: error: ", " said: ", "stsx: hint: ")
	d.quotes(r.stdout, "Unable to sign in")
	if times, different := d.tried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different ones", times, different)
	}
	d.alone()
	d.clean()
}

// conformsInGivingUp: Ctrl-C at a question ends all of it.
func conformsInGivingUp(t *testing.T, p provider) {
	d := p.desk(t, "")
	term := d.open("exec", "prod", "--", "true")
	p.answer(d, term, "wrong-password-1")
	term.expect("stsx: ") // told that it is wrong, and asked again
	term.expect("assword")
	term.send("\x03")
	d.silent(d.expect(term.wait(), 130), "wrong-password-1")
	d.alone()
	d.clean()
}

// conformsInOrigin: a page that the sign-in leads to on another host gets
// nothing, and is named.
func conformsInOrigin(t *testing.T, p provider) {
	foreign, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	if err != nil {
		t.Skip(err) // the desk fails for it when it has to
	}
	t.Cleanup(func() { _ = foreign.Close() })
	d := p.desk(t, foreign.EmbedURL())
	term := d.open("exec", "prod", "--", "true")
	p.away(d, term)
	r := d.expect(term.wait(), 125)
	d.says(r.stdout, "the sign-in led to a page of "+foreign.URL(), "nothing was typed", "allowed_hosts")
	d.silent(r)
	for _, e := range foreign.Log() {
		if e.Kind == okta.PasswordTried || e.Kind == okta.Identified {
			t.Errorf("the foreign page got %v", e)
		}
	}
	d.alone()
	d.clean()
}

// conformsUnattended: with nobody to ask it ends with status 3, and says what
// it would have asked.
func conformsUnattended(t *testing.T, p provider) {
	d := p.desk(t, "")
	r := d.expect(d.run("exec", "prod", "--", "true"), 3)
	d.says(r.stderr, "is needed, and nobody can be asked", "stsx: hint: ")
	if r.stdout != "" || d.count(okta.PasswordTried) != 0 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.alone()
	d.clean()
}
