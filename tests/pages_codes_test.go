//go:build unix

package tests

import (
	"slices"
	"strings"
	"testing"

	"stsx/tests/okta"
)

const downKey = "\x1b[B"

func codeSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	rows := []situation{
		{row: "SMS", answer: "Okta is told to send it, then the code is asked for",
			within: everyCodeTest, run: codeBySending(okta.SMS, "sms", "Code from the SMS to +1 XXX-XXX-4586")},
		{row: "voice call", answer: "as SMS", within: everyCodeTest,
			run: codeBySending(okta.Voice, "call", "Code from the call to +1 XXX-XXX-4586")},
		{row: "phone, SMS or call", answer: "`sms` or `call` in `mfa` or `--mfa`, else asked, in the page's words", on: identity,
			within: everyCodeTest, run: smsOrVoice},
		{row: "email code", answer: "as SMS", within: everyCodeTest,
			run: codeBySending(okta.Email, "email", "Code from the email to j***e@example.com")},
		{row: "email, asked before it is sent", answer: "sent, then as SMS", on: identity, run: askedEmail},
		{row: "email link", answer: "waited for; the code from the email does as well", on: identity, run: emailLink},
		{row: "email link, unattended", answer: "waited for, up to `timeout`", on: identity, alike: everyEngine, run: emailLinkAlone},
		{row: "code instead of the email link", answer: "typed in", on: identity, run: codeForLink},
		{row: "security question", answer: "asked in Okta's words, the answer hidden", within: everyCodeTest, run: securityQuestion},
		{row: "password after another factor", answer: "typed in on its own page", run: passwordLast},
		{row: "send again", answer: "from the prompt: Enter alone, once Okta's page offers it (30 s)", within: everyCodeTest,
			run: sentAgain},
		{row: "another way to sign in", answer: "from the prompt: Enter alone, then the list", run: anotherFactorChosen},
		{row: "authenticator picked before", answer: "marked in the list, never taken unasked", alike: everyEngine,
			run: factorChosenBefore},
		{row: "several factors, unattended", answer: "exit 3, naming them", run: severalUnattended},
		{row: "wrong code of an SMS", answer: "asked for again; nothing is sent anew", alike: everyEngine, run: wrongSentCode},
		{row: "third wrong code", answer: "Okta's words, exit 4, before Okta locks the account", alike: everyEngine, run: thirdWrongCode},
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
		rows = append(rows, situation{row: f.row, answer: "as Google Authenticator", within: everyCodeTest,
			run: codeByToken(f.factor, f.word)})
	}
	return rows
}

// everyCodeTest shows the rows of the codes that are typed in, and some of what can
// come before and between.
const everyCodeTest = "TestEveryCode"

// TestEveryCode: an org that wants all authenticators of a person, one after the
// other, as the Identity Engine can. Each is picked from the list of those that are
// left, and gets its own code.
func TestEveryCode(t *testing.T) {
	t.Parallel()
	for _, engine := range []okta.Engine{okta.Gen2, okta.Gen3} {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			everyCode(t, okta.Config{Engine: engine, Language: okta.English, EveryFactor: true, NoMagicLink: true,
				IdentifierFirst: true, Pace: 10})
		})
	}
}

// codeStep is what one authenticator asks.
type codeStep struct {
	factor       okta.Factor
	listed, from string // listed "": the phone, which is the only one left
	wrong        string // given first
}

func everyCode(t *testing.T, c okta.Config) {
	steps := []codeStep{
		{okta.OktaVerifyTOTP, "okta verify", "Code from Okta Verify", ""},
		{okta.YubiKey, "yubikey", "Code from YubiKey", ""},
		{okta.Symantec, "symantec", "Code from Symantec VIP", "000000"},
		{okta.RSA, "rsa", "Code from RSA SecurID", ""},
		{okta.OnPrem, "on-prem", "Code from On-Prem MFA", ""},
		{okta.CustomOTP, "acme token", "Code from Custom OTP", ""},
		{okta.Email, "email", "Code from the email to j***e@example.com", ""},
		{okta.SecurityQuestion, "question", okta.Question, "Wirsing"},
		{okta.Voice, "", "Code from the call to +1 XXX-XXX-4586", ""},
		{okta.SMS, "", "Code from the SMS to +1 XXX-XXX-4586", ""},
	}
	// The page offers the SMS first; the call is picked.
	c = withFactors(c, okta.YubiKey, okta.Symantec, okta.RSA, okta.OnPrem, okta.CustomOTP, okta.Email, okta.SecurityQuestion, okta.SMS,
		okta.Voice)
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	term := d.openSignIn()
	tried := 0
	for _, s := range steps {
		tried = term.giveCode(d, s, tried)
	}
	term.wantSignedIn(d, okta.SMS, tried)
	d.wantCodesSent(okta.Email, okta.Voice, okta.SMS, okta.SMS)
	if text := term.text(); strings.Contains(text, "Wirsing") || strings.Contains(text, okta.DefaultAnswer) {
		t.Errorf("on the screen: %s", text)
	}
}

// giveCode answers what one step asks, after tried codes; it returns how many there are
// then. The code by SMS is sent twice.
func (t *terminal) giveCode(d *desk, s codeStep, tried int) int {
	t.Helper()
	if s.listed != "" {
		t.waitFor("Sign in with: ")
		t.typeText(s.listed + "\r")
	}
	if s.factor == okta.Voice {
		t.waitFor("Phone +1 XXX-XXX-4586: ")
		t.waitFor(d.oktaTexts("Receive a code via SMS")...)
		t.waitFor(d.oktaTexts("Receive a voice call instead")...)
		t.typeText(downKey + "\r")
	}
	t.waitFor(s.from)
	if s.wrong != "" {
		t.typeText(s.wrong + "\r")
		t.waitFor("Okta said: ")
		t.waitFor(s.from)
		tried++
	}
	if s.factor == okta.SMS {
		first := d.factorCode(okta.SMS)
		t.sendAgain()
		t.waitFor(s.from)
		if d.factorCode(okta.SMS) == first {
			t.Fatal("the code is the first one still")
		}
	}
	t.typeText(d.factorCode(s.factor) + "\r")
	d.waitFor("the code at Okta", func() bool { return d.countEvents(okta.CodeTried) > tried })
	if e := d.eventsOf(okta.CodeTried)[tried]; e.Factor != s.factor || !e.OK {
		t.Fatalf("the org logged %v", e)
	}
	return tried + 1
}

// sendAgain has another code sent, from the prompt for one.
func (t *terminal) sendAgain() {
	t.Helper()
	t.typeText("\r")
	t.waitFor("Instead of a code: ")
	t.waitFor("> Send again")
	t.typeText("\r")
	t.waitFor("Okta was asked for another code")
}

func codeBySending(f okta.Factor, word, prompt string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c.NoMagicLink = true
		d := newDesk(t, withFactors(c, okta.SecurityQuestion, okta.SMS, okta.Voice, okta.Email))
		term := d.openSignIn("--mfa", word)
		term.waitFor(prompt)
		term.typeText(d.factorCode(f) + "\r")
		term.wantSignedIn(d, f, 1)
		d.wantCodesSent(f)
	}
}

func smsOrVoice(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.SMS, okta.Voice))
	term := d.openSignIn()
	term.waitFor("Phone +1 XXX-XXX-4586: ")
	term.waitFor(d.oktaTexts("Receive a code via SMS")...)
	term.waitFor(d.oktaTexts("Receive a voice call instead")...)
	term.typeText(downKey + "\r")
	term.waitFor("Code from the call to +1 XXX-XXX-4586")
	term.typeText(d.factorCode(okta.Voice) + "\r")
	term.wantSignedIn(d, okta.Voice, 1)
	d.wantCodesSent(okta.Voice)
}

func askedEmail(t *testing.T, c okta.Config) {
	c.AskBeforeEmail = true
	d := newDesk(t, withFactors(c, okta.Email))
	term := d.openSignIn()
	term.waitFor("Code from the email to j***e@example.com")
	term.typeText(d.factorCode(okta.Email) + "\r")
	term.wantSignedIn(d, okta.Email, 1)
	d.wantCodesSent(okta.Email)
}

func emailLink(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.Email))
	term := d.openSignIn()
	term.waitFor("Code from the email to j***e@example.com, or open the link in it")
	term.typeText("12") // typing has begun
	d.clickEmailLink()
	term.wantSignedIn(d, okta.Email, 0)
	d.wantCodesSent(okta.Email)
}

func (d *desk) clickEmailLink() {
	d.Helper()
	if err := d.org.ClickEmailLink(jane); err != nil {
		d.Fatal(err)
	}
}

func emailLinkAlone(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.Email)).with("STSX_PASSWORD=" + janePassword)
	done := make(chan struct{})
	go func() { // the person elsewhere, who gets the email
		defer close(done)
		eventually(runLimit, func() bool { return d.countEvents(okta.CodeSent) > 0 })
		if err := d.org.ClickEmailLink(jane); err != nil {
			t.Error(err)
		}
	}()
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "signed", "in"), 0)
	<-done
	d.wantText(r.stderr, "Open the link in the email to j***e@example.com")
	if d.countEvents(okta.CodeTried) != 0 {
		t.Errorf("the org logged %v", d.eventsOf(okta.CodeTried))
	}
}

func codeForLink(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.Email))
	term := d.openSignIn()
	term.waitFor("or open the link in it")
	term.typeText("000000\r")
	term.waitFor("Okta said: ")
	term.waitFor("Code from the email")
	term.typeText(d.factorCode(okta.Email) + "\r")
	term.wantSignedIn(d, okta.Email, 2)
	d.wantCodesSent(okta.Email)
}

// securityQuestion: the answer is not shown, and no command is asked for it.
func securityQuestion(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.SecurityQuestion))
	d.writeConfig("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane +
		"\"\nmfa_command = [\"false\"]\n[profile.prod]\nrole = \"Admin\"\n")
	term := d.openSignIn()
	term.waitFor(d.oktaTexts(okta.Question)...)
	term.typeText("Wirsing\r")
	term.waitFor("Okta said: ")
	term.waitFor(d.oktaTexts(okta.Question)...)
	term.typeText(okta.DefaultAnswer + "\r")
	term.wantSignedIn(d, okta.SecurityQuestion, 2)
	if text := term.text(); strings.Contains(text, "Wirsing") || strings.Contains(text, okta.DefaultAnswer) ||
		strings.Contains(text, "Code from") {
		t.Errorf("on the screen: %s", text)
	}
}

func codeByToken(f okta.Factor, word string) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		d := newDesk(t, withFactors(c, okta.SecurityQuestion, f))
		d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(f)).wantSignIn(1, "--mfa", word)
		if e := d.eventsOf(okta.CodeTried)[0]; !e.OK || e.Factor != f {
			t.Errorf("the org logged %v", e)
		}
	}
}

// passwordLast: each secret goes to its own page: the org logs one right code
// and one right password.
func passwordLast(t *testing.T, c okta.Config) {
	c.PasswordLast, c.NoAutocomplete = true, true
	d := newDesk(t, withFactors(c, okta.YubiKey))
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.YubiKey)).wantSignIn(1)
	for _, e := range append(d.eventsOf(okta.CodeTried), d.eventsOf(okta.PasswordTried)...) {
		if !e.OK {
			t.Errorf("the org logged %v", e)
		}
	}
}

func sentAgain(t *testing.T, c okta.Config) {
	c.Pace = 10
	d := newDesk(t, withFactors(c, okta.SMS))
	term := d.openSignIn()
	term.waitFor("Code from the SMS")
	first := d.factorCode(okta.SMS)
	term.sendAgain()
	term.waitFor("Code from the SMS")
	second := d.factorCode(okta.SMS)
	if first == second {
		t.Fatal("the code is the first one still")
	}
	term.typeText(second + "\r")
	term.wantSignedIn(d, okta.SMS, 1)
	d.wantCodesSent(okta.SMS, okta.SMS)
}

func anotherFactorChosen(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.RSA, okta.SecurityQuestion))
	term := d.openSignIn("--mfa", "rsa")
	term.waitFor("Code from RSA SecurID (Enter: other ways)")
	term.typeText("\r")
	term.waitFor("Use another way to sign in")
	term.typeText("another\r")
	term.waitFor("Sign in with: ")
	if c.Engine == okta.Classic { // sorts them its own way
		term.typeText("\r")
	} else {
		term.typeText(downKey + "\r")
	}
	term.waitFor(d.oktaTexts(okta.Question)...)
	term.typeText(okta.DefaultAnswer + "\r")
	term.wantSignedIn(d, okta.SecurityQuestion, 1)
}

func factorChosenBefore(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.YubiKey, okta.RSA))
	for _, key := range []string{downKey + "\r", "\r"} {
		code := d.factorCode(okta.RSA)
		term := d.with("STSX_PASSWORD="+janePassword).openTerminal("login", "prod", "--force")
		term.waitFor("Sign in with: ")
		term.typeText(key)
		term.waitFor("Code from RSA SecurID")
		term.typeText(code + "\r")
		if r := term.wait(); r.status != 0 {
			t.Fatal(r)
		}
	}
	if codes := d.eventsOf(okta.CodeTried); len(codes) != 2 || codes[1].Factor != okta.RSA || !codes[1].OK {
		t.Errorf("the org logged %v", codes)
	}
	d.wantNoBrowserProfile()
}

func severalUnattended(t *testing.T, c okta.Config) {
	c = withFactors(c, okta.SMS, okta.Voice, okta.Email, okta.SecurityQuestion, okta.YubiKey, okta.Symantec, okta.RSA, okta.OnPrem,
		okta.CustomOTP)
	c.Users[0].GoogleTOTP, c.Users[0].OktaVerifyTOTP = googleSecret, verifySecret
	d := newDesk(t, c).with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE=123456")
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 3)
	d.wantOktaText(r.stderr, "Email", "YubiKey")
	d.wantText(r.stderr, "a choice between ", " is required", "name one with --mfa or as mfa in the configuration: ")
	_, words, _ := strings.Cut(r.stderr, "in the configuration: ")
	got := strings.Split(strings.TrimSpace(words), " or ")
	slices.Sort(got)
	want := []string{"call", "custom_otp", "email", "google_otp", "okta_verify", "onprem", "question", "rsa", "sms", "symantec", "yubikey"}
	if c.Engine == okta.Classic { // a row of Okta Verify's may be either
		want = slices.Insert(want, 5, "okta_verify_push")
	}
	if !slices.Equal(got, want) {
		t.Errorf("named %q", got)
	}
	if c.Engine != okta.Classic {
		d.wantText(r.stderr, " (+1 XXX-XXX-4586)")
	}
	d.wantCodesSent()
	if d.countEvents(okta.CodeTried) != 0 {
		t.Errorf("the org logged %v", d.eventsOf(okta.CodeTried))
	}
}

func wrongSentCode(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.SMS))
	term := d.openSignIn()
	for _, code := range []string{"1111110", "2222220"} {
		term.waitFor("Code from the SMS")
		term.typeText(code + "\r")
		term.waitFor("Okta said: ")
	}
	term.waitFor("Code from the SMS")
	term.typeText(d.factorCode(okta.SMS) + "\r")
	term.wantSignedIn(d, okta.SMS, 3)
	d.wantCodesSent(okta.SMS)
}

func thirdWrongCode(t *testing.T, c okta.Config) {
	d := newDesk(t, withFactors(c, okta.Symantec))
	term := d.openSignIn()
	for _, code := range []string{"11111111", "22222222", "33333333"} {
		term.waitFor("Code from Symantec VIP")
		term.typeText(code + "\r")
	}
	r := term.wait()
	if r.status != 4 || strings.Contains(r.stdout, "signed in") || d.countEvents(okta.CodeTried) != 3 || d.countEvents(okta.Locked) != 0 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.wantText(r.stdout, "stsx: error: Okta said: ", "stsx: hint: wait for a new code")
	d.wantNoBrowserProfile()
}
