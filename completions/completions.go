// Package completions is what shells and stsx say to each other when somebody
// presses Tab.
//
// The scripts are constant. At each Tab they start one process,
//
//	stsx __complete SHELL N WORD…
//	stsx __complete bash LINE TEXT COMP_WORD…
//
// where WORD… is the line after the command's name, without its quotes, up to
// and including the word at the cursor, and N says how many come before that
// one: a shell that loses an empty last argument (PowerShell before 7.3) still
// says where it is. bash has no such list that keeps a colon, so it sends the
// line up to the cursor as it was typed, the part of it that readline is going
// to replace ($2), and COMP_WORDS.
//
// The answer's first line is a directive, each line after it a candidate, a
// tab and what it is:
//
//	values          the candidates follow; each is a whole word
//	files PREFIX    the word is PREFIX (maybe empty) and a file's name
//	command N       from word N on (for bash an index into COMP_WORDS) the line
//	                is the wrapped command's own
//
// The status is always 0 and standard error silent. zsh, fish and elvish pick
// from the candidates and quote what they insert. The other shells do neither,
// so they get only candidates that go on from the word, each spelt as it has
// to stand on the line.
package completions

import (
	"fmt"
	"io"
	"strings"
)

// Candidate is a word that may stand at the cursor.
type Candidate struct {
	Value string
	About string // a few words; "" when the value says it all
}

// AnswerKind is what an Answer is.
type AnswerKind int

// The kinds of Answer.
const (
	Values AnswerKind = iota
	FileNames
	WrappedCommand
)

// Answer is what may stand at the cursor.
type Answer struct {
	Kind       AnswerKind
	Candidates []Candidate // Values
	Prefix     string      // Files: what of the word stands before the name: "--config="
	At         int         // Command: the index of its first word
}

// PrintAnswer prints a for the shell's script. The caller sees to it that
// candidates hold nothing that can't be seen: each has a line of its own.
func (a Answer) PrintAnswer(w io.Writer) error {
	var out strings.Builder
	switch a.Kind {
	case FileNames:
		out.WriteString("files " + a.Prefix + "\n")
	case WrappedCommand:
		fmt.Fprintf(&out, "command %d\n", a.At)
	default:
		out.WriteString("values\n")
		for _, c := range a.Candidates {
			if c.Value == "" {
				continue
			}
			out.WriteString(c.Value)
			if c.About != "" {
				out.WriteString("\t" + c.About)
			}
			out.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}
