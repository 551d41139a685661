// Package shellinit writes what a shell evaluates: assignments of a session's
// variables, and the hook of its rc file.
//
// Values are data. Whatever a profile, a role or an account is called, it ends
// up in a variable byte for byte, or the export fails; nothing of it runs.
package shellinit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Var is one environment variable.
type Var struct {
	Name  string
	Value string
}

// Dialect is a shell, or a format of data, that can take variables. The zero
// Dialect can do nothing: LookupDialect and DetectShell give one of the table's.
type Dialect struct {
	Name string
	syntax
}

// UnknownError is a dialect's name that does not exist.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("unknown shell %q", e.Name)
}

// DialectNames lists every dialect, shells first.
func DialectNames() []string {
	var names []string
	for _, d := range allDialects() {
		names = append(names, d.Name)
	}
	return names
}

// LookupDialect returns the dialect called name, which may also be what the shell's
// program is called: nu, pwsh, dash. Errors: *UnknownError.
func LookupDialect(name string) (Dialect, error) {
	for _, d := range allDialects() {
		if name != "" && (d.Name == name || slices.Contains(d.programs, name)) {
			return d, nil
		}
	}
	return Dialect{}, &UnknownError{name}
}

// IsShell reports whether the dialect is a shell, and not only a format of data.
func (d Dialect) IsShell() bool { return d.local != "" }

// CanUnset reports whether the dialect has a way to take a variable away.
func (d Dialect) CanUnset() bool { return d.unset != "" }

// Quote returns value as a literal of the shell's language, for its scripts,
// that stands for exactly its bytes. The error says why there is none, and
// never quotes the value.
func (d Dialect) Quote(value string) (string, error) {
	if d.literal != nil {
		return quoteWithoutNUL(d.literal, value)
	}
	return quoteWithoutNUL(d.quote, value)
}

func quoteWithoutNUL(quote func(string) (string, error), value string) (string, error) {
	if strings.ContainsRune(value, 0) {
		return "", errNUL
	}
	return quote(value)
}

// FailWith returns text whose evaluation changes nothing and ends with status, for
// shells that would take the evaluation of nothing for success; "" for others.
func (d Dialect) FailWith(status int) string {
	return strings.ReplaceAll(d.fail, "STATUS", strconv.Itoa(status))
}

// CommandLine is the line that a person types in this shell so that it takes what
// the command argv prints.
func (d Dialect) CommandLine(argv ...string) string {
	words := make([]string, len(argv))
	for i, word := range argv {
		words[i] = d.quoteArgument(word)
	}
	between := " "
	if d.list {
		between = ", "
	}
	return fmt.Sprintf(d.usage, strings.Join(words, between))
}

// quoteArgument is a word of a command line, quoted when it has to be.
func (d Dialect) quoteArgument(word string) string {
	quote := quotePosix
	if d.IsShell() {
		quote = d.Quote
	}
	if !d.list && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:") == "" {
		return word
	}
	text, err := quote(word)
	if err != nil {
		return "PROFILE" // it can't be written in this shell
	}
	return text
}

// Export returns the text that takes the variables of unset away and sets
// those of set, in their order, all of them or none: a shell in which one can't
// be changed says which, and ends with an error. There is no comment in it. Errors name the variable and never quote a value:
// a name that is no identifier, a value that the dialect can't carry, an unset
// where there is none.
func (d Dialect) Export(set []Var, unset []string) (string, error) {
	var statements, names []string
	for _, name := range unset {
		if !IsIdentifier(name) {
			return "", fmt.Errorf("%q is not a variable's name", name)
		}
		if !d.CanUnset() {
			return "", fmt.Errorf("%s has no way to unset %s", d.Name, name)
		}
		statements = append(statements, strings.ReplaceAll(d.unset, "NAME", name))
	}
	names = append(names, unset...)
	for _, v := range set {
		names = append(names, v.Name)
		statement, err := d.assignment(d.set, d.quote, v)
		if err != nil {
			return "", err
		}
		statements = append(statements, statement)
	}
	if len(statements) == 0 && d.open == "" {
		return "", nil
	}
	before, after := d.open, d.close
	if d.guard != nil {
		var gone []string
		if len(set) > 0 {
			gone = unset
		}
		before, after = d.guard(names, gone)
	}
	return before + strings.Join(statements, d.between) + after, nil
}

// assignment fills in form, in which NAME and VALUE stand for v's.
func (d Dialect) assignment(form string, quote func(string) (string, error), v Var) (string, error) {
	if !IsIdentifier(v.Name) {
		return "", fmt.Errorf("%q is not a variable's name", v.Name)
	}
	value, err := quoteWithoutNUL(quote, v.Value)
	if err != nil {
		return "", fmt.Errorf("%s can't carry the value of %s: %w", d.Name, v.Name, err)
	}
	before, after, _ := strings.Cut(strings.ReplaceAll(form, "NAME", v.Name), "VALUE")
	return before + value + after, nil
}

// IsIdentifier reports whether name can be a variable in every dialect.
func IsIdentifier(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c == '_', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', i > 0 && '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return name != ""
}
