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
		{row: "Okta Verify push", answer: "sent, then waited for, with the time that is left; “Send push automatically” stays as it is", run: approved},
		{row: "push with a number", answer: "the number is drawn large", run: approvedByNumber},
		{row: "push that the page sends by itself", answer: "waited for", run: sentByItself},
		{row: "push refused on the phone", answer: "Okta's words; another one if the person wants it", run: another((*okta.Org).Reject, noSaid, true)},
		{row: "third push refused", answer: "Okta's words, exit 4: a sign-in sends three pushes at most", run: refusedThrice},
		{row: "push not answered", answer: "Okta's words; another one if the person wants it", run: another((*okta.Org).ExpirePush, lateSaid, false)},
		{row: "push sent again", answer: "from the prompt, with one key", run: pushAgain},
		{row: "a code instead of a push", answer: "from the prompt, with one key", run: codeForPush},
		{row: "another way than a push with a number", answer: "from the prompt, with one key, then the list", on: identity, run: otherThanPush},
		{row: "push, unattended", answer: "waited for; a number is printed on standard error, with `--quiet` too", run: approvedAlone},
		{row: "push refused, unattended", answer: "Okta's words, exit 4", run: alone((*okta.Org).Reject, noSaid, false)},
		{row: "push not answered, unattended", answer: "Okta's words, exit 4", run: alone((*okta.Org).ExpirePush, lateSaid, true)},
		{row: "push and code in one account", answer: "`push` or `okta_verify` in `mfa` or `--mfa`, else asked, in the page's words", run: pushOrCode},
		{row: "code in an account with push", answer: "the code is asked for, nothing is sent", run: codeNotPush},
		{row: "push of the company's own app", answer: "as Okta Verify push", on: identity, run: ownApp},
		{row: "sign-in left too long while a phone is asked", answer: "started over, once", run: expiredPush},
		{row: "trouble of Okta's while a phone is asked", answer: "waited on; the page is opened again when it has stopped", run: troubledPush},
		{row: "Ctrl-C while a phone is asked", answer: "exit 130, the browser is gone", run: interruptedPush},
	}
}

const janesPhone = "Jane's phone"

// withPhone is the org's only user with Okta Verify on a phone.
func withPhone(c okta.Config, phone okta.Phone, factors ...okta.Factor) okta.Config {
	c = enrolled(c, factors...)
	phone.Name = janesPhone
	c.Users[0].Phone = &phone
	if c.PollInterval == 0 {
		c.PollInterval = 500 * time.Millisecond
	}
	return c
}

// pushed waits until the phone was asked n times and returns the number that
// has to be picked.
func (d *desk) pushed(n int) string {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	number, err := d.org.AwaitPush(ctx, jane, n)
	if err != nil {
		d.Fatal(err)
	}
	return number
}

// does fails the test unless the phone could do it.
func (d *desk) does(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// approvedPush fails the test unless the sign-in ended well, as answered says.
func (t *terminal) approvedPush(d *desk, f okta.Factor, sent int) {
	t.Helper()
	if r := t.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	d.answered(f, sent)
}

// answered fails the test unless the org sent so many pushes, and the last one
// was approved.
func (d *desk) answered(f okta.Factor, sent int) {
	d.Helper()
	answers := d.events(okta.PushAnswered)
	if n := d.count(okta.PushSent); n != sent || len(answers) == 0 || !answers[len(answers)-1].OK || answers[len(answers)-1].Factor != f {
		d.Errorf("%d pushes, answered %v", n, answers)
	}
	for _, e := range d.events(okta.PasswordTried) {
		if !e.OK {
			d.Errorf("a wrong password: %v", e)
		}
	}
	d.clean()
}

const approve = "Approve the sign-in in Okta Verify on " + janesPhone

func approved(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.asks("--mfa", "push")
	term.expect(approve)
	term.expect("4:5")
	term.expect(" left, s: Send again, ")
	term.expect("Ctrl-C: give up")
	d.pushed(1)
	d.does(d.org.Approve(jane, ""))
	term.approvedPush(d, okta.OktaVerifyPush, 1)
}

func approvedByNumber(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}))
	term := d.asks()
	term.expect("Tap this number in Okta Verify on " + janesPhone)
	term.expect("Ctrl-C: give up")
	d.pushed(1)
	d.does(d.org.Approve(jane, large(term.text()))) // the org takes no other
	term.approvedPush(d, okta.OktaVerifyPush, 1)
}

// large reads the number of two digits that stands on a screen last, each on
// three by five blocks.
func large(screen string) (number string) {
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

func sentByItself(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{AutoPush: true, Number: true}))
	term := d.asks()
	term.expect("Tap this number in Okta Verify on " + janesPhone)
	d.pushed(1)
	term.expect("█")
	term.expect("Ctrl-C: give up")
	d.does(d.org.Approve(jane, large(term.text())))
	term.approvedPush(d, okta.OktaVerifyPush, 1)
}

// What Okta says of a no, and of a push that nobody answers.
const (
	noSaid   = "You have chosen to reject this login."
	lateSaid = "Your push notification has expired."
)

// another: a push that came to nothing, and then one that is approved. pages is
// Config.PushPages.
func another(end func(*okta.Org, string) error, said string, pages bool) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c.PushPages = pages
		d := newDesk(t, withPhone(c, okta.Phone{}))
		term := d.asks()
		d.pushed(1)
		term.expect(approve)
		d.does(end(d.org, jane))
		term.expect("Okta said: ")
		term.expect(d.words(said)...)
		term.expect("> Send again")
		term.send("\r")
		d.pushed(2)
		term.expect(approve)
		d.does(d.org.Approve(jane, ""))
		term.approvedPush(d, okta.OktaVerifyPush, 2)
	}
}

func refusedThrice(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.asks("--verbose")
	for n := 1; n <= 3; n++ {
		d.pushed(n)
		term.expect(approve)
		d.does(d.org.Reject(jane))
		if n < 3 {
			term.expect("> Send again")
			term.send("\r")
		}
	}
	r := term.wait()
	if r.status != 4 || strings.Contains(r.stdout, "signed in") || d.count(okta.PushSent) != 3 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	d.says(r.stdout, "stsx: error: Okta said: ", "stsx: hint: run this again and approve the sign-in on the phone")
	d.quotes(r.stdout, noSaid)
	d.clean()
}

func pushAgain(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}, okta.SecurityQuestion))
	term := d.asks("--mfa", "push")
	d.pushed(1)
	term.expect("s: Send again")
	term.send("s")
	for second := d.pushed(2); large(term.text()) != second; {
		term.expect("Ctrl-C: give up")
	}
	d.does(d.org.Approve(jane, large(term.text())))
	term.approvedPush(d, okta.OktaVerifyPush, 2)
}

func codeForPush(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{})
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	term := d.asks("--mfa", "push")
	d.pushed(1)
	term.expect(approve)
	if c.Engine == okta.Classic {
		term.expect("e: Enter a code")
		term.send("e")
	} else {
		term.expect("u: Use another way to sign in")
		term.send("u")
		term.expect("Sign in with: ")
		term.send(down + "\r")
	}
	term.expect("Code from Okta Verify")
	term.send("000000\r") // wrong once: the form is the same one
	term.expect("Okta said: ")
	term.expect("Code from Okta Verify")
	term.send(d.code(okta.OktaVerifyTOTP) + "\r")
	if r := term.wait(); r.status != 0 || !strings.Contains(r.stdout, "signed in") {
		t.Fatalf("%s\n%v", r, d.org.Log())
	}
	if codes := d.events(okta.CodeTried); len(codes) != 2 || !codes[1].OK || codes[1].Factor != okta.OktaVerifyTOTP || d.count(okta.PushSent) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.clean()
}

func otherThanPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}, okta.RSA))
	term := d.asks("--mfa", "push")
	d.pushed(1)
	term.expect("u: Use another way to sign in")
	term.send("u")
	term.expect("Sign in with: ")
	term.send("rsa\r")
	term.expect("Code from RSA SecurID")
	term.send(d.code(okta.RSA) + "\r")
	term.in(d, okta.RSA, 1)
}

// approvedAlone: all that there is of the number is on standard error, once.
func approvedAlone(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{Number: true}))
	ctx, cancel := context.WithTimeout(context.Background(), limit)
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
			d.does(d.org.Approve(jane, number)) // fails the second time
		}
	}
	if err := command.Wait(); err != nil {
		t.Fatalf("%v: %s", err, &read)
	}
	d.answered(okta.OktaVerifyPush, 1)
}

// alone: nobody is at a terminal, and the push comes to nothing.
func alone(end func(*okta.Org, string) error, said string, pages bool) func(*testing.T, okta.Config) {
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
		r := d.expect(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--mfa", "push", "--", "true"), 4)
		<-done
		d.says(r.stderr, "stsx: error: Okta said: ", "stsx: hint: run this again ")
		d.quotes(r.stderr, said)
		if d.count(okta.PushSent) != 1 {
			t.Errorf("the org logged %v", d.events(okta.PushSent))
		}
		d.clean()
	}
}

func pushOrCode(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{})
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	r := d.expect(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--", "true"), 3)
	d.says(r.stderr, " is needed", "name one with --mfa or as mfa in the configuration: ", "push", " or okta_verify")
	term := d.asks()
	if c.Engine == okta.Classic {
		term.expect(janesPhone + "): ")
		term.expect(d.words("Send Push")...)
		term.expect(d.words("Or enter code")...)
	} else {
		term.expect("Sign in with: ")
		term.expect(d.words("Get a push notification")...)
	}
	term.send("\r")
	d.pushed(1)
	term.expect(approve)
	d.does(d.org.Approve(jane, ""))
	term.approvedPush(d, okta.OktaVerifyPush, 1)
}

func codeNotPush(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{}, okta.SecurityQuestion)
	c.Users[0].OktaVerifyTOTP = verifySecret
	d := newDesk(t, c)
	d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.code(okta.OktaVerifyTOTP)).signsIn(1, "--mfa", "okta_verify")
	if d.count(okta.PushSent) != 0 {
		t.Errorf("the org logged %v", d.org.Log())
	}
}

func ownApp(t *testing.T, c okta.Config) {
	c = withPhone(c, okta.Phone{}, okta.SecurityQuestion)
	c.Users[0].Phone, c.Users[0].App = nil, c.Users[0].Phone
	d := newDesk(t, c)
	term := d.asks("--mfa", "push")
	term.expect("Approve the sign-in in " + okta.AppName + " on " + janesPhone)
	d.pushed(1)
	d.does(d.org.Reject(jane))
	term.expect(d.words(noSaid)...)
	term.expect("> Send again")
	term.send("\r")
	d.pushed(2)
	d.does(d.org.Approve(jane, ""))
	term.approvedPush(d, okta.CustomApp, 2)
}

func expiredPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.asks()
	d.pushed(1)
	term.expect(approve)
	d.org.ExpireSignIns()
	d.pushed(2)
	term.expect(approve)
	d.does(d.org.Approve(jane, ""))
	term.approvedPush(d, okta.OktaVerifyPush, 2)
}

// troubledPush: a poll that gets no answer, then one that Okta answers with an
// error of its own, at which its pages stop.
func troubledPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.asks()
	d.pushed(1)
	term.expect(approve)
	d.org.TroublePolls(2, 0)
	d.await("polls without an answer", func() bool { return d.org.TroubleLeft() == 0 })
	d.org.TroublePolls(1, http.StatusInternalServerError)
	d.await("a poll with an error", func() bool { return d.org.TroubleLeft() == 0 })
	polls := func() (n int) {
		for _, e := range d.events(okta.Requested) {
			if strings.HasSuffix(e.Path, "/authenticators/poll") {
				n++
			}
		}
		return n
	}
	sent, before := 1, polls()
	if c.Engine == okta.Classic { // which forgets the sign-in with the page
		sent = 2
		d.pushed(2)
	} else { // a page that hears of the end with its first poll may take the sign-in for one that has run out
		d.await("the page that is opened again", func() bool { return polls() > before+1 })
	}
	d.does(d.org.Approve(jane, ""))
	term.approvedPush(d, okta.OktaVerifyPush, sent)
}

func interruptedPush(t *testing.T, c okta.Config) {
	onLinux(t)
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.asks()
	d.pushed(1)
	term.expect(approve)
	term.send("\x03")
	r := d.expect(term.wait(), 130)
	d.says(r.stdout, "interrupted")
	<-term.ended
	term.sane()
	d.alone()
	d.clean()
}
