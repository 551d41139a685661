package commands

import (
	"testing"
	"time"

	"stsx/session"
)

// TestTitleText: a title goes to a terminal that shows one and is not another program's.
func TestTitleText(t *testing.T) {
	for name, c := range map[string]struct {
		title, terminal bool
		term, held      string
		want            string
	}{
		"yes":             {true, true, "xterm", "", "\x1b]2;aws:a?b ?1mAdmin\x1b\\"},
		"not asked for":   {false, true, "xterm", "", ""},
		"a pipe":          {true, false, "xterm", "", ""},
		"dumb":            {true, true, "dumb", "", ""},
		"no TERM":         {true, true, "", "", ""},
		"the console":     {true, true, "linux", "", ""},
		"another's":       {true, true, "xterm", "another program is using this terminal", ""},
		"screen and tmux": {true, true, "screen-256color", "", "\x1b]2;aws:a?b ?1mAdmin\x1b\\"},
	} {
		f := newFakeSystem()
		f.heldBecause = c.held
		f.StdoutIsTerminal = c.terminal
		f.Environ = []string{"TERM=" + c.term}
		r := &commandRun{HostSystem: f.HostSystem, drivers: &Drivers{Ask: f}}
		s := sessionOf("a\x07b", time.Hour)
		s.Role.ARN = "arn:aws:iam::123456789012:role/\x9b1mAdmin"
		if got := r.titleText(session.Profile{Title: c.title}, s); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
