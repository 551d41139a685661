//go:build unix

package tests

import (
	"testing"

	"stsx/tests/okta"
)

const yes = "#yes" // the button of okta.Elsewhere's page

func personSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "security key, passkey, fingerprint", answer: "a person's, in a window; what was typed is not asked again", run: securityKey},
		{row: "security key, without a window", answer: "left out where Okta offers something else, else an error with the cure", run: keyUnseen},
		{row: "Duo", answer: "a person's, in a window", run: duo},
		{row: "usernames of another identity provider", answer: "nothing is typed there: a person's, in a window", run: routed},
		{row: "another identity provider as a factor", answer: "a person's, in a window", on: identity, run: leading(okta.OtherIdP, "idp")},
		{row: "captcha", answer: "a person's, in a window, where stsx fills in the form", on: identity, run: captcha},
		{row: "smart card", answer: "a person's, in a window", on: identity, run: leading(okta.SmartCard, "smartcard")},
	}
}

// withKey is the org with a security key enrolled for jane, and the key.
func withKey(t *testing.T, c okta.Config, also ...okta.Factor) (okta.Config, string) {
	t.Helper()
	key, err := okta.NewSecurityKey()
	if err != nil {
		t.Fatal(err)
	}
	credential, err := key.Credential("localhost")
	if err != nil {
		t.Fatal(err)
	}
	c = enrolled(c, append([]okta.Factor{okta.WebAuthn}, also...)...)
	c.Host, c.Users[0].Key = "localhost", key
	return c, credential
}

// securityKey: what comes after the person's page is stsx's again.
func securityKey(t *testing.T, c okta.Config) {
	c.Memory.AskToStay = true
	c, key := withKey(t, c)
	d, _ := newDesk(t, c).display().hand(key)
	term := d.asks()
	term.expect("Okta asks for your security key, passkey or fingerprint: go on in the window")
	term.in(d, okta.WebAuthn, 1)
	d.once(1)
	d.closed()
}

// keyUnseen: a page that wants a key by itself does not stand in the way of what
// can be answered, and a key that is wanted is missed with the cure.
func keyUnseen(t *testing.T, c okta.Config) {
	c, _ = withKey(t, c, okta.Symantec)
	d := newDesk(t, c)
	d = d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(okta.Symantec))
	r := d.expect(d.run("exec", "prod", "--mfa", "webauthn", "--", "true"), 125)
	d.says(r.stderr, "Okta asks for your security key, passkey or fingerprint, and no window can be shown: ",
		"hint: run this on a desktop, not over SSH or in a container; or sign in another way: --mfa symantec")
	d.org.Reset()
	d = d.with("STSX_MFA_CODE=" + d.code(okta.Symantec))
	d.signsIn(1)
}

// TestWindowClosed: the person gives up by closing the window.
func TestWindowClosed(t *testing.T) {
	t.Parallel()
	c, _ := withKey(t, okta.Config{Engine: okta.Gen2})
	d, person := newDesk(t, c).display().hand("")
	term := d.asks()
	term.expect("go on in the window")
	person.shows("form")
	if _, err := person.call("Page.close", object{}); err != nil {
		t.Log(err) // the window may be gone before the answer
	}
	r := d.expect(term.wait(), 125)
	d.says(r.stdout, "the window was closed before the sign-in was done", "run this again and finish the sign-in in the window")
	d.closed()
}

// elsewhere is the org with a place that is not Okta's, and the flag with which
// a browser trusts it.
func elsewhere(t *testing.T, c okta.Config) (config okta.Config, other *okta.Elsewhere, flag string) {
	t.Helper()
	other, err := okta.StartElsewhere()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	c.Elsewhere = other
	return c, other, "--ignore-certificate-errors-spki-list=" + other.Key()
}

func duo(t *testing.T, c okta.Config) {
	c, other, flag := elsewhere(t, enrolled(c, okta.Duo))
	d, person := newDesk(t, c).display().hand("", flag)
	term := d.asks()
	term.expect("Okta asks for Duo: go on in the window")
	d.await("a yes in Duo's frame", func() bool { // which its button fills, once it is there
		var at [2]float64
		if person.look(`(frame => {
			frame.scrollIntoView({block: "center", behavior: "instant"});
			const box = frame.getBoundingClientRect();
			return [box.left + box.width / 2, box.top + box.height / 2];
		})(document.querySelector("iframe"))`, &at) == nil {
			_ = person.tap(at)
		}
		return d.count(okta.CodeTried) > 0
	})
	term.in(d, okta.Duo, 1)
	if other.Visits() == 0 {
		t.Error("Duo's frame was never shown")
	}
	d.once(1)
	d.closed()
}

// routed: the other provider's page has fields like Okta's, and gets nothing.
func routed(t *testing.T, c okta.Config) {
	c.Routed, c.IdentifierFirst = true, true
	c, other, flag := elsewhere(t, enrolled(c))
	d, person := newDesk(t, c).display().hand("", flag)
	term := d.asks()
	term.expect("the sign-in goes on at " + other.URL() + ": go on in the window")
	person.press(yes)
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if typed := other.Typed(); len(typed) > 0 || d.count(okta.PasswordTried) > 0 || d.count(okta.Asserted) != 1 {
		t.Errorf("typed elsewhere: %q\n%v", typed, d.org.Log())
	}
	d.closed()
}

// captcha: the form is filled in by stsx each time, and sent once.
func captcha(t *testing.T, c okta.Config) {
	c.Captcha = true
	d, person := newDesk(t, enrolled(c)).display().hand("")
	term := d.asks()
	term.expect("Okta asks whether you are human: go on in the window")
	person.leave(submit, "#human")
	person.press("#human")
	if r := term.wait(); r.status != 0 {
		t.Fatal(r)
	}
	if human := d.events(okta.Human); len(human) != 1 || !human[0].OK {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.once(0)
	d.closed()
}

// leading: what leads elsewhere is pressed in the window, where the person is.
func leading(f okta.Factor, word string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c, other, flag := elsewhere(t, enrolled(c, okta.Symantec, f))
		d, person := newDesk(t, c).display().hand("", flag)
		term := d.asks("--mfa", word)
		term.expect("go on in the window")
		if f == okta.OtherIdP {
			person.press(`[data-type="save"], form:not(:has(input)) button`)
		}
		person.press(yes)
		term.in(d, f, 1)
		if typed := other.Typed(); len(typed) > 0 || other.Visits() != 1 {
			t.Errorf("typed elsewhere: %q, which was visited %d times", typed, other.Visits())
		}
		d.closed()
	}
}
