//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

func unknownPageSituations() []situation {
	return []situation{
		{row: "unknown page, on a terminal without a display",
			answer: "asked there, with the page's origin; nothing that stsx keeps goes into it", alike: everyEngine,
			run: unknownOnTerminal},
	}
}

// unknownOnTerminal: what the page asks is asked in the page's words.
func unknownOnTerminal(t *testing.T, c okta.Config) {
	onLinux(t) // elsewhere there is a display
	c.Detour = okta.SurveyPage
	d := newDesk(t, c).withPasswordAndCode()
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("stsx: unrecognised page at " + d.org.URL() + ":")
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

// TestOldWidget: where the page's widget is older than any that stsx knows, the
// hint of a page that needs a person says so. The widget here is the usual one, called by other numbers.
func TestOldWidget(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{"4.5.2": true, "5.9.1": true, "5.16.1": false, "7.5.1": false} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dist, err := filepath.Abs("okta/node_modules/@okta/okta-signin-widget/dist")
			if err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "package.json"), []byte(`{"version": "`+version+`"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(dist, filepath.Join(folder, "dist")); err != nil {
				t.Fatal(err)
			}
			d := newDesk(
				t,
				okta.Config{Widget: filepath.Join(folder, "dist"), Engine: okta.Gen2, Detour: okta.Consent},
			).withPasswordAndCode()
			r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
			if strings.Contains(r.stderr, "older than 5.16") != old {
				t.Error(r.stderr)
			}
		})
	}
}
