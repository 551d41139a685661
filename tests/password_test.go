//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// wantNoPassword fails the test if text shows a password.
func (d *desk) wantNoPassword(texts ...string) {
	d.Helper()
	for _, text := range texts {
		for _, password := range []string{janePassword, "horse", "hunter2"} {
			if strings.Contains(text, password) {
				d.Errorf("%q is shown: %s", password, text)
			}
		}
	}
}

// TestKeptPassword is the life of a password in a real Secret Service.
func TestKeptPassword(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withKeyring()
	d.wantText(d.wantStatus(d.run("password", "status"), 0).stdout, "no saved password for "+jane)
	d.wantText(d.wantStatus(d.run("password", "set", "--no-input"), 3).stderr, "the password for "+jane+" is required",
		"stsx: hint: use --password-stdin")

	// A typed one is offered to be kept, after the sign-in.
	term := d.openTerminal("login", "prod")
	term.waitFor("Okta password for " + jane)
	term.typeText(janePassword + "\r")
	term.waitFor("Save the password for " + jane + " in the OS keyring? [Y/n]")
	term.typeText("\r")
	term.waitFor("prod: Admin in 123456789012")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	d.wantNoPassword(term.text())
	d.wantText(d.wantStatus(d.run("password", "status"), 0).stdout, "the password for "+jane+" is saved: OS keyring (Secret Service)")

	// The next sign-in asks nothing, and needs no terminal.
	d.wantStatus(d.run("logout", "prod"), 0)
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || d.countEvents(okta.Asserted) != 2 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}

	// When it is wrong it is forgotten at once and not sent again.
	if err := d.org.Update(jane, func(u *okta.User) { u.Password = "changed" }); err != nil {
		t.Fatal(err)
	}
	d.wantStatus(d.run("logout", "prod"), 0)
	d.org.Reset() // of its log; it knows the first password again
	if err := d.org.Update(jane, func(u *okta.User) { u.Password = "changed" }); err != nil {
		t.Fatal(err)
	}
	r = d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 4)
	d.wantText(r.stderr, "the saved password is wrong; it was removed from the keyring", "Okta said: Unable to sign in",
		"stsx password set")
	d.wantNoPassword(r.stdout, r.stderr)
	d.wantText(d.run("password", "status").stdout, "no saved password for")
	r = d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 3)
	d.wantText(r.stderr, "the password for "+jane+" is required",
		"stsx password set once, set password_command, or give it in STSX_PASSWORD")

	// Kept once more although it is wrong: on a terminal another is asked for,
	// and the same isn't sent.
	d.wantStatus(d.runWithStdin("hunter2\r\n", "password", "set", "--password-stdin"), 0)
	term = d.openTerminal("login", "prod")
	term.waitFor("is wrong; it was removed")
	term.waitFor("Okta password for " + jane)
	term.typeText("hunter2\r")
	term.waitFor("isn't sent again")
	term.waitFor("Okta password for " + jane)
	term.typeText("changed\r")
	term.waitFor("Save the password")
	term.typeText("n\r")
	term.waitFor("prod: Admin")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if times, different := d.passwordsTried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different: %v", times, different, d.eventsOf(okta.PasswordTried))
	}

	// A no is remembered: nothing is asked the next time.
	d.wantStatus(d.run("logout", "prod"), 0)
	term = d.openTerminal("login", "prod")
	term.waitFor("Okta password for " + jane)
	term.typeText("changed\r")
	if r := term.wait(); r.status != 0 || strings.Contains(r.stdout, "Save the password") {
		t.Fatal(r)
	}

	// And the verbs.
	term = d.openTerminal("password", "set")
	term.waitFor("Okta password for " + jane)
	term.typeText("changed\r")
	term.waitFor("saved the password for ")
	term.wait()
	d.wantText(d.run("password", "status").stdout, "is saved: ")
	d.wantText(d.wantStatus(d.run("password", "forget"), 0).stderr, "removed the password for "+jane)
	d.wantText(d.run("password", "status").stdout, "no saved password for")
	d.wantText(d.wantStatus(d.run("password", "forget"), 0).stderr, "no saved password for "+jane)
	d.runWithStdin("changed\n", "password", "set", "--password-stdin")
	r = d.wantStatus(d.run("logout", "--all", "--password"), 0)
	d.wantText(r.stderr, "all sessions removed, and the password for "+jane)
	r = d.wantStatus(d.run("logout", "--all", "--password"), 0)
	d.wantText(r.stderr, "all sessions removed; there was no saved password for "+jane)
	d.wantText(d.run("password", "status").stdout, "no saved password for")
	d.wantNoBrowserProfile()
}

// TestTypedPasswords: three wrong ones end it, short of a lock-out.
func TestTypedPasswords(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withFreshState()
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	for _, password := range []string{"hunter2 one", "hunter2 two", "hunter2 one", "hunter2 three"} {
		term.waitFor("Okta password for " + jane)
		term.typeText(password + "\r")
	}
	r := term.wait()
	if r.status != 4 || d.countEvents(okta.Locked) != 0 {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	if times, different := d.passwordsTried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different", times, different)
	}
	d.wantText(r.stdout, "Unable to sign in", "already rejected; it isn't sent again", "stsx: hint: ")
	d.wantNoPassword(r.stdout)
	d.wantNoBrowserProfile()
}

// TestPasswordFromOutside: --password-stdin before STSX_PASSWORD before
// password_command; what is wrong with each is said without the secret.
func TestPasswordFromOutside(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	config := func(command string) {
		d.writeConfig("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\npassword_command = " + command +
			"\n[profile.prod]\nrole = \"" + adminRole + "\"\n[profile.dev]\nrole = \"Dev\"\n")
	}
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "pass")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	failing := script("echo hunter2; echo the store is locked >&2; exit 7")
	config(`["` + failing + `"]`)
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125) // and not 7
	d.wantText(r.stderr, "the store is locked", "getting the password from password_command: "+failing+": exit status 7")
	d.wantNoPassword(r.stdout, r.stderr)
	d.wantStatus(d.run("login", "prod"), 1)
	d.wantText(d.wantStatus(d.run("password", "status"), 0).stdout, "comes from password_command ("+failing+")")

	config(`["` + script("echo") + `"]`)
	d.wantText(d.wantStatus(d.run("exec", "prod", "--", "true"), 125).stderr, "printed nothing")
	config(`["no-such-program"]`)
	d.wantText(d.wantStatus(d.run("exec", "prod", "--", "true"), 125).stderr, "no-such-program", "not found")
	if n := d.countEvents(okta.PasswordTried); n != 0 {
		t.Errorf("%d passwords were sent", n)
	}

	// The first line of standard input wins, and the rest is the command's.
	r = d.wantStatus(d.with("STSX_PASSWORD=hunter2").runWithStdin(janePassword+"\r\nrest\n", "exec", "prod", "--password-stdin", "--",
		"cat"), 0)
	if r.stdout != "rest\n" {
		t.Errorf("the command read %q", r.stdout)
	}
	// The environment's before a command that would fail.
	config(`["` + failing + `"]`)
	r = d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "prod", "--force"), 0)
	if strings.Contains(r.stderr, "locked") {
		t.Errorf("the command was run: %s", r)
	}
	// And the command's: its first line.
	config(`["` + script(`printf '%s\r\nuser: jane\n' 'correct horse battery staple ü'"'"'"$'`) + `"]`)
	d.wantStatus(d.run("login", "prod", "--force"), 0)
	if times, different := d.passwordsTried(); times != 3 || different != 1 {
		t.Errorf("%d passwords were sent, %d different", times, different)
	}
	d.wantNoBrowserProfile()
}

// TestNoKeyring: where nothing can be kept it says so once, and works.
func TestNoKeyring(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
	r := d.wantStatus(d.runWithoutKeyrings("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	if r.stdout != "Admin\n" || strings.Count(r.stderr, "not saved for") != 1 {
		t.Errorf("%s", r)
	}
	d.wantText(r.stderr, "this session is not saved for the next command", "no keyring", "D-Bus", "kernel keyring")
	d.wantText(d.wantStatus(d.runWithoutKeyrings("status"), 0).stdout, "no active sessions", "not saved: ")
	r = d.wantStatus(d.runWithoutKeyrings("password", "status"), 1)
	d.wantText(r.stderr, "no keyring", "D-Bus")
	if r.stdout != "" {
		t.Errorf("%s", r)
	}
	// It is said before the password is asked for, which here would be "is required".
	d.wantText(d.wantStatus(d.runWithoutKeyrings("password", "set"), 1).stderr, "error: reading the password: no keyring", "D-Bus")
	d.wantNoBrowserProfile()
}
