//go:build unix

package tests

import (
	"strings"
	"testing"

	"stsx/tests/okta"
)

const yesButton = "#yes" // the button of okta.OtherServers' page

func userWindowSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "security key, passkey, fingerprint", answer: "a person's, in a window; what was typed is not asked again", run: securityKey},
		{row: "security key, without a window", answer: "left out where Okta offers something else, else an error with the cure",
			run: keyWithoutWindow},
		{row: "Duo", answer: "a person's, in a window", run: duoInWindow},
		{row: "usernames of another identity provider", answer: "nothing is typed there: a person's, in a window", alike: everyEngine,
			run: routedUsername},
		{row: "another identity provider as a factor", answer: "a person's, in a window", on: identity,
			run: leadsToOtherSite(okta.OtherIdP, "idp")},
		{row: "captcha", answer: "a person's, in a window, where stsx fills in the form", on: identity, run: captchaInWindow},
		{row: "smart card", answer: "a person's, in a window", on: identity, run: leadsToOtherSite(okta.SmartCard, "smartcard")},
	}
}

// withSecurityKey is the org with a security key enrolled for jane, and the key.
func withSecurityKey(t *testing.T, c okta.Config, also ...okta.Factor) (okta.Config, string) {
	t.Helper()
	key, err := okta.NewSecurityKey()
	if err != nil {
		t.Fatal(err)
	}
	credential, err := key.Credential("localhost")
	if err != nil {
		t.Fatal(err)
	}
	c = withFactors(c, append([]okta.Factor{okta.WebAuthn}, also...)...)
	c.Host, c.Users[0].Key = "localhost", key
	return c, credential
}

// securityKey: what comes after the person's page is stsx's again.
func securityKey(t *testing.T, c okta.Config) {
	c.Memory.AskToStay = true
	c, key := withSecurityKey(t, c)
	d, _ := newDesk(t, c).withDisplay().withWindowUser(key)
	term := d.openSignIn()
	term.waitFor("Okta asks for your security key, passkey or fingerprint: go on in the window")
	term.wantSignedIn(d, okta.WebAuthn, 1)
	d.wantOneSignIn(1)
	d.wantNoWindow()
}

// keyWithoutWindow: a page that wants a key by itself does not stand in the way of what
// can be answered. A key that is wanted is missed with the cure, with whichever engine.
func keyWithoutWindow(t *testing.T, c okta.Config) {
	c, _ = withSecurityKey(t, c, okta.Symantec)
	d := newDesk(t, c)
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.Symantec)).wantSignIn(1)
	if c.Engine != okta.Gen2 && !wantsEveryRow() {
		return
	}
	r := d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "prod", "--force", "--mfa", "webauthn"), 1)
	d.wantText(r.stderr, "Okta asks for your security key, passkey or fingerprint, and no window can be shown: ",
		"hint: run this on a desktop, not over SSH or in a container; or sign in another way: --mfa symantec")
}

// TestWindowClosed: the person gives up by closing the window.
func TestWindowClosed(t *testing.T) {
	t.Parallel()
	c, _ := withSecurityKey(t, okta.Config{Engine: okta.Gen2})
	d, person := newDesk(t, c).withDisplay().withWindowUser("")
	term := d.openSignIn()
	term.waitFor("go on in the window")
	person.waitForElement("form")
	if _, err := person.callPage("Page.close", jsonObject{}); err != nil {
		t.Log(err) // the window may be gone before the answer
	}
	r := d.wantStatus(term.wait(), 4)
	d.wantText(r.stdout, "the window was closed before the sign-in was done", "run this again and finish the sign-in in the window")
	d.wantNoWindow()
}

// withOtherSite is the org with a place that is not Okta's, and the flag with which
// a browser trusts it.
func withOtherSite(t *testing.T, c okta.Config) (config okta.Config, other *okta.OtherServers, flag string) {
	t.Helper()
	other, err := okta.StartOtherServers()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	c.OtherServers = other
	return c, other, "--ignore-certificate-errors-spki-list=" + other.Key()
}

func duoInWindow(t *testing.T, c okta.Config) {
	c, other, flag := withOtherSite(t, withFactors(c, okta.Duo))
	d, person := newDesk(t, c).withDisplay().withWindowUser("", flag)
	term := d.openSignIn()
	term.waitFor("Okta asks for Duo: go on in the window")
	d.waitFor("a yes in Duo's frame", func() bool { // which its button fills, once it is there
		var at [2]float64
		if person.evaluate(`(frame => {
			frame.scrollIntoView({block: "center", behavior: "instant"});
			const box = frame.getBoundingClientRect();
			return [box.left + box.width / 2, box.top + box.height / 2];
		})(document.querySelector("iframe"))`, &at) == nil {
			_ = person.clickAt(at)
		}
		return d.countEvents(okta.CodeTried) > 0
	})
	term.wantSignedIn(d, okta.Duo, 1)
	if other.PageVisits() == 0 {
		t.Error("Duo's frame was never shown")
	}
	d.wantOneSignIn(1)
	d.wantNoWindow()
}

// routedUsername: the other provider's page has fields like Okta's, and gets nothing.
func routedUsername(t *testing.T, c okta.Config) {
	c.Routed, c.IdentifierFirst = true, true
	c, other, flag := withOtherSite(t, withFactors(c))
	d, person := newDesk(t, c).withDisplay().withWindowUser("", flag)
	term := d.openSignIn()
	term.waitFor("the sign-in goes on at " + other.URL() + ": go on in the window")
	person.clickElement(yesButton)
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if typed := other.Typed(); len(typed) > 0 || d.countEvents(okta.PasswordTried) > 0 || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("typed elsewhere: %q\n%v", typed, d.org.Log())
	}
	d.wantNoWindow()
}

// captchaInWindow: the form is filled in by stsx each time, and sent once.
func captchaInWindow(t *testing.T, c okta.Config) {
	c.Captcha = true
	d, person := newDesk(t, withFactors(c)).withDisplay().withWindowUser("")
	term := d.openSignIn()
	term.waitFor("Okta asks whether you are human: go on in the window")
	person.pressUntilShown(submitButton, "#human")
	person.clickElement("#human")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if human := d.eventsOf(okta.Human); len(human) != 1 || !human[0].OK {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.wantOneSignIn(0)
	d.wantNoWindow()
}

// leadsToOtherSite: what leads elsewhere is pressed in the window, where the person is.
func leadsToOtherSite(f okta.Factor, word string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c, other, flag := withOtherSite(t, withFactors(c, okta.Symantec, f))
		d, person := newDesk(t, c).withDisplay().withWindowUser("", flag)
		term := d.openSignIn("--mfa", word)
		term.waitFor("go on in the window")
		if f == okta.OtherIdP {
			person.clickElement(`[data-type="save"], form:not(:has(input)) button`)
		}
		person.clickElement(yesButton)
		term.wantSignedIn(d, f, 1)
		if typed := other.Typed(); len(typed) > 0 || other.PageVisits() != 1 {
			t.Errorf("typed elsewhere: %q, which was visited %d times", typed, other.PageVisits())
		}
		d.wantNoWindow()
	}
}

func windowSituations() []situation {
	return []situation{
		{row: "unknown page, with a display", answer: "a person's, in a window; what was typed is not asked again", alike: everyEngine,
			run: unknownInWindow},
		{row: "unknown page, `browser = \"headless\"`", answer: "quoted, with the cure; no window", alike: everyEngine, run: neverAWindow},
		{row: "`browser = \"visible\"`", answer: "in a window from the start, filled in by stsx", alike: everyEngine, run: visibleBrowser},
	}
}

// unknownInWindow: headless as far as stsx knows the pages, then in a window.
func unknownInWindow(t *testing.T, c okta.Config) {
	c.Detour = okta.SurveyPage
	d, person := newDesk(t, c).withDisplay().withPasswordAndCode().withWindowUser("")
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("go on in the window")
	d.waitForWindow()
	person.waitForElement("form")
	d.saveScreenshot(t.Name()[strings.LastIndex(t.Name(), "/")+1:] + "-unknown")
	person.typeInto("#centre", "4711")
	person.clickElement("#send-survey")
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	d.wantOneSignIn(1)
	d.wantNoWindow()
}

func neverAWindow(t *testing.T, c okta.Config) {
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).withDisplay().withPasswordAndCode()
	r := d.wantStatus(d.run("exec", "prod", "--browser", "headless", "--", "true"), 125)
	d.wantText(r.stderr, "does not know the page", "headless", "hint: ", "--browser auto")
	if d.countEvents(okta.PasswordTried) != 1 || d.countEvents(okta.CodeTried) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoWindow()
}

// visibleBrowser: the person watches, and the code is asked for on the terminal.
func visibleBrowser(t *testing.T, c okta.Config) {
	d := newDesk(t, c).withDisplay().with("STSX_PASSWORD=" + janePassword)
	term := d.openTerminal("exec", "prod", "--browser", "visible", "--", "echo", "in")
	d.waitForWindow()
	term.waitFor("Code from Google Authenticator")
	d.saveScreenshot(c.Engine.String() + "-visible")
	term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
	d.wantStatus(term.wait(), 0)
	d.wantOneSignIn(1)
	d.wantNoWindow()
}
