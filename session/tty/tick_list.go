package tty

import (
	"fmt"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

// tickList is a list of which any number can be ticked. Options of one group stand
// below its name.
type tickList struct {
	*optionList            // of group and text together: that is what the filter searches
	groups, texts []string // cleaned, one each for an option
	ticked        []bool
	typedAll      string // the keys "a" that were pressed last, with no filter
	beforeAll     []bool // ticked before those
	isUnfinished  bool   // Enter came and nothing is ticked
}

func newTickList(title string, options []session.GroupedOption) *tickList {
	l := &tickList{ticked: make([]bool, len(options))}
	var whole []string
	for i, o := range options {
		l.ticked[i] = o.Ticked
		l.groups = append(l.groups, session.VisibleLine(o.Group))
		l.texts = append(l.texts, session.VisibleLine(o.Text))
		whole = append(whole, o.Group+" "+o.Text)
	}
	l.optionList = newOptionList(title, whole)
	return l
}

// pressKey does what a key says. Space ticks the marked option. "a" ticks all when
// nothing has been typed; the letter after it shows that it was the beginning of a
// filter, such as "admin", and then it is one.
func (l *tickList) pressKey(k keyPress) {
	l.isUnfinished = k.kind == enterKey
	isChar := k.kind == charKey
	switch {
	case isChar && k.char == 'a' && !l.hasFilter():
		if l.typedAll == "" {
			l.beforeAll = append([]bool(nil), l.ticked...)
		}
		l.typedAll += "a"
		l.tickShown(!l.allTicked())
		return
	case isChar && k.char != ' ' && l.typedAll != "":
		l.ticked, l.filter = l.beforeAll, []rune(l.typedAll)
	}
	l.typedAll = ""
	switch {
	case isChar && k.char == ' ':
		if i, ok := l.pickedOption(); ok {
			l.ticked[i] = !l.ticked[i]
		}
	case k.kind == rightKey:
		l.tickShown(true)
	case k.kind == leftKey:
		l.tickShown(false)
	default:
		l.optionList.pressKey(k)
	}
}

// tickShown ticks the options that fit the filter, or takes their ticks away.
func (l *tickList) tickShown(to bool) {
	for _, i := range l.shown {
		l.ticked[i] = to
	}
}

func (l *tickList) allTicked() bool { return len(l.tickedOptions()) == len(l.ticked) }

// tickedOptions are the indices of the ticked options.
func (l *tickList) tickedOptions() []int {
	var out []int
	for i, ticked := range l.ticked {
		if ticked {
			out = append(out, i)
		}
	}
	return out
}

// chosenText is how many are ticked, and which.
func (l *tickList) chosenText() (string, bool) {
	ticked := l.tickedOptions()
	var names []string
	for _, i := range ticked {
		names = append(names, l.texts[i])
	}
	return fmt.Sprintf("%s: %d of %d: %s", l.title, len(ticked), len(l.ticked), strings.Join(names, ", ")), len(ticked) > 0
}

// tickLine is a line of the list: an option, or the name of a group.
type tickLine struct {
	text     string
	isMarked bool
}

func (l *tickList) drawLines(s terminalStyle, width, height int) (drawn []string, column int) {
	lines, marked := l.allLines(s, width)
	l.rows = max(1, min(maxOptionRows, len(lines), height-3))
	from := marked
	if marked > 0 && l.rows > 1 && (l.at == 0 || l.groups[l.shown[l.at]] != l.groups[l.shown[l.at-1]]) {
		from-- // the name of the marked one's group
	}
	l.top = max(0, min(l.top, from, len(lines)-l.rows))
	l.top = max(l.top, marked-l.rows+1)

	first := l.firstLine(s, width)
	drawn = append(drawn, first)
	for _, line := range lines[l.top:min(len(lines), l.top+l.rows)] {
		if line.isMarked {
			line.text = s.boldText(line.text)
		}
		drawn = append(drawn, line.text)
	}
	return append(drawn, s.faintText(s.cutText("  "+l.footerText(s), width-1))), displaywidth.String(first)
}

// allLines are the lines of what fits the filter, and the index of the marked one.
func (l *tickList) allLines(s terminalStyle, width int) (lines []tickLine, marked int) {
	group := ""
	for n, i := range l.shown {
		if l.groups[i] != group {
			group = l.groups[i]
			lines = append(lines, tickLine{text: "  " + s.foldText(group, width-3)})
		}
		mark, box := "  ", "[ ] "
		if n == l.at {
			mark, marked = "> ", len(lines)
		}
		if l.ticked[i] {
			box = "[x] "
		}
		lines = append(lines, tickLine{mark + box + s.foldText(l.texts[i], width-7), n == l.at})
	}
	return lines, marked
}

func (l *tickList) footerText(s terminalStyle) string {
	ticked := fmt.Sprintf("%d selected; ", len(l.tickedOptions()))
	switch {
	case l.isUnfinished && len(l.shown) > 0:
		return "Space selects one first; a selects all"
	case len(l.shown) == 0:
		return ticked + "no match; Esc clears the filter"
	case l.hasFilter():
		return fmt.Sprintf("%s%d of %d; Space selects, right all of them, Enter", ticked, len(l.shown), len(l.texts))
	case s.unicode:
		return ticked + "Space selects, a all, Enter; type to filter, ↑↓"
	}
	return ticked + "Space selects, a all, Enter; type to filter, up/down"
}
