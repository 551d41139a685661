package completions

import (
	"strings"
)

// BashLine is what bash says of the line at Tab.
type BashLine struct {
	Words   []string // after the command's name, without quotes, before the current one
	Current string   // the word up to the cursor, without quotes

	starts []int  // where Words and then Current start in the text, in bytes
	text   string // up to the cursor
	cut    int    // where what readline replaces starts
	open   byte   // the quote that is open at the cursor: ' or ", else 0
	target bool   // Current is a redirection's file
	split  []string
}

// ParseBash reads the line up to the cursor: text is what readline will
// replace of it, split is COMP_WORDS. Nothing is expanded: $(…) is four
// characters.
func ParseBash(line, text string, split []string) BashLine {
	l := BashLine{text: line, split: split}
	words, open := lexBash(line)
	l.open = open
	if len(words) > 0 {
		words = words[1:] // the command's name
	}
	var kept []bashWord
	for i, w := range words {
		last := i == len(words)-1
		switch {
		case w.operator:
			l.target = last
		case i > 0 && words[i-1].operator:
			l.target = last
			if last {
				kept = append(kept, w)
			}
		default:
			kept = append(kept, w)
		}
	}
	current := bashWord{start: len(line)}
	if n := len(kept); n > 0 && kept[n-1].end == len(line) {
		current, kept = kept[n-1], kept[:n-1]
	}
	for _, w := range kept {
		l.Words = append(l.Words, w.text)
		l.starts = append(l.starts, w.start)
	}
	l.Current = current.text
	l.starts = append(l.starts, current.start)
	l.cut = l.replaceStart(current.start, text)
	return l
}

// replaceStart is where readline starts to replace. It says so itself, but a
// completion that calls ours (sudo's) gives COMP_WORDS' word in its place,
// which has the quote and may go on behind the cursor.
func (l BashLine) replaceStart(start int, text string) int {
	cut := len(l.text) - len(text)
	if cut < start || !strings.HasSuffix(l.text, text) {
		cut = start
		if l.open == 0 {
			cut += strings.LastIndexAny(l.text[start:], "=:") + 1
		}
	}
	if l.open != 0 && cut < len(l.text) && l.text[cut] == l.open {
		cut++
	}
	return cut
}

// FitAnswer is a for this line: the candidates that go on from the word, without
// what readline leaves in place, spelt for the quotes they stand in.
func (l BashLine) FitAnswer(a Answer) Answer {
	switch {
	case l.target:
		return Answer{Kind: FileNames}
	case a.Kind == WrappedCommand:
		a.At = l.wordIndex(l.starts[min(a.At, len(l.starts)-1)])
	case a.Kind == Values:
		before, _ := lexBash(l.text[l.starts[len(l.starts)-1]:l.cut])
		kept := ""
		if len(before) > 0 {
			kept = before[0].text
		}
		var fits []Candidate
		for _, c := range a.Candidates {
			if strings.HasPrefix(c.Value, l.Current) && strings.HasPrefix(c.Value, kept) && c.Value != "" {
				fits = append(fits, Candidate{quoteBash(c.Value[len(kept):], l.open), c.About})
			}
		}
		a.Candidates = fits
	}
	return a
}

// wordIndex is the word of COMP_WORDS that starts at byte offset of the line.
func (l BashLine) wordIndex(offset int) int {
	rest := l.text
	for i, w := range l.split {
		rest = strings.TrimLeft(rest, " \t\n")
		if len(l.text)-len(rest) >= offset {
			return i
		}
		if _, after, ok := strings.Cut(rest, w); ok {
			rest = after
		}
	}
	return len(l.split)
}

// bashWord is a word of a line, with what it says when its quotes are gone.
type bashWord struct {
	text       string
	start, end int
	operator   bool // < > and their kin: a file's name follows
}

// lexBash splits a line that may end in the middle of anything. open is the
// quote that it ends in.
func lexBash(line string) (words []bashWord, open byte) {
	var text strings.Builder
	start := -1
	finish := func(end int) {
		if start >= 0 {
			words = append(words, bashWord{text: text.String(), start: start, end: end})
		}
		text.Reset()
		start = -1
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if open == 0 && strings.IndexByte(" \t\n", c) >= 0 {
			finish(i)
			continue
		}
		if open == 0 && (c == '<' || c == '>') {
			if start >= 0 && strings.Trim(text.String(), "0123456789&") == "" {
				text.Reset() // 2> and &>
				start = -1
			}
			finish(i)
			end := i + 1
			for end < len(line) && strings.IndexByte("<>&|", line[end]) >= 0 {
				end++
			}
			words = append(words, bashWord{start: i, end: end, operator: true})
			i = end - 1
			continue
		}
		if start < 0 {
			start = i
		}
		switch {
		case open == 0 && (c == '\'' || c == '"'):
			open = c
		case open != 0 && c == open:
			open = 0
		case c == '\\' && open != '\'':
			if i+1 == len(line) {
				break // nothing is quoted yet
			}
			i++
			if next := line[i]; open == '"' && strings.IndexByte("$`\"\\\n", next) < 0 {
				text.WriteByte('\\')
				text.WriteByte(next)
			} else if next != '\n' {
				text.WriteByte(next)
			}
		default:
			text.WriteByte(c)
		}
	}
	finish(len(line))
	return words, open
}

// quoteBash spells value as it has to stand on the line, after an open quote
// or outside of any, so that it is taken for its characters. The quote that
// closes is readline's to add. value holds no control character.
func quoteBash(value string, open byte) string {
	switch open {
	case '\'':
		return strings.ReplaceAll(value, "'", `'\''`)
	case '"':
		// A ! in double quotes is history, and a backslash there stays.
		return strings.NewReplacer("$", `\$`, "`", "\\`", `"`, `\"`, `\`, `\\`, "!", `"'!'"`).Replace(value)
	}
	var out strings.Builder
	for i, c := range value {
		if c < 0x80 && !strings.ContainsRune(bareLetters+"+,@%", c) || i == 0 && c == '=' {
			out.WriteByte('\\')
		}
		out.WriteRune(c)
	}
	return out.String()
}
