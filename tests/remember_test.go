//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

func rememberSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "keep me signed in?", answer: "yes with `remember = true`, else no", on: identity, run: keepMeSignedIn},
		{row: "a box to remember this device", answer: "ticked with `remember = true`, else cleared", run: rememberBox},
		{row: "a device that is remembered", answer: "the password alone: no second factor", run: rememberedDevice},
		{row: "an Okta session that is open", answer: "renewed with one request: no password, no browser", run: rememberedSession},
		{row: "the remembered session was closed", answer: "the browser signs in", run: closedSession},
		{row: "the remembered session is another user's", answer: "it is not used, and forgotten", run: strangersSession},
		{row: "`stsx logout`", answer: "the session is closed at Okta too", run: logoutAtOkta},
	}
}

// remembering is the desk with remember = true.
func (d *desk) remembering() *desk {
	d.Helper()
	d.edit(`username = "`+jane+`"`, `username = "`+jane+`"`+"\nremember = true")
	return d
}

// edit changes the configuration.
func (d *desk) edit(was, is string) {
	d.Helper()
	text := textOf(d.T, filepath.Join(d.home, ".config", "stsx", "config.toml"))
	if !strings.Contains(text, was) {
		d.Fatalf("the configuration has no %q", was)
	}
	d.configure(strings.Replace(text, was, is, 1))
}

// blind is the desk without a browser, a password or a code: whoever needs one
// fails.
func (d *desk) blind() *desk {
	return d.with("STSX_BROWSER_PATH=/nowhere", "STSX_PASSWORD=", "STSX_MFA_CODE=")
}

// seen fails the test unless the org logged so many passwords, codes and
// assertions.
func (d *desk) seen(passwords, codes, assertions int) {
	d.Helper()
	if d.count(okta.PasswordTried) != passwords || d.count(okta.CodeTried) != codes || d.count(okta.Asserted) != assertions {
		d.Fatalf("want %d passwords, %d codes, %d assertions; the org logged %v", passwords, codes, assertions, d.org.Log())
	}
}

// jars are the files with cookies.
func (d *desk) jars() []string {
	d.Helper()
	files, err := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "cookies", "*"))
	if err != nil {
		d.Fatal(err)
	}
	return files
}

// stays are the answers to whether to remember.
func (d *desk) stays(detail string) (yes, no int) {
	for _, e := range d.events(okta.Stay) {
		switch {
		case e.Detail != detail:
		case e.OK:
			yes++
		default:
			no++
		}
	}
	return yes, no
}

func keepMeSignedIn(t *testing.T, c okta.Config) {
	c.Memory.AskToStay = true
	c.Users = noFactorPerson()
	d := newDesk(t, c).with("STSX_PASSWORD=" + janePassword)
	d.signsIn(0)
	if yes, no := d.stays("page"); yes != 0 || no != 1 || len(d.jars()) != 0 {
		t.Errorf("without remember: %d yes, %d no, kept %v", yes, no, d.jars())
	}
	d.remembering().expect(d.run("login", "dev"), 0)
	if yes, no := d.stays("page"); yes != 1 || no != 1 || len(d.jars()) != 1 {
		t.Errorf("with remember: %d yes, %d no, kept %v", yes, no, d.jars())
	}
	d.clean()
}

func rememberBox(t *testing.T, c okta.Config) {
	d := newDesk(t, c)
	d.signed().signsIn(1)
	if yes, _ := d.stays("box"); yes != 0 {
		t.Error("without remember the box was ticked")
	}
	d.org.Reset()
	d.remembering().signed().expect(d.signed().run("login", "dev"), 0)
	if yes, _ := d.stays("box"); yes != 1 {
		t.Errorf("with remember: %v", d.org.Log())
	}
}

func rememberedDevice(t *testing.T, c okta.Config) {
	c.Memory.Devices = true
	d := newDesk(t, c).remembering()
	d.signed().signsIn(1)
	d.org.EndSessions()
	d = d.with("STSX_PASSWORD=" + janePassword) // and no code
	d.expect(d.run("login", "dev"), 0)
	d.seen(2, 1, 2)
	if d.count(okta.DeviceKnown) != 1 {
		t.Errorf("the device was not known: %v", d.org.Log())
	}
	// Signing in anew takes the device along, and not the session.
	d.expect(d.run("login", "dev", "--force"), 0)
	d.seen(3, 1, 3)
	d.clean()
}

func rememberedSession(t *testing.T, c okta.Config) {
	d := newDesk(t, c).remembering()
	d.signed().signsIn(1)
	r := d.blind().expect(d.blind().run("exec", "dev", "--verbose", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	d.says(r.stderr, "signed in without a browser")
	if r.stdout != "Dev\n" {
		t.Error(r)
	}
	d.seen(1, 1, 2)
	// What came with the answer is kept: once more, as often as one likes.
	d.blind().expect(d.blind().run("roles"), 0)
	d.seen(1, 1, 3)
	d.says(d.run("status").stdout, "remembered: acme as "+jane)
	// With --force the session counts for nothing.
	if r := d.blind().run("login", "dev", "--force"); r.status == 0 {
		t.Error(r)
	}
	d.seen(1, 1, 3)
}

func closedSession(t *testing.T, c okta.Config) {
	c.Users = noFactorPerson()
	d := newDesk(t, c).remembering().with("STSX_PASSWORD=" + janePassword)
	d.signsIn(0)
	d.org.EndSessions()
	r := d.expect(d.run("exec", "dev", "--verbose", "--", "true"), 0)
	d.says(r.stderr, "signing in with a browser: Okta shows a page")
	d.seen(2, 0, 2)
	d.blind().expect(d.blind().run("login", "audit"), 0) // the new one
	d.seen(2, 0, 3)
	d.clean()
}

// strangersSession: whose session it is counts, not whose it was.
func strangersSession(t *testing.T, c okta.Config) {
	joe := person()
	joe.Name, joe.GoogleTOTP = "joe@acme.example", ""
	c.Users = append(noFactorPerson(), joe)
	d := newDesk(t, c).remembering().with("STSX_PASSWORD=" + janePassword)
	d.signsIn(0)
	d.org.GiveSessionsTo(joe.Name)
	r := d.expect(d.run("exec", "dev", "--verbose", "--", "true"), 0)
	d.says(r.stderr, "another user's")
	assertions := d.events(okta.Asserted)
	if last := assertions[len(assertions)-1]; last.User != jane || d.count(okta.PasswordTried) != 2 {
		t.Errorf("%v", d.org.Log())
	}
	d.blind().expect(d.blind().run("login", "audit"), 0)
}

func logoutAtOkta(t *testing.T, c okta.Config) {
	c.Users = noFactorPerson()
	d := newDesk(t, c).remembering().with("STSX_PASSWORD=" + janePassword)
	d.signsIn(0)
	r := d.expect(d.run("logout", "prod"), 0)
	d.says(r.stderr, "forgot 1 session", "signed out of acme")
	if d.count(okta.SignedOut) != 1 || len(d.jars()) != 0 {
		t.Errorf("kept %v; the org logged %v", d.jars(), d.org.Log())
	}
	if r := d.blind().run("login", "dev"); r.status == 0 {
		t.Error(r)
	}
	// With --all as well, and no configuration.
	d.expect(d.run("login", "dev"), 0)
	d.says(d.expect(d.run("logout", "--all", "--config", "/dev/null"), 0).stderr, "forgot every session", "signed out of acme")
	if d.count(okta.SignedOut) != 2 || len(d.jars()) != 0 {
		t.Errorf("kept %v; the org logged %v", d.jars(), d.org.Log())
	}
	// An org that is not there any more costs a warning.
	d.expect(d.run("login", "dev"), 0)
	if err := d.org.Close(); err != nil {
		t.Fatal(err)
	}
	d.says(d.expect(d.run("logout", "dev"), 0).stderr, "forgot 1 session", "stays open")
	if len(d.jars()) != 0 {
		t.Errorf("kept %v", d.jars())
	}
	if _, err := os.Stat(filepath.Join(d.home, ".local", "state", "stsx", "cookies")); err != nil {
		t.Error(err) // the test looks at the right place
	}
}
