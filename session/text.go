package session

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file is the one rule of what text from others may be shown: from Okta,
// AWS, a page, a file, a variable, a program; names of roles, profiles and
// accounts. Four functions, one for each need: VisibleText for text of several
// lines that is shown as it is, VisibleLine for an error, a name or a path, OneLine
// for what is quoted in a sentence, IsVisible for names that are refused rather than
// changed.

// HiddenMark stands for a character that is not shown.
const HiddenMark = utf8.RuneError

// QuoteLength is how many characters a message quotes of what others say.
const QuoteLength = 200

// IsHidden reports a character that can't be seen, or that does something other
// than take up its place: control characters and so escape sequences, line and
// paragraph separators, marks that turn the direction of text, zero-width
// characters and soft hyphens, tags, variation selectors, private use, what
// Unicode has not assigned.
func IsHidden(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// IsVisible reports whether a name holds nothing that IsHidden, and is UTF-8.
func IsVisible(name string) bool {
	return !strings.ContainsRune(name, HiddenMark) && !strings.ContainsFunc(name, IsHidden)
}

// VisibleText puts HiddenMark in the place of what IsHidden, and of bytes that
// are not UTF-8. Line feeds and tabs stay.
func VisibleText(text string) string {
	return strings.Map(func(r rune) rune {
		if IsHidden(r) && r != '\n' && r != '\t' {
			return HiddenMark
		}
		return r
	}, text)
}

// VisibleLine is VisibleText on one line: line feeds and tabs are blanks.
func VisibleLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(VisibleText(text))
}

// OneLine is VisibleText on one line of at most longest characters: white space
// of any kind and length becomes one blank, what is cut off an ellipsis.
func OneLine(text string, longest int) string {
	var line strings.Builder
	n, blank := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) {
			blank = n > 0
			continue
		}
		if IsHidden(r) {
			r = HiddenMark
		}
		need := 1
		if blank {
			need++
		}
		if n += need; n > longest {
			line.WriteRune('…')
			break
		}
		if blank {
			line.WriteByte(' ')
		}
		line.WriteRune(r)
		blank = false
	}
	return line.String()
}
