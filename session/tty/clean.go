package tty

import (
	"strings"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

// longestMessage bounds what one message puts on the screen, in bytes: more is
// a flood, whoever's words they are.
const longestMessage = 64 << 10

// cleanLines cleans a message line by line. Since each line gets "stsx: " before
// it, one after the first that would read as an error or a hint is indented.
func cleanLines(message string) []string {
	if len(message) > longestMessage {
		message = message[:longestMessage] + "…"
	}
	message = strings.ReplaceAll(message, "\r\n", "\n")
	list := strings.Split(strings.TrimRight(message, "\n"), "\n")
	for i := range list {
		list[i] = session.VisibleLine(list[i])
		if i > 0 && (strings.HasPrefix(list[i], "error:") || strings.HasPrefix(list[i], "hint:")) {
			list[i] = "  " + list[i]
		}
	}
	return list
}

// cutText shortens cleaned text to width cells.
func (s terminalStyle) cutText(text string, width int) string {
	if displaywidth.String(text) <= width {
		return text
	}
	gap := s.ellipsis()
	if width < displaywidth.String(gap) {
		gap = ""
	}
	return displaywidth.TruncateString(text, max(0, width), gap)
}

// foldText shortens cleaned text to width cells and keeps both its ends: what tells
// two roles apart is often the end.
func (s terminalStyle) foldText(text string, width int) string {
	if displaywidth.String(text) <= width {
		return text
	}
	gap := s.ellipsis()
	left := width - displaywidth.String(gap)
	if left < 4 {
		return s.cutText(text, width)
	}
	head := displaywidth.TruncateString(text, left-left/2, "")
	tail := text
	for graphemes := displaywidth.StringGraphemes(text); displaywidth.String(tail) > left/2 && graphemes.Next(); {
		tail = tail[len(graphemes.Value()):]
	}
	return head + gap + tail
}

func (s terminalStyle) ellipsis() string {
	if s.unicode {
		return "…"
	}
	return "..."
}
