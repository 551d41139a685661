//go:build unix

package tests

import (
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

// pages is what the sign-in page can do, each on every engine and generation.
func pages() map[string]func(t *testing.T, config okta.Config) {
	return map[string]func(*testing.T, okta.Config){
		"one page":           onePage,
		"username first":     usernameFirst,
		"no second factor":   noFactor,
		"Okta Verify":        oktaVerify,
		"several factors":    severalFactors,
		"wrong password":     wrongPassword,
		"wrong code":         wrongCode,
		"locked out":         lockedOut,
		"password expired":   passwordExpired,
		"password warning":   passwordWarning,
		"not assigned":       notAssigned,
		"expired state":      expiredState,
		"rate limited":       rateLimited,
		"unknown page":       unknownPage,
		"another host":       anotherHost,
		"no role":            noRole,
		"a slow org":         slow,
		"factor not offered": factorNotOffered,
	}
}

func TestPages(t *testing.T) {
	for _, engine := range []okta.Engine{okta.Classic, okta.Gen2, okta.Gen3} {
		for name, page := range pages() {
			t.Run(engine.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				page(t, okta.Config{Engine: engine})
			})
		}
	}
}

// signsIn fails the test unless an unattended exec ends well, with one password
// and codes verifications at the org.
func (d *desk) signsIn(codes int, args ...string) {
	d.Helper()
	args = append(append([]string{"exec", "prod"}, args...), "--", "sh", "-c", "echo role=$STSX_ROLE")
	r := d.expect(d.run(args...), 0)
	if r.stdout != "role=Admin\n" {
		d.Errorf("the command printed %q", r.stdout)
	}
	if d.count(okta.PasswordTried) != 1 || d.count(okta.CodeTried) != codes || d.count(okta.Asserted) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.clean()
}

func onePage(t *testing.T, c okta.Config) { newDesk(t, c).signed().signsIn(1) }

func usernameFirst(t *testing.T, c okta.Config) {
	c.IdentifierFirst = true
	newDesk(t, c).signed().signsIn(1)
}

func noFactor(t *testing.T, c okta.Config) {
	user := person()
	user.GoogleTOTP = ""
	c.Users = []okta.User{user}
	newDesk(t, c).with("STSX_PASSWORD=" + janePassword).signsIn(0)
}

func oktaVerify(t *testing.T, c okta.Config) {
	user := person()
	user.GoogleTOTP, user.OktaVerifyTOTP = "", verifySecret
	c.Users = []okta.User{user}
	d := newDesk(t, c)
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(okta.OktaVerifyTOTP)).signsIn(1)
}

func severalFactors(t *testing.T, c okta.Config) {
	user := person()
	user.OktaVerifyTOTP, user.Others = verifySecret, []okta.Factor{okta.SecurityQuestion, okta.Email}
	c.Users = []okta.User{user}
	d := newDesk(t, c)
	d.signed().signsIn(1, "--mfa", "google_otp")
	if e := d.events(okta.CodeTried); e[0].Factor != okta.GoogleTOTP {
		t.Errorf("verified with %s", e[0].Factor)
	}
}

// wrongPassword: refused, status 4, and the very same one is not sent again.
func wrongPassword(t *testing.T, c okta.Config) {
	d := newDesk(t, c).with("STSX_PASSWORD=wrong")
	r := d.expect(d.run("exec", "prod", "--", "true"), 4)
	d.says(r.stderr, "stsx: error: Okta said: Unable to sign in", "stsx: hint: ")
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 4).stderr, "isn't sent again")
	if n := d.count(okta.PasswordTried); n != 1 {
		t.Errorf("the wrong password was sent %d times", n)
	}
	d.clean()
}

// wrongCode: a person gets it right at the second try.
func wrongCode(t *testing.T, c okta.Config) {
	d := newDesk(t, c)
	term := d.with("STSX_PASSWORD="+janePassword).open("exec", "prod", "--", "echo", "in")
	term.expect("Code from Google Authenticator")
	term.send("000000\r")
	term.expect("Okta said: ")
	term.expect("Code from Google Authenticator")
	term.send(d.code(okta.GoogleTOTP) + "\r")
	term.expect("in")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if n := len(d.events(okta.CodeTried)); n != 2 {
		t.Errorf("%d codes were sent", n)
	}
	d.clean()
}

func lockedOut(t *testing.T, c okta.Config) {
	user := person()
	user.Locked = true
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	r := d.expect(d.run("exec", "prod", "--", "true"), 4)
	d.says(r.stderr, "Okta said: ", "locked", "has to be unlocked")
	d.clean()
}

func passwordExpired(t *testing.T, c okta.Config) {
	user := person()
	user.PasswordExpired = true
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 4).stderr, "expired", "change the password")
	d.clean()
}

func passwordWarning(t *testing.T, c okta.Config) {
	user := person()
	user.PasswordWarn = true
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	d.signsIn(1)
	if d.count(okta.PasswordChanged) != 0 {
		t.Error("the password was changed")
	}
}

func notAssigned(t *testing.T, c okta.Config) {
	user := person()
	user.Unassigned = true
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 4).stderr, "assigned", "ask your Okta administrator for the AWS app")
	d.clean()
}

// expiredState: the sign-in starts over once, without the person.
func expiredState(t *testing.T, c okta.Config) {
	c.ExpireOnce = true
	d := newDesk(t, c).signed()
	r := d.expect(d.run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || d.count(okta.StateExpired) != 1 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
}

func rateLimited(t *testing.T, c okta.Config) {
	user := person()
	user.RateLimited = true
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 4).stderr, "Okta said: ", "wait a minute")
}

func unknownPage(t *testing.T, c okta.Config) {
	c.Detour = okta.TermsPage
	d := newDesk(t, c).signed()
	r := d.expect(d.run("exec", "prod", "--verbose", "--", "true"), 125)
	d.says(r.stderr, "does not know the page", d.org.URL()+"/", "it shows: ", "page.png")
	if strings.Contains(r.stderr, "?") {
		t.Errorf("a query is quoted: %s", r.stderr)
	}
	d.clean()
}

// anotherHost: the password is not typed into a page of another origin.
func anotherHost(t *testing.T, c okta.Config) {
	foreign, err := okta.Start(okta.Config{Engine: c.Engine, Users: []okta.User{person()}})
	if err != nil {
		t.Skip(err) // newDesk fails for it when it has to
	}
	t.Cleanup(func() { _ = foreign.Close() })
	c.RedirectTo = foreign.EmbedURL()
	d := newDesk(t, c).signed()
	r := d.expect(d.run("exec", "prod", "--", "true"), 125)
	d.says(r.stderr, foreign.URL(), d.org.URL(), "nothing was typed")
	for _, e := range foreign.Log() {
		if e.Kind == okta.PasswordTried || e.Kind == okta.Identified {
			t.Errorf("the foreign page got %v", e)
		}
	}
}

func noRole(t *testing.T, c okta.Config) {
	user := person()
	user.Roles = nil
	c.Users = []okta.User{user}
	d := newDesk(t, c).signed()
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 5).stderr, "signed in, but Okta grants you no AWS role in this app")
}

func slow(t *testing.T, c okta.Config) {
	c.Latency = 2500 * time.Millisecond
	newDesk(t, c).signed().signsIn(1)
}

func factorNotOffered(t *testing.T, c okta.Config) {
	user := person()
	user.GoogleTOTP, user.Others = "", []okta.Factor{okta.SecurityQuestion, okta.Email}
	c.Users = []okta.User{user}
	d := newDesk(t, c).with("STSX_PASSWORD=" + janePassword)
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 125).stderr, "does not offer", "Security Question", "Email")
}
