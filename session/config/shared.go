package config

import (
	"slices"

	"stsx/session"
)

// ParseShared reads a configuration that is meant for several people. from is where
// it was read, for its errors, which are Problems: all that is wrong with any
// configuration, and keys that say who somebody is, what to run on their
// machine, or how little to protect it.
func ParseShared(from string, text []byte) ([]session.Table, error) {
	tables, problems, isTOML := scanTables(from, text)
	if !isTOML {
		return nil, problems
	}
	c := &checker{path: from, problems: problems}
	c.resolveTables(tables)
	for _, t := range tables {
		for _, e := range t.entries {
			i := slices.IndexFunc(personalKeys(), func(p personalKey) bool { return p.kind == t.kind && p.key == e.key })
			if i >= 0 && personalKeys()[i].danger != "" {
				c.addProblem(e.at, "%s has no place in a shared configuration: it %s", e.key, personalKeys()[i].danger)
			}
		}
	}
	if len(c.problems) > 0 {
		return nil, c.problems.sortByPlace()
	}
	return plainTables(tables), nil
}

// personalKey is what people choose for themselves, or what says who they are.
// Export leaves it out, and import does not add it to what is there already.
type personalKey struct {
	kind, key string
	danger    string // what it does, where a shared configuration may not have it at all
}

// personalKeys is the one list of them. Whoever could set those with a danger
// for others could run programs on their machines, or take the browser's
// protection away.
func personalKeys() []personalKey {
	return []personalKey{
		{"idp", "username", "says who you are"},
		{"idp", "password_command", "runs a program on your machine"},
		{"idp", "mfa_command", "runs a program on your machine"},
		{"idp", "browser_path", "runs a program on your machine"},
		{"idp", "sandbox", "can switch the browser's sandbox off"},
		{"idp", "mfa", ""},
		{"idp", "browser", ""},
		{"idp", "ask", ""},
		{"idp", "remember", ""},
		{"idp", "log", ""},
		{"idp", "timeout", ""},
		{"profile", "session_name", ""},
		{"profile", "source_identity", ""},
	}
}

// isPersonal reports a key that Export leaves out.
func isPersonal(kind, key string) bool {
	return slices.ContainsFunc(personalKeys(), func(p personalKey) bool { return p.kind == kind && p.key == key })
}

// isOwnersToSet reports a key that is never added to a table that is there: a
// personal one, and how an idp is signed in to.
func isOwnersToSet(kind, key string) bool {
	return isPersonal(kind, key) || kind == "idp" && key == "type"
}

// ExportShared writes the profiles named, or all, with the profiles and idps that
// they need, as a configuration that others can import. Errors: those of
// Parse, *UnknownNameError.
func ExportShared(path string, text []byte, names []string) (string, error) {
	file, err := Parse(path, text)
	if err != nil {
		return "", err
	}
	profiles, orgs, err := file.neededTables(names)
	if err != nil {
		return "", err
	}
	tables, _, _ := scanTables(path, text)
	out := ""
	for _, t := range plainTables(tables) {
		if t.Kind == "idp" && !orgs[t.Name] || t.Kind == "profile" && !profiles[t.Name] {
			continue
		}
		t.Settings = slices.DeleteFunc(t.Settings, func(s session.Setting) bool { return isPersonal(t.Kind, s.Key) })
		if out != "" {
			out += "\n"
		}
		out += renderTable(t, "\n")
	}
	if _, err := ParseShared(path, []byte(out)); err != nil { // cannot be
		return "", err
	}
	return out, nil
}

// neededTables are the profiles named, or all, with their sources and idps.
func (f *File) neededTables(names []string) (profiles, orgs map[string]bool, err error) {
	profiles, orgs = map[string]bool{}, map[string]bool{}
	if names == nil {
		names = f.Names()
		for _, o := range f.orgs {
			orgs[o.Name] = true
		}
	}
	for _, name := range names {
		p, err := f.Profile(name)
		if err != nil {
			return nil, nil, err
		}
		for at := &p; at != nil; at = at.Source {
			profiles[at.Name], orgs[at.Org.Name] = true, true
		}
	}
	return profiles, orgs, nil
}
