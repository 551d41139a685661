//go:build unix

package tests

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"stsx/tests/okta"
)

const whatCanWaitRow = "what can wait (a factor or passkey to set up, the profile)"

const newPassword = "Einhorn-Apfel-77"

func interstitialSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: whatCanWaitRow, answer: "left out, saying until when that goes",
			run: whatCanWait},
		{row: "a reminder of what the device lacks", answer: "passed on, with the date, then past it", on: identity, within: whatCanWaitRow,
			run: deviceReminder},
		{row: "the device is refused", answer: "Okta's list of what to change, exit 4", on: identity, alike: everyEngine,
			run: deviceRefused},
		{row: "access denied by a policy", answer: "Okta's words, exit 4", alike: identityEngines, run: accessDenied},
		{row: "password expired or reset, with a display", answer: "a person's, in a window; the old one is not sent again",
			run: expiredInWindow},
		{row: "a factor to set up, consent", answer: "a person's, in a window; stsx agrees to nothing", run: forPersonInWindow},
		{row: "verify it's you", answer: "only what is asked again: the password, a code", alike: identityEngines, run: verifyAgain},
		{row: "the page of another user", answer: "back to the username", on: identity, run: otherUsersPage},
		{row: "another username in the field", answer: "replaced", run: prefilledUsername},
		{row: "account locked, with an offer to unlock it", answer: "as account locked; unlocking is the person's", alike: identityEngines,
			run: unlockOffered},
	}
}

// whatCanWait: each of the pages, one after the other, in one sign-in, and no two
// that look alike in a row. Classic has one kind of them, which forPersonInWindow
// has again where no factor is required.
func whatCanWait(t *testing.T, c okta.Config) {
	user := janeUser()
	user.PasswordWarn = true
	c.Users, c.Detours = []okta.User{user}, []okta.Detour{okta.EnrollSoon}
	want, expiring, reminders := []string{"required from 7 March 2031, 17:30 UTC on"}, 1, 0
	if c.Engine != okta.Classic {
		c.Detours = []okta.Detour{okta.EnrollOptional, okta.EnrollPromotion, okta.EnrollSoon, okta.ProfileUpdate, okta.EnrollFewTimes,
			okta.SafeMode, okta.CustomWarn, okta.DeviceGrace}
		want, expiring, reminders = append(want, "that goes 2 times more", "(until 5 September 2031, 00:00 UTC)"), 2, 1
	}
	d := newDesk(t, c).withPasswordAndCode().with("TZ=UTC")
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
	d.wantText(r.stderr, append(want, "left out, as Okta allows: “")...)
	if n := strings.Count(r.stderr, fmt.Sprintf("your Okta password expires in %d days", okta.WarnDays)); n != expiring {
		t.Errorf("that the password expires is said %d times: %s", n, r)
	}
	if reminders > 0 {
		d.wantOktaText(r.stderr, "Turn on your device's firewall")
	}
	if n := d.countEvents(okta.Skipped); n != len(c.Detours)+1-reminders || d.countEvents(okta.Continued) != reminders ||
		d.countEvents(okta.Enrolled)+d.countEvents(okta.PasswordChanged) != 0 {
		t.Errorf("%d were left out; the org logged %v", n, d.org.Log())
	}
	d.wantOneSignIn(1)
	d.wantNoBrowserProfile()
}

func deviceReminder(t *testing.T, c okta.Config) {
	c.Detour = okta.DeviceGrace
	d := newDesk(t, c).withPasswordAndCode().with("TZ=UTC")
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
	d.wantText(r.stderr, "(until 5 September 2031, 00:00 UTC)")
	d.wantOktaText(r.stderr, "Turn on your device's firewall")
	if d.countEvents(okta.Continued) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.wantOneSignIn(1)
}

func deviceRefused(t *testing.T, c okta.Config) {
	c.Detour = okta.DeviceDenied
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "Okta said: ", "hint: change that on this device")
	d.wantOktaText(r.stderr, "Turn on your device's firewall", "Turn on disk encryption")
	d.wantNoBrowserProfile()
}

func accessDenied(t *testing.T, c okta.Config) {
	c.Detour = okta.AccessDenied
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "Okta said: ", "hint: a policy of your Okta org keeps you out", "(at the page “Google Authenticator”)")
	d.wantOktaText(r.stderr, "You do not have permission to perform the requested action")
	d.wantNoBrowserProfile()
}

// expiredInWindow: the new password is the person's, and so is what follows on
// it; the old one, which is at hand still, is not sent again.
func expiredInWindow(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP = ""
	user.PasswordExpired, user.PasswordReset = c.Engine == okta.Classic, c.Engine != okta.Classic
	c.Users = []okta.User{user}
	d, person := newDesk(t, c).withDisplay().with("STSX_PASSWORD=" + janePassword).withWindowUser("")
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("Okta wants a new password: go on in the window")
	d.waitForWindow()
	if c.Engine == okta.Classic {
		person.typeInto(`input[name="oldPassword"]`, janePassword, `input[name="newPassword"]`, newPassword,
			`input[name="confirmPassword"]`, newPassword)
	} else {
		person.typeInto(`input[name="credentials.passcode"]`, newPassword,
			`input[name="confirmPassword"], input[name="credentials.confirmPassword"]`, newPassword)
	}
	d.saveScreenshot(c.Engine.String() + "-new-password")
	person.pressUntil(submitButton, func() bool { return d.countEvents(okta.PasswordChanged) > 0 })
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	if d.countEvents(okta.PasswordChanged) != 1 || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	tried := d.countEvents(okta.PasswordTried)
	d.wantText(d.wantStatus(d.run("login", "dev", "--force"), 4).stderr, "isn't sent again")
	if n := d.countEvents(okta.PasswordTried); n != tried {
		t.Errorf("the old password was sent again: %v", d.org.Log())
	}
	d.wantNoWindow()
}

// submitButton is the form's button in every engine.
const submitButton = `:is(input[type="submit"], button):is([data-type="save"], [data-se="save"])`

// forPersonInWindow: one after the other in one window. What needs nobody is
// answered there by stsx.
func forPersonInWindow(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP = ""
	c.Users = []okta.User{user}
	c.Detours = []okta.Detour{okta.EnrollRequired, okta.EnrollOptional, okta.Consent}
	switch c.Engine {
	case okta.Gen2:
		c.Detours = []okta.Detour{okta.EnrollRequired, okta.AdminConsent, okta.TermsForm}
	case okta.Gen3:
		c.Detours = []okta.Detour{okta.EnrollDirectly, okta.GranularConsent, okta.EnrollOptional, okta.TermsForm}
	}
	c.Memory.AskToStay = true
	d, person := newDesk(t, c).withDisplay().with("STSX_PASSWORD=" + janePassword).withWindowUser("")
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("Okta wants you to set up another way to sign in: go on in the window")
	d.waitForWindow()
	d.saveScreenshot(c.Engine.String() + "-set-up")
	field := `input[name="credentials.answer"]`
	switch c.Engine {
	case okta.Gen2:
		person.pressUntilShown(`a.select-factor`, field)
	case okta.Classic:
		field = `.enroll-question input[name="answer"]`
		person.pressUntilShown(submitButton, field)
	}
	person.typeInto(field, "Wirsing")
	person.pressUntilShown(submitButton, `.consent-title, [data-se="consent-description"]`)
	if d.countEvents(okta.Enrolled) != 1 || d.countEvents(okta.Consented) != 0 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.saveScreenshot(c.Engine.String() + "-consent")
	if c.Engine != okta.Classic {
		const terms = `input[name="acceptTerms"]`
		person.pressUntilShown(submitButton, terms)
		person.pressUntilShown(terms, terms+":checked")
	}
	person.pressUntil(submitButton, func() bool { return d.countEvents(okta.Asserted) > 0 })
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	for _, e := range d.eventsOf(okta.Consented) {
		if !e.OK {
			t.Errorf("the org logged %v", e)
		}
	}
	d.wantOneSignIn(0)
	d.wantNoWindow()
}

// verifyAgain: with a session that is open, which the app does not take as it is.
func verifyAgain(t *testing.T, c okta.Config) {
	user := janeUser()
	user.Reauth = []okta.Factor{okta.Password, okta.GoogleTOTP}
	passwords := 2
	if c.Engine == okta.Classic {
		user.Reauth, passwords = user.Reauth[1:], 1
	}
	c.Users = []okta.User{user}
	d := newDesk(t, c).withRemember()
	d.withPasswordAndCode().wantSignIn(1)
	d.withPasswordAndCode().wantStatus(d.withPasswordAndCode().run("login", "dev"), 0)
	d.wantSeen(passwords, 2, 2)
	if d.countEvents(okta.Identified) != 1 {
		t.Errorf("the username was sent again: %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

// otherUsersPage: Jane's password is not sent on John's page.
func otherUsersPage(t *testing.T, c okta.Config) {
	const john = "john@acme.example"
	c.Shows = []string{"identifier-container"} // version 5 says nowhere whose page it is
	user, other := janeUser(), janeUser()
	user.GoogleTOTP, other.GoogleTOTP = "", ""
	user.Reauth, other.Reauth, other.Name = []okta.Factor{okta.Password}, []okta.Factor{okta.Password}, john
	c.Users = []okta.User{user, other}
	d := newDesk(t, c).withRemember().with("STSX_PASSWORD=" + janePassword)
	d.wantSignIn(0)
	d.org.GiveSessionsTo(john)
	d.wantStatus(d.run("login", "dev"), 0)
	d.wantSeen(2, 0, 2)
	for _, e := range d.org.Log() {
		if e.User == john && e.Kind != okta.Cancelled {
			t.Errorf("the org logged %v", e)
		}
	}
}

// TestNoWayBack: nor on one that can't be left.
func TestNoWayBack(t *testing.T) {
	t.Parallel()
	otherUsersPage(t, okta.Config{Engine: okta.Gen2, NoWayBack: true})
}

func prefilledUsername(t *testing.T, c okta.Config) {
	user := janeUser()
	user.GoogleTOTP = ""
	c.Users, c.Prefill, c.Unlock = []okta.User{user}, "john@acme.example", true
	newDesk(t, c).with("STSX_PASSWORD=" + janePassword).wantSignIn(0)
}

func unlockOffered(t *testing.T, c okta.Config) {
	user := janeUser()
	user.Locked = true
	c.Users, c.Unlock = []okta.User{user}, true
	d := newDesk(t, c).withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 4)
	d.wantText(r.stderr, "unlock the account")
	d.wantNoBrowserProfile()
}

// TestDown: the app's link leads to no sign-in. No widget is there, so the
// engines do not differ.
func TestDown(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		exit   int
		says   []string
	}{
		{"limited", 429, 4, []string{"Okta said: ", "Not now", "hint: wait "}},
		{"maintenance", 503, 125, []string{"Okta is not available (HTTP status 503)", "Not now", "hint: try again in 5m"}},
		{"no such app", 404, 125, []string{"Okta found no app at url (HTTP status 404)", "it shows: ",
			"hint: correct url in the configuration"}},
		{"forbidden", 403, 4, []string{"Okta said: ", "Not now", "hint: a policy of your Okta org keeps you out"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, okta.Config{Engine: okta.Gen2, Down: row.status}).withPasswordAndCode()
			d.wantText(d.wantStatus(d.run("exec", "prod", "--", "true"), row.exit).stderr, row.says...)
			d.wantNoBrowserProfile()
		})
	}
}

// TestNobodyThere: what only a person may do, where no window can be shown.
func TestNobodyThere(t *testing.T) {
	const unseen, atDesk = "no window can be shown", "hint: run this on a desktop"
	for _, row := range []struct {
		name   string
		engine okta.Engine
		detour okta.Detour
		exit   int
		says   []string
	}{
		{"consent", okta.Gen2, okta.Consent, 125, []string{"Okta asks for your consent, which stsx does not give for you", unseen, atDesk}},
		{"set up", okta.Gen2, okta.EnrollRequired, 125, []string{"Okta wants you to set up another way to sign in", unseen, atDesk}},
		{"terms", okta.Gen2, okta.TermsForm, 125, []string{"(accept-terms-of-use)", unseen, atDesk}},
		{"password changed elsewhere", okta.Gen2, okta.CustomExpired, 4, []string{"Okta said: ", "change the password"}},
		{"password changed elsewhere, Gen3", okta.Gen3, okta.CustomExpired, 4, []string{"Okta said: ", "change the password"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, okta.Config{Engine: row.engine, Detour: row.detour}).withPasswordAndCode()
			r := d.wantStatus(d.run("exec", "prod", "--", "true"), row.exit)
			d.wantText(r.stderr, row.says...)
			if d.countEvents(okta.Consented)+d.countEvents(okta.Enrolled)+d.countEvents(okta.Asserted) != 0 {
				t.Errorf("the org logged %v", d.org.Log())
			}
			d.wantNoBrowserProfile()
		})
	}
}

// waitHint is what a hint says of the time until the next try.
var waitHint = regexp.MustCompile(`hint: wait (5m0s|4m5\ds) before the next try`)

func hasWaitHint(text string) bool {
	return waitHint.MatchString(text) && strings.Contains(text, "Okta said: ")
}
