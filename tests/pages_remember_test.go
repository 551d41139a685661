//go:build unix

package tests

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stsx/tests/okta"
)

const rememberedDeviceRow = "a device that is remembered"

func rememberSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "keep me signed in?", answer: "yes with `remember = true`, else no", on: identity, run: keepMeSignedIn},
		{row: "a box to remember this device", answer: "ticked with `remember = true`, else cleared", within: rememberedDeviceRow,
			run: rememberBox},
		{row: rememberedDeviceRow, answer: "the password alone: no second factor", run: rememberedDevice},
		{row: "an Okta session that is open", answer: "renewed with one request: no password, no browser", alike: everyEngine,
			run: rememberedSession},
		{row: "a session that is bound to its browser", answer: "said once; then the browser each time, with the device still known",
			alike: everyEngine, run: boundSession},
		{row: "the remembered session was closed", answer: "the browser signs in", alike: everyEngine, run: closedSession},
		{row: "the remembered session is another user's", answer: "it is not used, and forgotten", alike: everyEngine,
			run: otherUsersSession},
		{row: "`stsx logout`", answer: "the session is closed at Okta too", alike: everyEngine, run: logoutAtOkta},
	}
}

// stayAnswers are the answers to whether to remember.
func (d *desk) stayAnswers(detail string) (yes, no int) {
	for _, e := range d.eventsOf(okta.Stay) {
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
	d.wantSignIn(0)
	if yes, no := d.stayAnswers("page"); yes != 0 || no != 1 || len(d.cookieFiles()) != 0 {
		t.Errorf("without remember: %d yes, %d no, kept %v", yes, no, d.cookieFiles())
	}
	d.withRemember().wantStatus(d.run("login", "dev"), 0)
	if yes, no := d.stayAnswers("page"); yes != 1 || no != 1 || len(d.cookieFiles()) != 1 {
		t.Errorf("with remember: %d yes, %d no, kept %v", yes, no, d.cookieFiles())
	}
	d.wantNoBrowserProfile()
}

func rememberBox(t *testing.T, c okta.Config) {
	d := newDesk(t, c).withRemember().withPasswordAndCode()
	d.wantSignIn(1)
	if yes, _ := d.stayAnswers("box"); yes != 1 {
		t.Errorf("with remember: %v", d.org.Log())
	}
}

func rememberedDevice(t *testing.T, c okta.Config) {
	c.Memory.Devices = true
	d := newDesk(t, c).withRemember()
	d.withPasswordAndCode().wantSignIn(1)
	if yes, no := d.stayAnswers("box"); yes != 1 || no != 0 {
		t.Errorf("the box was answered %d times with yes, %d with no", yes, no)
	}
	d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "audit"), 0) // by the session
	d.wantSeen(1, 1, 2)
	d = d.with("STSX_PASSWORD=" + janePassword) // and no code
	// Signing in anew takes the device along, and not the session.
	d.wantStatus(d.run("login", "dev", "--force"), 0)
	d.wantSeen(2, 1, 3)
	if d.countEvents(okta.DeviceKnown) != 1 {
		t.Errorf("the device was not known: %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

func rememberedSession(t *testing.T, c okta.Config) {
	d := newDesk(t, c).withRemember()
	d.withPasswordAndCode().wantSignIn(1)
	r := d.withoutBrowser().wantStatus(d.withoutBrowser().run("exec", "dev", "--verbose", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	d.wantText(r.stderr, "signed in without a browser")
	if r.stdout != "Dev\n" {
		t.Error(r)
	}
	d.wantSeen(1, 1, 2)
	// What came with the answer is kept: once more, as often as one likes.
	d.withoutBrowser().wantStatus(d.withoutBrowser().run("roles"), 0)
	d.wantSeen(1, 1, 3)
	d.wantText(d.run("status").stdout, "remembered sign-ins: acme as "+jane)
	// With --force the session counts for nothing.
	if r := d.withoutBrowser().run("login", "dev", "--force"); r.status == 0 {
		t.Error(r)
	}
	d.wantSeen(1, 1, 3)
}

func closedSession(t *testing.T, c okta.Config) {
	c.Memory.Devices = true
	d := newDesk(t, c).withRemember()
	d.withPasswordAndCode().wantSignIn(1)
	d.org.EndSessions()
	d = d.with("STSX_PASSWORD=" + janePassword) // and no code: the device is known
	r := d.wantStatus(d.run("exec", "dev", "--verbose", "--", "true"), 0)
	d.wantText(r.stderr, "signing in with a browser: a page came, and no assertion")
	d.wantSeen(2, 1, 2)
	d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "audit"), 0) // the new one
	d.wantSeen(2, 1, 3)
	d.wantNoBrowserProfile()
}

func boundSession(t *testing.T, c okta.Config) {
	for status, times := range map[int][]int{http.StatusForbidden: {1, 0}, http.StatusOK: {1}} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			c.Memory = okta.Memory{Devices: true, Bound: status}
			d := newDesk(t, c).withRemember()
			d.withPasswordAndCode().wantSignIn(1)
			d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "dev"), 0) // the last proof still counts
			d.wantSeen(1, 1, 2)
			d = d.with("STSX_PASSWORD=" + janePassword) // and no code: the device is known
			for i, times := range times {
				d.org.EndProofs()
				r := d.wantStatus(d.run("roles"), 0)
				if n := strings.Count(r.stderr, "Okta binds acme's sessions to the browser"); n != times {
					t.Errorf("said %d times: %s", n, r)
				}
				d.wantSeen(i+2, 1, i+3)
			}
			d.wantText(d.run("status").stdout, "remembered sign-ins: acme as "+jane)
			d.wantNoBrowserProfile()
		})
	}
}

// otherUsersSession: whose session it is counts, not whose it was.
func otherUsersSession(t *testing.T, c okta.Config) {
	joe := janeUser()
	joe.Name, joe.GoogleTOTP = "joe@acme.example", ""
	c.Users = append(noFactorPerson(), joe)
	d := newDesk(t, c).withRemember().with("STSX_PASSWORD=" + janePassword)
	d.wantSignIn(0)
	d.org.GiveSessionsTo(joe.Name)
	r := d.wantStatus(d.run("exec", "dev", "--verbose", "--", "true"), 0)
	d.wantText(r.stderr, "another user's")
	assertions := d.eventsOf(okta.Asserted)
	if last := assertions[len(assertions)-1]; last.User != jane || d.countEvents(okta.PasswordTried) != 2 {
		t.Errorf("%v", d.org.Log())
	}
	d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "audit"), 0)
}

func logoutAtOkta(t *testing.T, c okta.Config) {
	c.Users = noFactorPerson()
	d := newDesk(t, c).withRemember().with("STSX_PASSWORD=" + janePassword)
	d.wantSignIn(0)
	r := d.wantStatus(d.run("logout", "prod"), 0)
	d.wantText(r.stderr, "1 session removed", "signed out of acme")
	if d.countEvents(okta.SignedOut) != 1 || len(d.cookieFiles()) != 0 {
		t.Errorf("kept %v; the org logged %v", d.cookieFiles(), d.org.Log())
	}
	if r := d.withoutBrowser().run("login", "dev"); r.status == 0 {
		t.Error(r)
	}
}

// TestLogoutOtherwise: with --all and no configuration as well, and from an org
// that is not there any more, which costs a warning.
func TestLogoutOtherwise(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withRemember().with("STSX_PASSWORD=" + janePassword)
	d.wantStatus(d.run("login", "dev"), 0)
	d.wantText(d.wantStatus(d.run("logout", "--all", "--config", "/dev/null"), 0).stderr, "all sessions removed", "signed out of acme")
	if d.countEvents(okta.SignedOut) != 1 || len(d.cookieFiles()) != 0 {
		t.Errorf("kept %v; the org logged %v", d.cookieFiles(), d.org.Log())
	}
	d.wantStatus(d.run("login", "dev"), 0)
	if err := d.org.Close(); err != nil {
		t.Fatal(err)
	}
	d.wantText(d.wantStatus(d.run("logout", "dev"), 0).stderr, "1 session removed", "stays open")
	if len(d.cookieFiles()) != 0 {
		t.Errorf("kept %v", d.cookieFiles())
	}
	if _, err := os.Stat(filepath.Join(d.home, ".local", "state", "stsx", "cookies")); err != nil {
		t.Error(err) // the test looks at the right place
	}
}

// TestCookiesAtRest: in a sign-in that is remembered, in one that is renewed and
// in the end of both, no cookie is in a file, an argument or an output.
func TestCookiesAtRest(t *testing.T) {
	t.Parallel()
	// Gen2's org sets Classic's cookie, too.
	c := newCanaryDesk(t, okta.Config{Engine: okta.Gen2, Memory: okta.Memory{Devices: true, AskToStay: true}})
	c.withRemember()
	stop := c.watchProcesses()
	var said []string
	run := func(d *desk, status int, args ...string) {
		t.Helper()
		r := d.wantStatus(d.run(append(args, "--verbose")...), status)
		said = append(said, r.stdout, r.stderr)
	}
	run(c.withPasswordAndCode(), 0, "login", "prod")
	run(c.withoutBrowser(), 0, "login", "dev")
	c.org.EndSessions()
	run(c.with("STSX_PASSWORD="+canaryPassword), 0, "login", "audit")
	run(c.desk, 0, "status")
	if len(c.cookieFiles()) != 1 {
		t.Fatalf("kept %v", c.cookieFiles())
	}
	stop()
	c.wantNoSecrets(said...)
	stop = c.watchProcesses()
	run(c.desk, 0, "logout", "prod")
	stop()
	c.wantNoSecrets(said...)
	if n := len(c.org.Cookies()); n < 3 {
		t.Errorf("the test looks for %d cookies only", n)
	}
}

// TestDamagedJar: what was kept and can't be opened is as if it had not been.
func TestDamagedJar(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withRemember().with("STSX_PASSWORD=" + janePassword)
	d.wantStatus(d.run("login", "prod"), 0)
	for i, spoil := range []func(path string, was []byte) error{
		func(path string, was []byte) error { return os.WriteFile(path, was[:len(was)/2], 0o600) },
		func(path string, was []byte) error { return os.WriteFile(path, nil, 0o600) },
		func(path string, _ []byte) error { return os.WriteFile(path, []byte(`{"cookies":[]}`), 0o600) },
		func(path string, was []byte) error { was[len(was)-1] ^= 1; return os.WriteFile(path, was, 0o600) },
	} {
		files := d.cookieFiles()
		if len(files) != 1 {
			t.Fatalf("kept %v", files)
		}
		was, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := spoil(files[0], slices.Clone(was)); err != nil {
			t.Fatal(err)
		}
		if r := d.withoutBrowser().run("roles"); r.status == 0 {
			t.Errorf("%d: %s", i, r)
		}
		d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "prod"), 0) // the session of before is still there
		d.writeFile(files[0], string(was), 0o600)
		d.withoutBrowser().wantStatus(d.withoutBrowser().run("roles"), 0)
		d.wantSeen(1, 0, i+2)
	}
	d.writeFile(d.cookieFiles()[0], "", 0o600)
	d.wantStatus(d.run("roles"), 0) // with the browser
	d.wantSeen(2, 0, 6)
}

// TestForgottenCookies: turned off, or for another user, they go.
func TestForgottenCookies(t *testing.T) {
	t.Parallel()
	joe := janeUser()
	joe.Name, joe.GoogleTOTP = "joe@acme.example", ""
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: append(noFactorPerson(), joe)}).withRemember().with("STSX_PASSWORD=" +
		janePassword)
	d.wantStatus(d.run("login", "prod"), 0)
	d.wantStatus(d.run("roles", "--username", joe.Name), 0)
	if signedIn := d.eventsOf(okta.Asserted); len(signedIn) != 2 || signedIn[1].User != joe.Name || d.countEvents(okta.PasswordTried) != 2 {
		t.Fatalf("%v", d.org.Log())
	}
	d.wantText(d.run("status").stdout, "remembered sign-ins: acme as "+joe.Name)
	if r := d.withoutBrowser().run("roles"); r.status == 0 { // jane has to sign in again
		t.Error(r)
	}
	d.editConfig("remember = true", "remember = false")
	d.wantStatus(d.run("roles"), 0)
	d.wantSeen(3, 0, 3)
	if len(d.cookieFiles()) != 0 {
		t.Errorf("kept %v", d.cookieFiles())
	}
	d.wantText(d.run("status").stdout, "remembered sign-ins: none")
}

// TestRenewalAsksNobody: a person who has a session is not asked for a password.
func TestRenewalAsksNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2, Users: noFactorPerson()}).withRemember()
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "prod"), 0)
	term := d.withoutBrowser().openTerminal("exec", "dev", "--", "echo", "in")
	term.waitFor("in")
	if r := term.wait(); r.status != 0 || strings.Contains(r.stdout, "password") {
		t.Error(r)
	}
	d.wantStatus(d.withoutBrowser().run("roles", "--no-input"), 0)
	d.wantSeen(1, 0, 3)
}
