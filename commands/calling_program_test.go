package commands

import (
	"strings"
	"testing"

	"stsx/session"
)

// TestWindowTitle: it says which program asks and for which profile; shells that run a
// command line are no programs, and no name breaks the line.
func TestWindowTitle(t *testing.T) {
	source := session.Profile{Name: "base", Org: session.Org{Name: "acme", Ask: session.AskInWindow}}
	chained := session.Profile{Name: "deep", Source: &source}
	for _, c := range []struct {
		verb     string
		parents  []string
		profile  session.Profile
		settings Settings
		want     string
	}{
		{"process", []string{"terraform", "bash"}, source, Settings{}, "stsx: terraform asks for base"},
		{"process", []string{"sh", "-bash", "cmd.exe", "python3.13"}, source, Settings{}, "stsx: python3.13 asks for base"},
		{"process", []string{"sh"}, source, Settings{}, "stsx: a program asks for base"},
		{"process", nil, chained, Settings{}, "stsx: a program asks for deep"},
		{"process", []string{"a\x1b]0;\nb"}, source, Settings{}, "stsx: a\ufffd]0; b asks for base"},
		{"serve", []string{"systemd"}, source, Settings{}, "stsx: stsx serve asks for base"},
		{"process", []string{"aws"}, source, Settings{NoInput: true}, ""},
		{"process", []string{"aws"}, source, Settings{NoInput: true, Ask: session.AskInWindow}, ""},
		{"process", []string{"aws"}, source, Settings{Ask: session.AskOnTerminal}, ""},
		{"process", []string{"aws"}, session.Profile{Name: "x"}, Settings{}, ""},
		{"process", []string{"aws"}, session.Profile{Name: "x"}, Settings{Ask: session.AskInWindow}, "stsx: aws asks for x"},
		{"process", []string{"aws"}, session.Profile{Name: strings.Repeat("x", 10000)}, Settings{Ask: session.AskInWindow},
			session.OneLine("stsx: aws asks for "+strings.Repeat("x", 10000), session.QuoteLength)},
	} {
		r := &commandRun{settings: c.settings, commandLine: commandLine{verb: c.verb}}
		r.caller = r.callingProgram
		r.ParentNames = func() func() (string, bool) {
			left := c.parents
			return func() (string, bool) {
				if len(left) == 0 {
					return "", false
				}
				name := left[0]
				left = left[1:]
				return name, true
			}
		}
		o := r.overrideProfile(c.profile).Root().Org
		if o.WindowTitle != c.want || (c.want != "") != (o.Ask == session.AskInWindow) ||
			o.NeverOnTerminal != (c.want != "" && c.settings.Ask != "") {
			t.Errorf("%q: title %q, want %q; %+v", c.parents, o.WindowTitle, c.want, o)
		}
	}
}
