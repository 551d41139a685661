package config

import (
	"fmt"
	"slices"
	"strings"

	"stsx/session"
)

// Problem is one mistake in the file.
type Problem struct {
	Path   string
	Line   int // from 1
	Column int // from 1, in characters
	Text   string
}

func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Text)
}

// Problems are all the mistakes in a file, sorted by place. There is at least
// one.
type Problems []Problem

func (p Problems) Error() string { return strings.Join(p.Lines(), "\n") }

// Lines are the mistakes, one on each.
func (p Problems) Lines() []string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return lines
}

func (p Problems) sortByPlace() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return p
}

// didYouMean is the end of a message on an unknown word.
func didYouMean(word string, words []string) string {
	near := session.NearestNames(word, words)
	if len(near) == 0 {
		return "; there are " + quotedList(words)
	}
	return "; did you mean " + quotedList(near[:1]) + "?"
}
