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
	"embed"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed scripts
var scripts embed.FS

// Candidate is a word that may stand at the cursor.
type Candidate struct {
	Value string
	About string // a few words; "" when the value says it all
}

// Kind is what an Answer is.
type Kind int

// The kinds of Answer.
const (
	Values Kind = iota
	Files
	Command
)

// Answer is what may stand at the cursor.
type Answer struct {
	Kind       Kind
	Candidates []Candidate // Values
	Prefix     string      // Files: what of the word stands before the name: "--config="
	At         int         // Command: the index of its first word
}

// Write prints a for the shell's script. Candidates that nobody can type (they
// hold a control character, or a mark that turns the direction of text) are
// left out, since a line or a terminal would make something else of them.
func (a Answer) Write(w io.Writer) error {
	var out strings.Builder
	switch a.Kind {
	case Files:
		out.WriteString("files " + a.Prefix + "\n")
	case Command:
		fmt.Fprintf(&out, "command %d\n", a.At)
	default:
		out.WriteString("values\n")
		for _, c := range a.Candidates {
			if c.Value == "" || !plain(c.Value) {
				continue
			}
			out.WriteString(c.Value)
			if c.About != "" {
				out.WriteString("\t" + strings.Map(visible, c.About))
			}
			out.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func plain(text string) bool {
	return utf8.ValidString(text) && strings.Map(visible, text) == text
}

// visible is r, or a replacement character for what does something to a
// terminal instead of being shown.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
		return utf8.RuneError
	}
	return r
}

// script is a shell's file, and what has to stand before it where a variable
// that nobody has set is an error.
type script struct{ shell, file, preamble string }

func table() []script {
	return []script{
		{"bash", "stsx.bash", ""},
		{"zsh", "stsx.zsh", ""},
		{"fish", "stsx.fish", ""},
		{"powershell", "stsx.ps1", "$global:__stsx_self = 'stsx'\n$global:__stsx_cmd = 'stsx'\n"},
		{"elvish", "stsx.elv", "var __stsx_self = stsx\nvar __stsx_cmd = stsx\n"},
		{"nushell", "stsx.nu", "const __stsx_self = 'stsx'\nconst __stsx_cmd = 'stsx'\n"},
	}
}

// Shells lists the shells that have a script.
func Shells() []string {
	var out []string
	for _, s := range table() {
		out = append(out, s.shell)
	}
	return out
}

// Standalone is the script as a file of its own: it completes stsx, found on
// PATH. ok is false when there is none for the shell.
func Standalone(shell string) (text string, ok bool) {
	for _, s := range table() {
		if s.shell == shell {
			body, ok := Hooked(shell)
			return s.preamble + body, ok
		}
	}
	return "", false
}

// Hooked is the script to follow what sets __stsx_self (stsx's file) and
// __stsx_cmd (what the person types), as `stsx init` does.
func Hooked(shell string) (text string, ok bool) {
	for _, s := range table() {
		if s.shell == shell {
			body, err := scripts.ReadFile("scripts/" + s.file)
			return string(body), err == nil
		}
	}
	return "", false
}
