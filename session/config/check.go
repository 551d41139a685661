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

func (c *checker) problem(at place, format string, args ...any) {
	c.problems = append(c.problems, Problem{c.path, at.line, at.column, fmt.Sprintf(format, args...)})
}

// setting is a key that a table of this kind may hold, and what it sets.
type setting[T any] struct {
	key string
	set func(c *checker, e entry, to *T)
}

// tags is the one key whose value is a table.
const tags = "tags"

// fill sets in to what t's entries say. It returns the place of each.
func fill[T any](c *checker, t *table, settings []setting[T], to *T) map[string]place {
	at := map[string]place{}
	for _, e := range t.entries {
		i := slices.IndexFunc(settings, func(s setting[T]) bool { return s.key == e.key })
		switch {
		case i < 0:
			c.unknown(t, e, keysOf(settings))
		case e.under && e.key != tags:
			c.problem(e.at, "%s is a value, not a table", e.key)
		case !e.under && e.key == tags:
			c.problem(e.at, "%s is a table: write %s = { Key = \"value\" }", e.key, e.key)
		default:
			at[e.key] = e.at
			settings[i].set(c, e, to)
		}
	}
	return at
}

func (c *checker) unknown(t *table, e entry, keys []string) {
	in := "[" + t.kind + "." + bare(t.name) + "]"
	if e.key == "password" || e.key == "mfa_secret" || e.key == "mfa_code" {
		c.problem(e.at, "unknown key %q in %s; secrets don't belong in this file: use the keyring, or a command that prints it (password_command, mfa_command)", e.key, in)
		return
	}
	c.problem(e.at, "unknown key %q in %s%s", e.key, in, meant(e.key, keys))
}

func keysOf[T any](settings []setting[T]) []string {
	keys := make([]string, len(settings))
	for i, s := range settings {
		keys[i] = s.key
	}
	return keys
}

// text is a string that is neither empty nor could do anything to a terminal.
func (c *checker) text(e entry) (string, bool) {
	switch v := e.value; {
	case v.kind != unstable.String:
		c.problem(e.at, "%s is %s, not %s", e.key, kindOf(unstable.String), kindOf(v.kind))
	case v.text == "":
		c.problem(e.at, "%s is empty; leave it out instead", e.key)
	case hasControl(v.text):
		c.problem(e.at, "%s has control characters in it", e.key)
	default:
		return v.text, true
	}
	return "", false
}

// word is one of words.
func (c *checker) word(e entry, words ...string) (string, bool) {
	text, ok := c.text(e)
	if ok && !slices.Contains(words, text) {
		c.problem(e.at, "unknown %s %q%s", e.key, text, meant(text, words))
		return "", false
	}
	return text, ok
}

func (c *checker) truth(e entry) (bool, bool) {
	if e.value.kind != unstable.Bool {
		c.problem(e.at, "%s is true or false, not %s", e.key, kindOf(e.value.kind))
		return false, false
	}
	return e.value.text == "true", true
}

// words is a non-empty array of strings. No message quotes any of them: they
// may hold a secret.
func (c *checker) words(e entry) ([]string, bool) {
	if e.value.kind != unstable.Array {
		c.problem(e.at, "%s is a list of strings, not %s: write %s = [\"…\", \"…\"]", e.key, kindOf(e.value.kind), e.key)
		return nil, false
	}
	if len(e.value.items) == 0 {
		c.problem(e.at, "%s is empty; leave it out instead", e.key)
		return nil, false
	}
	var list []string
	for i, item := range e.value.items {
		if item.kind != unstable.String {
			c.problem(e.at, "%s is a list of strings; number %d in it is %s", e.key, i+1, kindOf(item.kind))
			return nil, false
		}
		if strings.ContainsRune(item.text, 0) {
			c.problem(e.at, "%s: number %d in it has a NUL character", e.key, i+1)
			return nil, false
		}
		list = append(list, item.text)
	}
	return list, true
}

// command is words whose first can be run.
func (c *checker) command(e entry) ([]string, bool) {
	list, ok := c.words(e)
	if ok && list[0] == "" {
		c.problem(e.at, "%s names no program", e.key)
		return nil, false
	}
	return list, ok
}

func (c *checker) duration(e entry, least, most time.Duration) (time.Duration, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.problem(e.at, "%s needs a unit: write %s = \"8h\", \"90m\" or \"30s\"", e.key, e.key)
		return 0, false
	}
	text, ok := c.text(e)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		c.problem(e.at, "%s %q is not a duration; write \"8h\", \"1h30m\" or \"30s\"", e.key, text)
		return 0, false
	}
	if d < least || d > most {
		c.problem(e.at, "%s %q is not between %s and %s", e.key, text, short(least), short(most))
		return 0, false
	}
	return d, true
}

// short is a duration without its zeros: "15m", not "15m0s".
func short(d time.Duration) string {
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

// set makes the setter of a field out of its reader.
func set[T, V any](read func(*checker, entry) (V, bool), field func(*T) *V) func(*checker, entry, *T) {
	return func(c *checker, e entry, to *T) {
		if v, ok := read(c, e); ok {
			*field(to) = v
		}
	}
}

// only reports whether text is made of ASCII letters and digits and of others.
func only(text, others string) bool {
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

// resolve checks every table and then what they say of each other.
func (c *checker) resolve(tables []*table) *File {
	file := &File{path: c.path}
	var drafts []*draft
	for _, t := range tables {
		switch t.kind {
		case "idp":
			file.orgs = append(file.orgs, c.org(t))
		case "profile":
			drafts = append(drafts, c.draft(t))
		}
	}
	r := &resolver{checker: c, orgs: file.orgs, drafts: drafts}
	for _, d := range drafts {
		r.profile(d)
	}
	for _, d := range drafts {
		file.profiles = append(file.profiles, d.resolved)
	}
	return file
}

// name checks a table's name.
func (c *checker) name(t *table) {
	switch {
	case t.name == "":
		c.problem(t.at, "[%s.\"\"] needs a name", t.kind)
	case strings.HasPrefix(t.name, "-"):
		c.problem(t.at, "the name of %s %q begins with -, so it would be taken for a flag", t.kind, t.name)
	case hasControl(t.name):
		c.problem(t.at, "the name of %s %q has control characters in it", t.kind, t.name)
	}
}
