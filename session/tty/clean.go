package tty

import (
	"strings"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

// clean makes text fit for one line of the screen: it keeps its length, white
// space within it too.
func clean(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(session.VisibleText(text))
}

// lines cleans a message line by line.
func lines(message string) []string {
	message = strings.ReplaceAll(message, "\r\n", "\n")
	list := strings.Split(strings.TrimRight(message, "\n"), "\n")
	for i := range list {
		list[i] = clean(list[i])
	}
	return list
}

// cut shortens cleaned text to width cells.
func (s style) cut(text string, width int) string {
	if displaywidth.String(text) <= width {
		return text
	}
	gap := s.ellipsis()
	if width < displaywidth.String(gap) {
		gap = ""
	}
	return displaywidth.TruncateString(text, max(0, width), gap)
}

// fold shortens cleaned text to width cells and keeps both its ends: what tells
// two roles apart is often the end.
func (s style) fold(text string, width int) string {
	if displaywidth.String(text) <= width {
		return text
	}
	gap := s.ellipsis()
	left := width - displaywidth.String(gap)
	if left < 4 {
		return s.cut(text, width)
	}
	head := displaywidth.TruncateString(text, left-left/2, "")
	tail := text
	for graphemes := displaywidth.StringGraphemes(text); displaywidth.String(tail) > left/2 && graphemes.Next(); {
		tail = tail[len(graphemes.Value()):]
	}
	return head + gap + tail
}

func (s style) ellipsis() string {
	if s.unicode {
		return "…"
	}
	return "..."
}
