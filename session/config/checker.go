package config

import (
	"fmt"
	"slices"
	"strings"

	"stsx/session"
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
		c.addProblem(e.at, "unknown key %q in %s; secrets don't belong in this file: use the keyring, or a command that prints it "+
			"(password_command, mfa_command)", e.key, in)
		return
	}
	if e.under {
		c.addProblem(e.at, "unknown key %q in %s; if the name is %s, it stands in quotes: [%s.%q]",
			e.key, in, t.name+"."+e.key, t.kind, t.name+"."+e.key)
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

// setField makes the setter of a field out of its reader.
func setField[T, V any](read func(*checker, tableEntry) (V, bool), field func(*T) *V) func(*checker, tableEntry, *T) {
	return func(c *checker, e tableEntry, to *T) {
		if v, ok := read(c, e); ok {
			*field(to) = v
		}
	}
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
	case !session.IsVisible(t.name):
		c.addProblem(t.at, "the name of %s %q has characters in it that can't be seen", t.kind, t.name)
	}
}
