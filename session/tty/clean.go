package tty

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// clean makes text safe to show on one line: what could act on the terminal or
// make text read as something else (control characters, escape sequences,
// bidirectional and invisible formatting, bytes that are not UTF-8) is replaced
// by a visible mark, line breaks and tabs by a space.
func clean(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case r == utf8.RuneError && n == 1 || acts(r):
			b.WriteRune(mark)
		default:
			b.WriteRune(r)
		}
		text = text[n:]
	}
	return b.String()
}

// mark stands for what is not shown.
const mark = '\ufffd'

// acts reports characters that do something other than take up their place.
func acts(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Variation_Selector, r)
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
