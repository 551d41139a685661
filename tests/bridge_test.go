//go:build unix

package tests

import (
	"testing"

	"stsx/tests/okta"
)

func bridgeSituations() []situation {
	return []situation{
		{row: "unknown page, on a terminal without a display", answer: "asked there, with the page's origin; nothing that stsx keeps goes into it", run: unknownOnTerminal},
	}
}

// unknownOnTerminal: what the page asks is asked in the page's words.
func unknownOnTerminal(t *testing.T, c okta.Config) {
	onLinux(t) // elsewhere there is a display
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).signed()
	term := d.open("exec", "prod", "--", "echo", "in")
	term.expect("stsx: a page of " + d.org.URL() + " asks:")
	term.expect(d.words("One question before you go on")...)
	term.expect(d.words("Cost centre")...)
	term.send("\r") // but the page wants one
	term.expect(d.words("Reason")...)
	term.send(down + "\r")
	term.expect("nothing came of pressing")
	term.expect("  ! ") // in the browser's words
	term.expect(d.words("Cost centre")...)
	term.send("4711\r")
	term.expect(d.words("Reason")...)
	term.send("\r")
	term.expect("in\r\n")
	d.expect(term.wait(), 0)
	d.once(1)
	d.clean()
}
