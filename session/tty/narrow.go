package tty

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// narrowWidth is the width below which messages are broken between words: the terminal
// breaks them anywhere, and there that is in every other line.
const narrowWidth = 80

// breakWords is a line with line ends between words where it is prose and the terminal
// too narrow for it. What may hold a command, a path or a link stays: whoever copies that
// would copy the line end too, and what the terminal breaks is copied whole.
func breakWords(line string, width int) string {
	if width >= narrowWidth || displaywidth.String(line) <= width || !isProse(line) {
		return line
	}
	const indent = "  "
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(line) {
		size := displaywidth.String(word)
		switch {
		case i == 0:
		case column+1+size < width:
			b.WriteString(" ")
			column++
		default:
			b.WriteString("\n" + indent)
			column = len(indent)
		}
		b.WriteString(word)
		column += size
	}
	return b.String()
}

// isProse reports that a line has nothing that somebody would copy into a shell or a browser.
func isProse(line string) bool {
	text := strings.TrimPrefix(line, messagePrefix)
	for _, command := range []string{"stsx ", "aws ", " --", "  "} {
		if strings.Contains(text, command) {
			return false
		}
	}
	return strings.IndexFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ,.;:'’()?!-…", r)
	}) < 0
}
