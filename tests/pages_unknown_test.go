//go:build unix

package tests

import (
	"testing"

	"stsx/tests/okta"
)

func unknownPageSituations() []situation {
	return []situation{
		{row: "unknown page, on a terminal without a display", answer: "asked there, with the page's origin; nothing that stsx keeps goes into it", alike: true, run: unknownOnTerminal},
	}
}

// unknownOnTerminal: what the page asks is asked in the page's words.
func unknownOnTerminal(t *testing.T, c okta.Config) {
	onLinux(t) // elsewhere there is a display
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).withPasswordAndCode()
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("stsx: a page of " + d.org.URL() + " asks:")
	term.waitFor(d.oktaTexts("One question before you go on")...)
	term.waitFor(d.oktaTexts("Cost centre")...)
	term.typeText("\r") // but the page wants one
	term.waitFor(d.oktaTexts("Reason")...)
	term.typeText(downKey + "\r")
	term.waitFor("nothing came of pressing")
	term.waitFor("  ! ") // in the browser's words
	term.waitFor(d.oktaTexts("Cost centre")...)
	term.typeText("4711\r")
	term.waitFor(d.oktaTexts("Reason")...)
	term.typeText("\r")
	term.waitFor("in\r\n")
	d.wantStatus(term.wait(), 0)
	d.wantOneSignIn(1)
	d.wantNoBrowserProfile()
}
