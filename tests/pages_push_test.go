//go:build unix

package tests

import (
	"bufio"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

func pushSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "Okta Verify push", answer: "sent, then waited for, with the time that is left; “Send push automatically” stays as it is",
			run: pushApproved},
		{row: "push with a number", answer: "the number is drawn large", alike: everyEngine, run: pushApprovedByNumber},
		{row: "push that the page sends by itself", answer: "waited for", run: pushSentByOkta},
		{row: "push refused on the phone", answer: "Okta's words; another one if the person wants it",
			run: pushedTwice((*okta.Org).Reject, rejectedText, true)},
		{row: "third push refused", answer: "Okta's words, exit 4: a sign-in sends three pushes at most", alike: everyEngine,
			run: pushRefusedThrice},
		{row: "push not answered", answer: "Okta's words; another one if the person wants it",
			run: pushedTwice((*okta.Org).ExpirePush, expiredText, false)},
		{row: "push sent again", answer: "from the prompt, with one key", run: pushAgain},
		{row: "a code instead of a push", answer: "from the prompt, with one key", run: codeInsteadOfPush},
		{row: "another way than a push with a number", answer: "from the prompt, with one key, then the list", on: identity,
			alike: everyEngine, run: otherThanPush},
		{row: "push, unattended", answer: "waited for; a number is printed on standard error, with `--quiet` too",
			alike: everyEngine, run: pushApprovedUnattended},
		{row: "push refused, unattended", answer: "Okta's words, exit 4", alike: everyEngine,
			run: pushFailedUnattended((*okta.Org).Reject, rejectedText, false)},
		{row: "push not answered, unattended", answer: "Okta's words, exit 4", alike: everyEngine,
			run: pushFailedUnattended((*okta.Org).ExpirePush, expiredText, true)},
		{row: "push and code in one account", answer: "`push` or `okta_verify` in `mfa` or `--mfa`, else asked, in the page's words",
			run: pushOrCode},
		{row: "code in an account with push", answer: "the code is asked for, nothing is sent", run: codeNotPush},
		{row: "push of the company's own app", answer: "as Okta Verify push", on: identity, run: customAppPush},
		{row: "sign-in left too long while a phone is asked", answer: "started over, once", alike: identityEngines, run: expiredPush},
		{row: "trouble of Okta's while a phone is asked", answer: "waited on; the page is opened again when it has stopped",
			alike: identityEngines, run: troubledPush},
		{row: "Ctrl-C while a phone is asked", answer: "exit 130, the browser is gone", alike: everyEngine, run: interruptedPush},
	}
}

const janesPhone = "Jane's phone"

// withPhone is the org's only user with Okta Verify on a phone.
func withPhone(c okta.Config, phone okta.Phone, factors ...okta.Factor) okta.Config {
	c = withFactors(c, factors...)
	phone.Name = janesPhone
	c.Users[0].Phone = &phone
	if c.PollInterval == 0 {
		c.PollInterval = 500 * time.Millisecond
	}
	return c
}

// waitForPush waits until the phone was asked n times and returns the number that
// has to be picked.
func (d *desk) waitForPush(n int) string {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	number, err := d.org.AwaitPush(ctx, jane, n)
	if err != nil {
		d.Fatal(err)
	}
	return number
}

// wantNoError fails the test unless the phone could do it.
func (d *desk) wantNoError(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// wantApprovedPush fails the test unless the sign-in ended well, as wantPushAnswered says.
func (t *terminal) wantApprovedPush(d *desk, f okta.Factor, sent int) {
	t.Helper()
	if r := t.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	d.wantPushAnswered(f, sent)
}

// wantPushAnswered fails the test unless the org sent so many pushes, and the last one
// was approved.
func (d *desk) wantPushAnswered(f okta.Factor, sent int) {
	d.Helper()
	answers := d.eventsOf(okta.PushAnswered)
	if n := d.countEvents(okta.PushSent); n != sent || len(answers) == 0 || !answers[len(answers)-1].OK ||
		answers[len(answers)-1].Factor != f {
		d.Errorf("%d pushes, answered %v", n, answers)
	}
	for _, e := range d.eventsOf(okta.PasswordTried) {
		if !e.OK {
			d.Errorf("a wrong password: %v", e)
		}
	}
	d.wantNoBrowserProfile()
}

const approvePrompt = "Approve the sign-in in Okta Verify on " + janesPhone

// waitForPushLine waits for what is said while a phone is asked.
func (t *terminal) waitForPushLine() {
	t.Helper()
	for _, part := range []string{approvePrompt, "4:5", " left, s: Send again, ", "Ctrl-C: give up"} {
		t.waitFor(part)
	}
}

func pushApproved(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn("--mfa", "push")
	term.waitForPushLine()
	d.waitForPush(1)
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 1)
}

func pushApprovedByNumber(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}))
	term := d.openSignIn()
	term.waitFor("Tap this number in Okta Verify on " + janesPhone)
	term.waitFor("Ctrl-C: give up")
	d.waitForPush(1)
	d.wantNoError(d.org.Approve(jane, readLargeNumber(term.text()))) // the org takes no other
	term.wantApprovedPush(d, okta.OktaVerifyPush, 1)
}

// readLargeNumber reads the number of two digits that stands on a screen last, each on
// three by five blocks.
func readLargeNumber(screen string) (number string) {
	shapes := []string{
		"####.##.##.####", ".#.##..#..#.###", "###..#####..###", "###..####..####", "#.##.####..#..#",
		"####..###..####", "####..####.####", "###..#.#..#..#.", "####.#####.####", "####.####..####",
	}
	var rows [][]rune
	for _, line := range strings.Split(screen, "\n") {
		line = strings.TrimRight(line, "\r")
		if regexp.MustCompile(`^[ █]*█[ █]*$`).MatchString(line) {
			rows = append(rows, []rune(line))
		}
	}
	if len(rows) < 5 {
		return ""
	}
	rows = rows[len(rows)-5:]
	for from := 2; from <= 11; from += 9 { // two blanks, then three blocks of two cells and three blanks, twice
		shape := ""
		for _, row := range rows {
			for at := from; at < from+6; at += 2 {
				dot := "."
				if at < len(row) && row[at] == '█' {
					dot = "#"
				}
				shape += dot
			}
		}
		digit := slices.Index(shapes, shape)
		if digit < 0 {
			return ""
		}
		number += string(rune('0' + digit))
	}
	return number
}

func pushSentByOkta(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{AutoPush: true, Number: true}))
	term := d.openSignIn()
	term.waitFor("Tap this number in Okta Verify on " + janesPhone)
	d.waitForPush(1)
	term.waitFor("█")
	term.waitFor("Ctrl-C: give up")
	d.wantNoError(d.org.Approve(jane, readLargeNumber(term.text())))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 1)
}

// What Okta says of a no, and of a push that nobody answers.
const (
	rejectedText = "You have chosen to reject this login."
	expiredText  = "Your push notification has expired."
)

// pushedTwice: a push that came to nothing, and then one that is approved. pages is
// Config.PushPages.
func pushedTwice(end func(*okta.Org, string) error, said string, pages bool) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c.PushPages = pages
		d := newDesk(t, withPhone(c, okta.Phone{}))
		term := d.openSignIn()
		d.waitForPush(1)
		term.waitFor(approvePrompt)
		d.wantNoError(end(d.org, jane))
		term.waitFor("Okta said: ")
		term.waitFor(d.oktaTexts(said)...)
		term.waitFor("> Send again")
		term.typeText("\r")
		d.waitForPush(2)
		term.waitFor(approvePrompt)
		d.wantNoError(d.org.Approve(jane, ""))
		term.wantApprovedPush(d, okta.OktaVerifyPush, 2)
	}
}

func pushRefusedThrice(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn("--verbose")
	for n := 1; n <= 3; n++ {
		d.waitForPush(n)
		term.waitFor(approvePrompt)
		d.wantNoError(d.org.Reject(jane))
		if n < 3 {
			term.waitFor("> Send again")
			term.typeText("\r")
		}
	}
	r := term.wait()
	if r.status != 4 || strings.Contains(r.stdout, "signed in") || d.countEvents(okta.PushSent) != 3 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.wantText(r.stdout, "stsx: error: Okta said: ", "stsx: hint: run this again and approve the sign-in on the phone")
	d.wantOktaText(r.stdout, rejectedText)
	d.wantNoBrowserProfile()
}

func pushAgain(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}, okta.SecurityQuestion))
	term := d.openSignIn("--mfa", "push")
	d.waitForPush(1)
	term.waitFor("s: Send again")
	term.typeText("s")
	for second := d.waitForPush(2); readLargeNumber(term.text()) != second; {
		term.waitFor("Ctrl-C: give up")
	}
	d.wantNoError(d.org.Approve(jane, readLargeNumber(term.text())))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 2)
}

func codeInsteadOfPush(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{})
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	term := d.openSignIn("--mfa", "push")
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	if c.Engine == okta.Classic {
		term.waitFor("e: Enter a code")
		term.typeText("e")
	} else {
		term.waitFor("u: Use another way to sign in")
		term.typeText("u")
		term.waitFor("Sign in with: ")
		term.typeText(downKey + "\r")
	}
	term.waitFor("Code from Okta Verify")
	term.typeText("000000\r") // wrong once: the form is the same one
	term.waitFor("Okta said: ")
	term.waitFor("Code from Okta Verify")
	term.typeText(d.factorCode(okta.OktaVerifyTOTP) + "\r")
	if r := term.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	if codes := d.eventsOf(okta.CodeTried); len(codes) != 2 || !codes[1].OK || codes[1].Factor != okta.OktaVerifyTOTP ||
		d.countEvents(okta.PushSent) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

func otherThanPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}, okta.RSA))
	term := d.openSignIn("--mfa", "push")
	d.waitForPush(1)
	term.waitFor("u: Use another way to sign in")
	term.typeText("u")
	term.waitFor("Sign in with: ")
	term.typeText("rsa\r")
	term.waitFor("Code from RSA SecurID")
	term.typeText(d.factorCode(okta.RSA) + "\r")
	term.wantSignedIn(d, okta.RSA, 1)
}

// pushApprovedUnattended: all that there is of the number is on standard error, once.
func pushApprovedUnattended(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}))
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	command := d.with("STSX_PASSWORD="+janePassword).command(ctx, "exec", "prod", "--quiet", "--", "true")
	said, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var read strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		read.WriteString(lines.Text() + "\n")
		if _, number, ok := strings.Cut(lines.Text(), "Tap this number in Okta Verify on "+janesPhone+": "); ok {
			d.wantNoError(d.org.Approve(jane, number)) // fails the second time
		}
	}
	if err := command.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &read)
	}
	d.wantPushAnswered(okta.OktaVerifyPush, 1)
}

// pushFailedUnattended: nobody is at a terminal, and the push comes to nothing.
func pushFailedUnattended(end func(*okta.Org, string) error, said string, pages bool) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c.PushPages = pages
		d := newDesk(t, withPhone(c, okta.Phone{}, okta.SecurityQuestion))
		done := make(chan struct{})
		go func() { // the person elsewhere, who has nothing but the phone
			defer close(done)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			_, err := d.org.AwaitPush(ctx, jane, 1)
			if err == nil {
				err = end(d.org, jane)
			}
			if err != nil {
				t.Error(err)
			}
		}()
		r := d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--mfa", "push", "--", "true"), 4)
		<-done
		d.wantText(r.stderr, "stsx: error: Okta said: ", "stsx: hint: run this again ")
		d.wantOktaText(r.stderr, said)
		if d.countEvents(okta.PushSent) != 1 {
			t.Errorf("the org logged %v", d.eventsOf(okta.PushSent))
		}
		d.wantNoBrowserProfile()
	}
}

func pushOrCode(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{})
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	if c.Engine == okta.Classic { // which has both on one page; a list is that of "several factors, unattended"
		r := d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--", "true"), 3)
		d.wantText(r.stderr, " is required", "name one with --mfa or as mfa in the configuration: ", "push", " or okta_verify")
	}
	term := d.openSignIn()
	if c.Engine == okta.Classic {
		term.waitFor(janesPhone + "): ")
		term.waitFor(d.oktaTexts("Send Push")...)
		term.waitFor(d.oktaTexts("Or enter code")...)
	} else {
		term.waitFor("Sign in with: ")
		term.waitFor(d.oktaTexts("Get a push notification")...)
	}
	term.typeText("\r")
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 1)
}

func codeNotPush(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{}, okta.SecurityQuestion)
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.OktaVerifyTOTP)).wantSignIn(1, "--mfa", "okta_verify")
	if d.countEvents(okta.PushSent) != 0 {
		t.Errorf("the org logged %v", d.org.Log())
	}
}

func customAppPush(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{}, okta.SecurityQuestion)
	c.Users[0].Phone, c.Users[0].App = nil, c.Users[0].Phone
	d := newDesk(t, c)
	term := d.openSignIn("--mfa", "push")
	term.waitFor("Approve the sign-in in " + okta.AppName + " on " + janesPhone)
	d.waitForPush(1)
	d.wantNoError(d.org.Reject(jane))
	term.waitFor(d.oktaTexts(rejectedText)...)
	term.waitFor("> Send again")
	term.typeText("\r")
	d.waitForPush(2)
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.CustomApp, 2)
}

func expiredPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn()
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	d.org.ExpireSignIns()
	d.waitForPush(2)
	term.waitFor(approvePrompt)
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 2)
}

// troubledPush: a poll that gets no answer, then one that Okta answers with an
// error of its own, at which its pages stop.
func troubledPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn()
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	d.org.TroublePolls(2, 0)
	d.waitFor("polls without an answer", func() bool { return d.org.TroubleLeft() == 0 })
	d.org.TroublePolls(1, http.StatusInternalServerError)
	d.waitFor("a poll with an error", func() bool { return d.org.TroubleLeft() == 0 })
	polls := func() int { return d.countRequests("/idp/idx/authenticators/poll") }
	sent, before := 1, polls()
	if c.Engine == okta.Classic { // which forgets the sign-in with the page
		sent = 2
		d.waitForPush(2)
	} else { // a page that hears of the end with its first poll may take the sign-in for one that has run out
		d.waitFor("the page that is opened again", func() bool { return polls() > before+1 })
	}
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.OktaVerifyPush, sent)
}

func interruptedPush(t *testing.T, c okta.Config) {
	onLinux(t)
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn()
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	term.typeText("\x03")
	r := d.wantStatus(term.wait(), 130)
	d.wantText(r.stdout, "interrupted")
	<-term.ended
	term.wantSaneModes()
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}
