package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
)

// checker turns tables into orgs and profiles and notes all that is wrong.
type checker struct {
	path     string
	problems Problems
}

func (c *checker) addProblem(at filePosition, format string, args ...any) {
	c.problems = append(c.problems, Problem{c.path, at.line, at.column, fmt.Sprintf(format, args...)})
}

// tableKey is a key that a table of this kind may hold, and what it sets.
type tableKey[T any] struct {
	key string
	set func(c *checker, e tableEntry, to *T)
}

// tagsKey is the one key whose value is a table.
const tagsKey = "tags"

// readTable sets in to what t's entries say. It returns the place of each.
func readTable[T any](c *checker, t *configTable, settings []tableKey[T], to *T) map[string]filePosition {
	at := map[string]filePosition{}
	for _, e := range t.entries {
		i := slices.IndexFunc(settings, func(s tableKey[T]) bool { return s.key == e.key })
		switch {
		case i < 0:
			c.unknownKey(t, e, keyNames(settings))
		case e.under && e.key != tagsKey:
			c.addProblem(e.at, "%s is a value, not a table", e.key)
		case !e.under && e.key == tagsKey:
			c.addProblem(e.at, "%s is a table: write %s = { Key = \"value\" }", e.key, e.key)
		default:
			at[e.key] = e.at
			settings[i].set(c, e, to)
		}
	}
	return at
}

func (c *checker) unknownKey(t *configTable, e tableEntry, keys []string) {
	in := "[" + t.kind + "." + bareKey(t.name) + "]"
	if e.key == "password" || e.key == "mfa_secret" || e.key == "mfa_code" {
		c.addProblem(e.at, "unknown key %q in %s; secrets don't belong in this file: use the keyring, or a command that prints it (password_command, mfa_command)", e.key, in)
		return
	}
	c.addProblem(e.at, "unknown key %q in %s%s", e.key, in, didYouMean(e.key, keys))
}

func keyNames[T any](settings []tableKey[T]) []string {
	keys := make([]string, len(settings))
	for i, s := range settings {
		keys[i] = s.key
	}
	return keys
}

// readText is a string that is neither empty nor could do anything to a terminal.
func (c *checker) readText(e tableEntry) (string, bool) {
	switch v := e.value; {
	case v.kind != unstable.String:
		c.addProblem(e.at, "%s is %s, not %s", e.key, kindOf(unstable.String), kindOf(v.kind))
	case v.text == "":
		c.addProblem(e.at, "%s is empty; leave it out instead", e.key)
	case hasControl(v.text):
		c.addProblem(e.at, "%s has control characters in it", e.key)
	default:
		return v.text, true
	}
	return "", false
}

// readWord is one of words.
func (c *checker) readWord(e tableEntry, words ...string) (string, bool) {
	text, ok := c.readText(e)
	if ok && !slices.Contains(words, text) {
		c.addProblem(e.at, "unknown %s %q%s", e.key, text, didYouMean(text, words))
		return "", false
	}
	return text, ok
}

func (c *checker) readBool(e tableEntry) (bool, bool) {
	if e.value.kind != unstable.Bool {
		c.addProblem(e.at, "%s is true or false, not %s", e.key, kindOf(e.value.kind))
		return false, false
	}
	return e.value.text == "true", true
}

// readWords is a non-empty array of strings. No message quotes any of them: they
// may hold a secret.
func (c *checker) readWords(e tableEntry) ([]string, bool) {
	if e.value.kind != unstable.Array {
		c.addProblem(e.at, "%s is a list of strings, not %s: write %s = [\"…\", \"…\"]", e.key, kindOf(e.value.kind), e.key)
		return nil, false
	}
	if len(e.value.items) == 0 {
		c.addProblem(e.at, "%s is empty; leave it out instead", e.key)
		return nil, false
	}
	var list []string
	for i, item := range e.value.items {
		if item.kind != unstable.String {
			c.addProblem(e.at, "%s is a list of strings; number %d in it is %s", e.key, i+1, kindOf(item.kind))
			return nil, false
		}
		if strings.ContainsRune(item.text, 0) {
			c.addProblem(e.at, "%s: number %d in it has a NUL character", e.key, i+1)
			return nil, false
		}
		list = append(list, item.text)
	}
	return list, true
}

// readCommand is words whose first can be run.
func (c *checker) readCommand(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	if ok && list[0] == "" {
		c.addProblem(e.at, "%s names no program", e.key)
		return nil, false
	}
	return list, ok
}

func (c *checker) readDuration(e tableEntry, least, most time.Duration) (time.Duration, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.addProblem(e.at, "%s needs a unit: write %s = \"8h\", \"90m\" or \"30s\"", e.key, e.key)
		return 0, false
	}
	text, ok := c.readText(e)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		c.addProblem(e.at, "%s %q is not a duration; write \"8h\", \"1h30m\" or \"30s\"", e.key, text)
		return 0, false
	}
	if d < least || d > most {
		c.addProblem(e.at, "%s %q is not between %s and %s", e.key, text, shortDuration(least), shortDuration(most))
		return 0, false
	}
	return d, true
}

// shortDuration is a duration without its zeros: "15m", not "15m0s".
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func kindOf(kind unstable.Kind) string {
	switch kind {
	case unstable.String:
		return "a string"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer, unstable.Float:
		return "a number"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable, unstable.Table:
		return "a table"
	default:
		return "a date or time"
	}
}

// setField makes the setter of a field out of its reader.
func setField[T, V any](read func(*checker, tableEntry) (V, bool), field func(*T) *V) func(*checker, tableEntry, *T) {
	return func(c *checker, e tableEntry, to *T) {
		if v, ok := read(c, e); ok {
			*field(to) = v
		}
	}
}

// madeOf reports whether text is made of ASCII letters and digits and of others.
func madeOf(text, others string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	})
}

// hasControl reports control characters, and the invisible ones that change
// how the text around them reads.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r <= 0x9f || r == 0x61c || r >= 0x200b && r <= 0x200f ||
			r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff
	})
}

// resolveTables checks every table and then what they say of each other.
func (c *checker) resolveTables(tables []*configTable) *File {
	file := &File{path: c.path}
	var drafts []*profileDraft
	for _, t := range tables {
		switch t.kind {
		case "idp":
			file.orgs = append(file.orgs, c.readOrg(t))
		case "profile":
			drafts = append(drafts, c.readProfile(t))
		}
	}
	r := &profileResolver{checker: c, orgs: file.orgs, drafts: drafts}
	for _, d := range drafts {
		r.resolveProfile(d)
	}
	for _, d := range drafts {
		file.profiles = append(file.profiles, d.resolved)
	}
	return file
}

// checkName checks a table's name.
func (c *checker) checkName(t *configTable) {
	switch {
	case t.name == "":
		c.addProblem(t.at, "[%s.\"\"] needs a name", t.kind)
	case strings.HasPrefix(t.name, "-"):
		c.addProblem(t.at, "the name of %s %q begins with -, so it would be taken for a flag", t.kind, t.name)
	case hasControl(t.name):
		c.addProblem(t.at, "the name of %s %q has control characters in it", t.kind, t.name)
	}
}
