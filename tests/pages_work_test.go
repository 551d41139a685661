//go:build unix

package tests

import (
	"testing"

	"stsx/tests/okta"
)

const workProgress = "waiting for Okta's check of this browser"

func workSituations() []situation {
	on := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{
			row:    "bot protection, a proof of work (ALTCHA)",
			answer: "the page works for some seconds; waited for up to `timeout`", on: on, run: hardWork,
		},
		{row: "proof of work on a later page", answer: "the same", on: on, alike: everyEngine, run: laterWork},
		{
			row:    "proof of work and a wrong password",
			answer: "asked for again, on a page opened anew in Gen2", on: on, run: workAfterRefusal,
		},
		{row: "proof of work that expires", answer: "done once more", on: on, alike: everyEngine, run: expiringWork},
		{row: "proof of work that fails", answer: "done once more; then said, with nothing sent", on: on, alike: everyEngine,
			run: failingWork},
		{
			row:    "proof of work that fails, with a display",
			answer: "in a window, then a person's", on: on, alike: everyEngine, run: failingWorkInWindow,
		},
	}
}

// wantWork checks that the org took so many proofs, and refused none.
func (d *desk) wantWork(proven int) {
	d.Helper()
	for _, e := range d.eventsOf(okta.WorkProven) {
		if !e.OK {
			d.Errorf("a proof was refused: %s", e.Detail)
		}
	}
	if n := d.countEvents(okta.WorkProven); n != proven {
		d.Errorf("%d proofs were sent, not %d", n, proven)
	}
}

// workDesk is where nobody is asked for what runs out while the page works.
func workDesk(t *testing.T, c okta.Config, work okta.ProofOfWork) *desk {
	c.ProofOfWork = &work
	return newDesk(t, withFactors(c)).with("STSX_PASSWORD=" + janePassword)
}

// hardWork takes longer than a press may go unanswered elsewhere.
func hardWork(t *testing.T, c okta.Config) {
	d := workDesk(t, c, okta.ProofOfWork{Difficulty: 200_000, Number: 199_990})
	term := d.openSignIn()
	term.waitFor(workProgress)
	term.waitFor("signed in\r\n")
	d.wantStatus(term.wait(), 0)
	d.wantOneSignIn(0)
	d.wantWork(1)
}

func laterWork(t *testing.T, c okta.Config) {
	c.ProofOfWork = &okta.ProofOfWork{Difficulty: 20_000, Later: true, Path: "/idp/idx/proof"}
	c.IdentifierFirst = true
	d := questionDesk(t, c)
	d.wantSignIn(1)
	d.wantWork(2)
}

func workAfterRefusal(t *testing.T, c okta.Config) {
	d := workDesk(t, c, okta.ProofOfWork{Difficulty: 2_000})
	term := d.with("STSX_PASSWORD=wrong").openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor(d.oktaTexts("Unable to sign in")...)
	term.waitFor("Okta password for")
	term.typeText(janePassword + "\r")
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	if n := d.countEvents(okta.PasswordTried); n != 2 {
		t.Errorf("%d passwords were sent", n)
	}
	d.wantWork(2)
}

func expiringWork(t *testing.T, c okta.Config) {
	d := workDesk(t, c, okta.ProofOfWork{Difficulty: 2_000, Expiring: 1})
	d.wantSignIn(0)
	d.wantWork(1)
}

func failingWork(t *testing.T, c okta.Config) {
	d := workDesk(t, c, okta.ProofOfWork{Difficulty: 2_000, Failing: 2})
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
	d.wantText(r.stderr, "Okta's check of this browser failed, and no window can be shown")
	d.wantNothingSent()
}

// failingWorkInWindow: both tries in the window fail too.
func failingWorkInWindow(t *testing.T, c okta.Config) {
	c.ProofOfWork = &okta.ProofOfWork{Difficulty: 2_000, Failing: 4}
	d, person := newDesk(t, withFactors(c)).withDisplay().withWindowUser("")
	term := d.openSignIn()
	term.waitFor("Okta's check of this browser failed: go on in the window")
	person.clickElement(`altcha-widget input[type="checkbox"]`)
	term.waitFor("signed in\r\n")
	d.wantStatus(term.wait(), 0)
	d.wantWork(1)
	d.wantOneSignIn(0)
	d.wantNoWindow()
}

func (d *desk) wantNothingSent() {
	d.Helper()
	if d.countEvents(okta.WorkProven)+d.countEvents(okta.PasswordTried) != 0 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}
