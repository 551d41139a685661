//go:build unix

package tests

import (
	"slices"
	"strings"

	"stsx/tests/okta"
)

// withPasswordAndCode is the desk with what an unattended sign-in needs: the password, and
// the code of now. A code is good once, so it is for one sign-in.
func (d *desk) withPasswordAndCode() *desk {
	d.Helper()
	return d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.GoogleTOTP))
}

func (d *desk) factorCode(f okta.Factor) string {
	d.Helper()
	code, err := d.org.Code(jane, f)
	if err != nil {
		d.Fatal(err)
	}
	return code
}

// oktaTexts are the ways in which the org's page may put what it would put so in
// English: give them to terminal.waitFor.
func (d *desk) oktaTexts(english string) []string {
	d.Helper()
	words, err := d.org.Words(english)
	if err != nil {
		d.Fatal(err)
	}
	return words
}

// wantOktaText fails the test unless text holds each of parts in the language of the
// org: TestPages runs in several, so what Okta's page says is asserted with
// wantOktaText, and what stsx says with wantText.
func (d *desk) wantOktaText(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		words := d.oktaTexts(part)
		if !slices.ContainsFunc(words, func(one string) bool { return strings.Contains(text, one) }) {
			d.Errorf("want one of %q in:\n%s", words, text)
		}
	}
}

// countEvents is how many events of kind the org logged.
func (d *desk) countEvents(kind okta.Kind) int { return len(d.eventsOf(kind)) }

func (d *desk) eventsOf(kind okta.Kind) []okta.Event {
	var out []okta.Event
	for _, e := range d.org.Log() {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// hasRequested reports whether a request below that path has come.
func (d *desk) hasRequested(path string) bool {
	for _, e := range d.eventsOf(okta.Requested) {
		if strings.HasPrefix(e.Path, path) {
			return true
		}
	}
	return false
}

// countRequests is how many came for a path, or with * at its end for what begins so.
func (d *desk) countRequests(path string) (n int) {
	prefix, open := strings.CutSuffix(path, "*")
	for _, e := range d.eventsOf(okta.Requested) {
		if e.Path == path || open && strings.HasPrefix(e.Path, prefix) {
			n++
		}
	}
	return n
}

// withFactors is the org's only user with these factors.
func withFactors(c okta.Config, factors ...okta.Factor) okta.Config {
	user := janeUser()
	user.GoogleTOTP, user.Others = "", factors
	c.Users = []okta.User{user}
	return c
}

// twoFactors is jane with both apps.
func twoFactors() []okta.User {
	user := janeUser()
	user.OktaVerifyTOTP = verifySecret
	return []okta.User{user}
}

// noFactorPerson signs in with the password alone.
func noFactorPerson() []okta.User {
	user := janeUser()
	user.GoogleTOTP = ""
	return []okta.User{user}
}

// openSignIn starts a sign-in on a terminal that has the password already.
func (d *desk) openSignIn(args ...string) *terminal {
	d.Helper()
	return d.with("STSX_PASSWORD=" + janePassword).openTerminal(append(append([]string{"exec", "prod"}, args...), "--", "echo", "signed",
		"in")...)
}

// wantSignedIn fails the test unless the sign-in ended well, with tried codes for f, the
// last one right.
func (t *terminal) wantSignedIn(d *desk, f okta.Factor, tried int) {
	t.Helper()
	if r := t.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.eventsOf(okta.CodeTried))
	}
	codes := d.eventsOf(okta.CodeTried)
	if len(codes) != tried || tried > 0 && (!codes[tried-1].OK || codes[tried-1].Factor != f) || d.countEvents(okta.PasswordTried) != 1 {
		t.Errorf("the org logged %v", codes)
	}
	d.wantNoBrowserProfile()
}

// wantSignIn fails the test unless an unattended exec ends well, with one password
// and codes verifications at the org.
func (d *desk) wantSignIn(codes int, args ...string) {
	d.Helper()
	args = append(append([]string{"exec", "prod"}, args...), "--", "sh", "-c", "echo role=$STSX_ROLE")
	r := d.wantStatus(d.run(args...), 0)
	if r.stdout != "role=Admin\n" {
		d.Errorf("the command printed %q", r.stdout)
	}
	if d.countEvents(okta.PasswordTried) != 1 || d.countEvents(okta.CodeTried) != codes || d.countEvents(okta.Asserted) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

// wantSeen fails the test unless the org logged so many passwords, codes and
// assertions.
func (d *desk) wantSeen(passwords, codes, assertions int) {
	d.Helper()
	if d.countEvents(okta.PasswordTried) != passwords || d.countEvents(okta.CodeTried) != codes ||
		d.countEvents(okta.Asserted) != assertions {
		d.Fatalf("want %d passwords, %d codes, %d assertions; the org logged %v", passwords, codes, assertions, d.org.Log())
	}
}

// wantOneSignIn fails the test unless the org was told password and code no more often
// than once, and issued one assertion.
func (d *desk) wantOneSignIn(codes int) {
	d.Helper()
	if d.countEvents(okta.PasswordTried) != 1 || d.countEvents(okta.CodeTried) != codes || d.countEvents(okta.Asserted) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
}

// wantCodesSent fails the test unless the org sent codes of exactly these factors.
func (d *desk) wantCodesSent(want ...okta.Factor) {
	d.Helper()
	var got []okta.Factor
	for _, e := range d.eventsOf(okta.CodeSent) {
		got = append(got, e.Factor)
	}
	if !slices.Equal(got, want) {
		d.Errorf("sent %v, want %v", got, want)
	}
}

// wantCodesTried fails the test unless the org got n codes, no two the same.
func (d *desk) wantCodesTried(n int) {
	d.Helper()
	seen := map[string]bool{}
	for _, e := range d.eventsOf(okta.CodeTried) {
		seen[e.Digest] = true
	}
	if got := d.countEvents(okta.CodeTried); got != n || len(seen) != n {
		d.Errorf("the org got %d codes, %d different; want %d: %v", got, len(seen), n, d.eventsOf(okta.CodeTried))
	}
}

// passwordsTried is how many passwords the org got, and how many different ones.
func (d *desk) passwordsTried() (times, different int) {
	seen := map[string]bool{}
	for _, e := range d.eventsOf(okta.PasswordTried) {
		times++
		seen[e.Digest] = true
	}
	return times, len(seen)
}

// withRemember is the desk with remember = true.
func (d *desk) withRemember() *desk {
	d.Helper()
	d.editConfig(`username = "`+jane+`"`, `username = "`+jane+`"`+"\nremember = true")
	return d
}
