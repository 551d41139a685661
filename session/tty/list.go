package tty

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

// optionList is what can be chosen from: options that contain every word of a filter,
// one of them marked.
type optionList struct {
	title   string
	options []string // cleaned
	colors  []string // of options; nil = none
	filter  []rune
	shown   []int // options that fit the filter
	at      int   // the marked one, in shown
	top     int   // the first on the screen, in shown
	rows    int   // how many are on the screen at most
}

func newOptionList(title string, options []string) *optionList {
	l := &optionList{title: session.VisibleLine(title), options: make([]string, len(options))}
	for i, o := range options {
		l.options[i] = session.VisibleLine(o)
	}
	l.applyFilter()
	return l
}

// applyFilter applies the filter and marks the first that fits.
func (l *optionList) applyFilter() {
	words := strings.Fields(strings.ToLower(string(l.filter)))
	l.shown, l.at, l.top = nil, 0, 0
	for i, o := range l.options {
		lower := strings.ToLower(o)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(lower, w) }) {
			l.shown = append(l.shown, i)
		}
	}
}

// pressKey does what a key says, but for those that end the choice.
func (l *optionList) pressKey(k keyPress) {
	switch k.kind {
	case charKey:
		l.filter = append(l.filter, k.char)
		l.applyFilter()
	case backspaceKey, deleteKey:
		if len(l.filter) > 0 {
			l.filter = l.filter[:len(l.filter)-1]
			l.applyFilter()
		}
	case eraseWordKey:
		text := strings.TrimRight(string(l.filter), " ")
		l.filter = []rune(text[:strings.LastIndexByte(text, ' ')+1])
		l.applyFilter()
	case eraseLineKey:
		l.filter = nil
		l.applyFilter()
	case upKey:
		l.moveMark(-1)
	case downKey:
		l.moveMark(1)
	case pageUpKey, leftKey:
		l.moveMark(-l.rows)
	case pageDownKey, rightKey:
		l.moveMark(l.rows)
	case homeKey:
		l.moveMark(-len(l.shown))
	case endKey:
		l.moveMark(len(l.shown))
	}
}

func (l *optionList) moveMark(by int) { l.at = max(0, min(len(l.shown)-1, l.at+by)) }

func (l *optionList) hasFilter() bool { return len(l.filter) > 0 }

// chosenText is the marked option.
func (l *optionList) chosenText() (string, bool) {
	i, ok := l.pickedOption()
	if !ok {
		return "", false
	}
	return l.title + ": " + l.options[i], true
}

// pickedOption is the marked option's index.
func (l *optionList) pickedOption() (int, bool) {
	if len(l.shown) == 0 {
		return 0, false
	}
	return l.shown[l.at], true
}

// maxOptionRows is how many options are shown at once: more than the eye takes in helps
// nobody, typing does.
const maxOptionRows = 12

// drawLines draws l: the lines, none of which reaches the last column, and the
// column of the cursor, which belongs on the first line.
func (l *optionList) drawLines(s terminalStyle, width, height int) (drawn []string, column int) {
	l.rows = max(1, min(maxOptionRows, len(l.options), height-3))
	l.top = max(0, min(l.top, l.at, len(l.shown)-l.rows))
	l.top = max(l.top, l.at-l.rows+1)

	first := l.firstLine(s, width)
	drawn = append(drawn, first)
	for i := l.top; i < min(len(l.shown), l.top+l.rows); i++ {
		text, paint := s.foldText(l.options[l.shown[i]], width-3), s.colorOf(l.colors, l.shown[i])
		if i == l.at {
			drawn = append(drawn, s.boldText(paint("> "+text)))
		} else {
			drawn = append(drawn, paint("  "+text))
		}
	}
	return append(drawn, s.faintText(s.cutText("  "+l.footerText(s), width-1))), displaywidth.String(first)
}

// firstLine is the title and the filter, behind which the cursor belongs.
func (l *optionList) firstLine(s terminalStyle, width int) string {
	filter := session.VisibleLine(string(l.filter))
	for displaywidth.String(filter) > max(8, width/2) { // its end is what is being typed
		filter = filter[len(string([]rune(filter)[0])):]
	}
	return s.foldText(l.title, width-3-displaywidth.String(filter)) + ": " + filter
}

func (l *optionList) footerText(s terminalStyle) string {
	keys := "type to filter, up/down, Enter, Esc"
	if s.unicode {
		keys = "type to filter, ↑↓, Enter, Esc"
	}
	switch {
	case len(l.shown) == 0:
		return "no match; Esc clears the filter"
	case len(l.filter) > 0:
		return fmt.Sprintf("%d of %d; %s", len(l.shown), len(l.options), keys)
	case len(l.options) > l.rows:
		return fmt.Sprintf("%d; %s", len(l.options), keys)
	}
	return keys
}

// colorOf writes text in the i-th of colors, if there is one.
func (s terminalStyle) colorOf(colors []string, i int) func(text string) string {
	if i >= len(colors) || session.ColorCode(colors[i]) == 0 {
		return func(text string) string { return text }
	}
	return func(text string) string {
		return s.wrapText(fmt.Sprintf("\x1b[%dm", session.ColorCode(colors[i])), text)
	}
}

func (s terminalStyle) boldText(text string) string  { return s.wrapText("\x1b[1m", text) }
func (s terminalStyle) faintText(text string) string { return s.wrapText("\x1b[2m", text) }

func (s terminalStyle) wrapText(how, text string) string {
	if s.plain {
		return text
	}
	return how + text + "\x1b[0m"
}
