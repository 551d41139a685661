package commands

import (
	"fmt"
	"slices"

	"stsx/session"
)

// What xterm and its relatives do with a title beside setting it; others ignore it.
const (
	saveTitle    = "\x1b[22;2t"
	restoreTitle = "\x1b[23;2t"
)

// titleText is what makes the session's name the terminal's title. It is "" unless the
// profile says title = true and the output is a terminal that no other program has.
func (r *commandRun) titleText(p session.Profile, s session.Session) string {
	if !p.Title || !r.StdoutIsTerminal || slices.Contains([]string{"", "dumb", "linux"}, r.Getenv("TERM")) ||
		r.drivers.Ask.HeldBecause() != "" {
		return ""
	}
	return "\x1b]2;aws:" + sessionLabel(s) + "\x1b\\"
}

// sessionLabel names a session where any sign may mean something.
func sessionLabel(s session.Session) string {
	label := promptName(s.Profile) + " " + promptName(s.Role.ShortName())
	if mark := session.OnlyMark(s.Only); mark != "" {
		label += " " + mark
	}
	return label
}

// writeTitle writes to the terminal; one that can't be written to shows no title.
func (r *commandRun) writeTitle(text string) { _, _ = fmt.Fprint(r.Stdout, text) }
