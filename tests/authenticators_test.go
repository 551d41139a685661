//go:build unix

package tests

import (
	"slices"
	"strings"
	"testing"

	"stsx/tests/okta"
)

const down = "\x1b[B"

func codeSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	rows := []situation{
		{row: "SMS", answer: "Okta is told to send it, then the code is asked for", run: bySent(okta.SMS, "sms", "Code from the SMS to +1 XXX-XXX-4586")},
		{row: "voice call", answer: "as SMS", run: bySent(okta.Voice, "call", "Code from the call to +1 XXX-XXX-4586")},
		{row: "phone, SMS or call", answer: "`sms` or `call` in `mfa` or `--mfa`, else asked, in the page's words", on: identity, run: channels},
		{row: "email code", answer: "as SMS", run: bySent(okta.Email, "email", "Code from the email to j***e@example.com")},
		{row: "email, asked before it is sent", answer: "sent, then as SMS", on: identity, run: askedEmail},
		{row: "email link", answer: "waited for; the code from the email does as well", on: identity, run: emailLink},
		{row: "email link, unattended", answer: "waited for, up to `timeout`", on: identity, run: emailLinkAlone},
		{row: "code instead of the email link", answer: "typed in", on: identity, run: codeForLink},
		{row: "security question", answer: "asked in Okta's words, the answer hidden", run: securityQuestion},
		{row: "password after another factor", answer: "typed in on its own page", run: passwordLast},
		{row: "send again", answer: "from the prompt: Enter alone, once Okta's page offers it (30 s)", run: sendAgain},
		{row: "another way to sign in", answer: "from the prompt: Enter alone, then the list", run: anotherWay},
		{row: "authenticator picked before", answer: "marked in the list, never taken unasked", run: pickedBefore},
		{row: "several factors, unattended", answer: "exit 3, naming them", run: severalUnattended},
		{row: "wrong code of an SMS", answer: "asked for again; nothing is sent anew", run: wrongSent},
		{row: "third wrong code", answer: "Okta's words, exit 4, before Okta locks the account", run: thirdWrong},
	}
	for _, f := range []struct {
		row, word string
		factor    okta.Factor
	}{
		{"YubiKey OTP", "yubikey", okta.YubiKey},
		{"Symantec VIP", "symantec", okta.Symantec},
		{"RSA SecurID", "rsa", okta.RSA},
		{"on-prem MFA", "onprem", okta.OnPrem},
		{"custom OTP", "custom_otp", okta.CustomOTP},
	} {
		rows = append(rows, situation{row: f.row, answer: "as Google Authenticator", run: byToken(f.factor, f.word)})
	}
	return rows
}

// enrolled is the org's only user with these factors.
func enrolled(c okta.Config, factors ...okta.Factor) okta.Config {
	user := person()
	user.GoogleTOTP, user.Others = "", factors
	c.Users = []okta.User{user}
	return c
}

// asks starts a sign-in on a terminal that has the password already.
func (d *desk) asks(args ...string) *terminal {
	d.Helper()
	return d.with("STSX_PASSWORD=" + janePassword).open(append(append([]string{"exec", "prod"}, args...), "--", "echo", "signed", "in")...)
}

// in fails the test unless the sign-in ended well, with tried codes for f, the
// last one right.
func (t *terminal) in(d *desk, f okta.Factor, tried int) {
	t.Helper()
	if r := t.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.events(okta.CodeTried))
	}
	codes := d.events(okta.CodeTried)
	if len(codes) != tried || tried > 0 && (!codes[tried-1].OK || codes[tried-1].Factor != f) || d.count(okta.PasswordTried) != 1 {
		t.Errorf("the org logged %v", codes)
	}
	d.clean()
}

// sent fails the test unless the org sent codes of exactly these factors.
func (d *desk) sent(want ...okta.Factor) {
	d.Helper()
	var got []okta.Factor
	for _, e := range d.events(okta.CodeSent) {
		got = append(got, e.Factor)
	}
	if !slices.Equal(got, want) {
		d.Errorf("sent %v, want %v", got, want)
	}
}

func bySent(f okta.Factor, word, prompt string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c.NoMagicLink = true
		d := newDesk(t, enrolled(c, okta.SecurityQuestion, okta.SMS, okta.Voice, okta.Email))
		term := d.asks("--mfa", word)
		term.expect(prompt)
		term.send(d.code(f) + "\r")
		term.in(d, f, 1)
		d.sent(f)
	}
}

func channels(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.SMS, okta.Voice))
	term := d.asks()
	term.expect("Phone +1 XXX-XXX-4586: ")
	term.expect(d.words("Receive a code via SMS")...)
	term.expect(d.words("Receive a voice call instead")...)
	term.send(down + "\r")
	term.expect("Code from the call to +1 XXX-XXX-4586")
	term.send(d.code(okta.Voice) + "\r")
	term.in(d, okta.Voice, 1)
	d.sent(okta.Voice)
}

func askedEmail(t *testing.T, c okta.Config) {
	c.AskBeforeEmail = true
	d := newDesk(t, enrolled(c, okta.Email))
	term := d.asks()
	term.expect("Code from the email to j***e@example.com")
	term.send(d.code(okta.Email) + "\r")
	term.in(d, okta.Email, 1)
	d.sent(okta.Email)
}

func emailLink(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.Email))
	term := d.asks()
	term.expect("Code from the email to j***e@example.com, or open the link in it")
	term.send("12") // typing has begun
	d.click()
	term.in(d, okta.Email, 0)
	d.sent(okta.Email)
}

func (d *desk) click() {
	d.Helper()
	if err := d.org.ClickEmailLink(jane); err != nil {
		d.Fatal(err)
	}
}

func emailLinkAlone(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.Email)).with("STSX_PASSWORD=" + janePassword)
	done := make(chan struct{})
	go func() { // the person elsewhere, who gets the email
		defer close(done)
		eventually(limit, func() bool { return d.count(okta.CodeSent) > 0 })
		if err := d.org.ClickEmailLink(jane); err != nil {
			t.Error(err)
		}
	}()
	r := d.expect(d.run("exec", "prod", "--", "echo", "signed", "in"), 0)
	<-done
	d.says(r.stderr, "Open the link in the email to j***e@example.com")
	if d.count(okta.CodeTried) != 0 {
		t.Errorf("the org logged %v", d.events(okta.CodeTried))
	}
}

func codeForLink(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.Email))
	term := d.asks()
	term.expect("or open the link in it")
	term.send("000000\r")
	term.expect("Okta said: ")
	term.expect("Code from the email")
	term.send(d.code(okta.Email) + "\r")
	term.in(d, okta.Email, 2)
	d.sent(okta.Email)
}

// securityQuestion: the answer is not shown, and no command is asked for it.
func securityQuestion(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.SecurityQuestion))
	d.configure("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\nmfa_command = [\"false\"]\n[profile.prod]\nrole = \"Admin\"\n")
	term := d.asks()
	term.expect(d.words(okta.Question)...)
	term.send("Wirsing\r")
	term.expect("Okta said: ")
	term.expect(d.words(okta.Question)...)
	term.send(okta.DefaultAnswer + "\r")
	term.in(d, okta.SecurityQuestion, 2)
	if text := term.text(); strings.Contains(text, "Wirsing") || strings.Contains(text, okta.DefaultAnswer) || strings.Contains(text, "Code from") {
		t.Errorf("on the screen: %s", text)
	}
}

func byToken(f okta.Factor, word string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		d := newDesk(t, enrolled(c, okta.SecurityQuestion, f))
		d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(f)).signsIn(1, "--mfa", word)
		if e := d.events(okta.CodeTried)[0]; !e.OK || e.Factor != f {
			t.Errorf("the org logged %v", e)
		}
	}
}

// passwordLast: each secret goes to its own page: the org logs one right code
// and one right password.
func passwordLast(t *testing.T, c okta.Config) {
	c.PasswordLast, c.NoAutocomplete = true, true
	d := newDesk(t, enrolled(c, okta.YubiKey))
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(okta.YubiKey)).signsIn(1)
	for _, e := range append(d.events(okta.CodeTried), d.events(okta.PasswordTried)...) {
		if !e.OK {
			t.Errorf("the org logged %v", e)
		}
	}
}

func sendAgain(t *testing.T, c okta.Config) {
	c.Pace = 10
	d := newDesk(t, enrolled(c, okta.SMS))
	term := d.asks()
	term.expect("Code from the SMS")
	first := d.code(okta.SMS)
	term.send("\r")
	term.expect("Instead of a code: ")
	term.expect("> Send again")
	term.send("\r")
	term.expect("Okta was asked for another code")
	term.expect("Code from the SMS")
	second := d.code(okta.SMS)
	if first == second {
		t.Fatal("the code is the first one still")
	}
	term.send(second + "\r")
	term.in(d, okta.SMS, 1)
	d.sent(okta.SMS, okta.SMS)
}

func anotherWay(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.RSA, okta.SecurityQuestion))
	term := d.asks("--mfa", "rsa")
	term.expect("Code from RSA SecurID (Enter: other ways)")
	term.send("\r")
	term.expect("Use another way to sign in")
	term.send("another\r")
	term.expect("Sign in with: ")
	if c.Engine == okta.Classic { // sorts them its own way
		term.send("\r")
	} else {
		term.send(down + "\r")
	}
	term.expect(d.words(okta.Question)...)
	term.send(okta.DefaultAnswer + "\r")
	term.in(d, okta.SecurityQuestion, 1)
}

func pickedBefore(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.YubiKey, okta.RSA))
	for _, key := range []string{down + "\r", "\r"} {
		code := d.code(okta.RSA)
		term := d.with("STSX_PASSWORD="+janePassword).open("login", "prod", "--force")
		term.expect("Sign in with: ")
		term.send(key)
		term.expect("Code from RSA SecurID")
		term.send(code + "\r")
		if r := term.wait(); r.status != 0 {
			t.Fatal(r)
		}
	}
	if codes := d.events(okta.CodeTried); len(codes) != 2 || codes[1].Factor != okta.RSA || !codes[1].OK {
		t.Errorf("the org logged %v", codes)
	}
	d.clean()
}

func severalUnattended(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.SMS, okta.Email, okta.YubiKey)).with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE=123456")
	r := d.expect(d.run("exec", "prod", "--", "true"), 3)
	d.quotes(r.stderr, "Email", "YubiKey")
	d.says(r.stderr, "a choice between ", " is needed", "name one with --mfa or as mfa in the configuration: ", "sms", "yubikey")
	if c.Engine != okta.Classic {
		d.says(r.stderr, " (+1 XXX-XXX-4586)")
	}
	d.sent()
	if d.count(okta.CodeTried) != 0 {
		t.Errorf("the org logged %v", d.events(okta.CodeTried))
	}
}

func wrongSent(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.SMS))
	term := d.asks()
	for _, code := range []string{"111111x", "222222x"} {
		term.expect("Code from the SMS")
		term.send(code + "\r")
		term.expect("Okta said: ")
	}
	term.expect("Code from the SMS")
	term.send(d.code(okta.SMS) + "\r")
	term.in(d, okta.SMS, 3)
	d.sent(okta.SMS)
}

func thirdWrong(t *testing.T, c okta.Config) {
	d := newDesk(t, enrolled(c, okta.Symantec))
	term := d.asks()
	for _, code := range []string{"11111111", "22222222", "33333333"} {
		term.expect("Code from Symantec VIP")
		term.send(code + "\r")
	}
	r := term.wait()
	if r.status != 4 || strings.Contains(r.stdout, "signed in") || d.count(okta.CodeTried) != 3 || d.count(okta.Locked) != 0 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.says(r.stdout, "stsx: error: Okta said: ", "stsx: hint: wait for the next code")
	d.clean()
}
