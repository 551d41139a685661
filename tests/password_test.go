//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// noFactorPerson signs in with the password alone.
func noFactorPerson() []okta.User {
	user := person()
	user.GoogleTOTP = ""
	return []okta.User{user}
}

// tried is how many passwords the org got, and how many different ones.
func (d *desk) tried() (times, different int) {
	seen := map[string]bool{}
	for _, e := range d.events(okta.PasswordTried) {
		times++
		seen[e.Digest] = true
	}
	return times, len(seen)
}

// secret fails the test if text shows a password.
func (d *desk) secret(texts ...string) {
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
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).keyring()
	d.says(d.expect(d.run("password", "status"), 0).stdout, "no password for "+jane+" is kept")

	// A typed one is offered to be kept, after the sign-in.
	term := d.open("login", "prod")
	term.expect("Okta password for " + jane)
	term.send(janePassword + "\r")
	term.expect("Keep the password for " + jane + " in the OS keyring? [Y/n]")
	term.send("\r")
	term.expect("prod: Admin in 123456789012")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	d.secret(term.text())
	d.says(d.expect(d.run("password", "status"), 0).stdout, "the password for "+jane+" is kept: OS keyring (Secret Service)")

	// The next sign-in asks nothing, and needs no terminal.
	d.expect(d.run("logout", "prod"), 0)
	r := d.expect(d.run("exec", "prod", "--", "echo", "in"), 0)
	if r.stdout != "in\n" || d.count(okta.Asserted) != 2 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}

	// When it is wrong it is forgotten at once and not sent again.
	if err := d.org.Update(jane, func(u *okta.User) { u.Password = "changed" }); err != nil {
		t.Fatal(err)
	}
	d.expect(d.run("logout", "prod"), 0)
	d.org.Reset() // of its log; it knows the first password again
	if err := d.org.Update(jane, func(u *okta.User) { u.Password = "changed" }); err != nil {
		t.Fatal(err)
	}
	r = d.expect(d.run("exec", "prod", "--", "echo", "in"), 4)
	d.says(r.stderr, "the password that was kept in the keyring is wrong; it is forgotten", "Okta said: Unable to sign in", "stsx password set")
	d.secret(r.stdout, r.stderr)
	d.says(d.run("password", "status").stdout, "no password for")
	r = d.expect(d.run("exec", "prod", "--", "echo", "in"), 3)
	d.says(r.stderr, "the password for "+jane+" is needed", "stsx password set once, set password_command, or give it in STSX_PASSWORD")

	// Kept once more although it is wrong: on a terminal another is asked for,
	// and the same isn't sent.
	d.expect(d.feed("hunter2\r\n", "password", "set", "--password-stdin"), 0)
	term = d.open("login", "prod")
	term.expect("is wrong; it is forgotten")
	term.expect("Okta password for " + jane)
	term.send("hunter2\r")
	term.expect("isn't sent again")
	term.expect("Okta password for " + jane)
	term.send("changed\r")
	term.expect("Keep the password")
	term.send("n\r")
	term.expect("prod: Admin")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if times, different := d.tried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different: %v", times, different, d.events(okta.PasswordTried))
	}

	// A no is remembered: nothing is asked the next time.
	d.expect(d.run("logout", "prod"), 0)
	term = d.open("login", "prod")
	term.expect("Okta password for " + jane)
	term.send("changed\r")
	if r := term.wait(); r.status != 0 || strings.Contains(r.stdout, "Keep the password") {
		t.Fatal(r)
	}

	// And the verbs.
	term = d.open("password", "set")
	term.expect("Okta password for " + jane)
	term.send("changed\r")
	term.expect("is kept in the OS keyring")
	term.wait()
	d.says(d.run("password", "status").stdout, "is kept: ")
	d.expect(d.run("password", "forget"), 0)
	d.says(d.run("password", "status").stdout, "no password for")
	d.expect(d.run("password", "forget"), 0)
	d.feed("changed\n", "password", "set", "--password-stdin")
	r = d.expect(d.run("logout", "--all", "--password"), 0)
	d.says(r.stderr, "forgot every session and the password for "+jane)
	d.says(d.run("password", "status").stdout, "no password for")
	d.clean()
}

// TestTypedPasswords: three wrong ones end it, short of a lock-out.
func TestTypedPasswords(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).elsewhere()
	term := d.open("exec", "prod", "--", "echo", "in")
	for _, password := range []string{"hunter2 one", "hunter2 two", "hunter2 one", "hunter2 three"} {
		term.expect("Okta password for " + jane)
		term.send(password + "\r")
	}
	r := term.wait()
	if r.status != 4 || d.count(okta.Locked) != 0 {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	if times, different := d.tried(); times != 3 || different != 3 {
		t.Errorf("%d passwords were sent, %d different", times, different)
	}
	d.says(r.stdout, "Unable to sign in", "refused already; it isn't sent again", "stsx: hint: ")
	d.secret(r.stdout)
	d.clean()
}

// TestPasswordFromOutside: --password-stdin before STSX_PASSWORD before
// password_command; what is wrong with each is said without the secret.
func TestPasswordFromOutside(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	config := func(command string) {
		d.configure("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\npassword_command = " + command + "\n[profile.prod]\nrole = \"" + admin + "\"\n[profile.dev]\nrole = \"Dev\"\n")
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
	r := d.expect(d.run("exec", "prod", "--", "true"), 125) // and not 7
	d.says(r.stderr, "the store is locked", "getting the password from password_command: "+failing+": exit status 7")
	d.secret(r.stdout, r.stderr)
	d.expect(d.run("login", "prod"), 1)
	d.says(d.expect(d.run("password", "status"), 0).stdout, "comes from password_command ("+failing+")")

	config(`["` + script("echo") + `"]`)
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 125).stderr, "printed nothing")
	config(`["no-such-program"]`)
	d.says(d.expect(d.run("exec", "prod", "--", "true"), 125).stderr, "no-such-program", "not found")
	if n := d.count(okta.PasswordTried); n != 0 {
		t.Errorf("%d passwords were sent", n)
	}

	// The first line of standard input wins, and the rest is the command's.
	r = d.expect(d.with("STSX_PASSWORD=hunter2").feed(janePassword+"\r\nrest\n", "exec", "prod", "--password-stdin", "--", "cat"), 0)
	if r.stdout != "rest\n" {
		t.Errorf("the command read %q", r.stdout)
	}
	// The environment's before a command that would fail.
	config(`["` + failing + `"]`)
	r = d.expect(d.with("STSX_PASSWORD="+janePassword).run("login", "prod", "--force"), 0)
	if strings.Contains(r.stderr, "locked") {
		t.Errorf("the command was run: %s", r)
	}
	// And the command's: its first line.
	config(`["` + script(`printf '%s\r\nuser: jane\n' 'correct horse battery staple ü'"'"'"$'`) + `"]`)
	d.expect(d.run("login", "prod", "--force"), 0)
	if times, different := d.tried(); times != 3 || different != 1 {
		t.Errorf("%d passwords were sent, %d different", times, different)
	}
	d.clean()
}

// TestNoKeyring: where nothing can be kept it says so once, and works.
func TestNoKeyring(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
	r := d.expect(d.forbidden("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	if r.stdout != "Admin\n" || strings.Count(r.stderr, "not kept") != 1 {
		t.Errorf("%s", r)
	}
	d.says(r.stderr, "this session is not kept for the next command", "no keyring", "D-Bus", "kernel keyring")
	d.says(d.expect(d.forbidden("status"), 0).stdout, "no session is open", "nowhere: ")
	r = d.expect(d.forbidden("password", "status"), 1)
	d.says(r.stderr, "no keyring", "D-Bus")
	if r.stdout != "" {
		t.Errorf("%s", r)
	}
	d.clean()
}
