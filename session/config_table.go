package session

import "slices"

// Table is one [idp.NAME] or [profile.NAME] of a configuration as it is
// written: what an import brings, and what the wizard writes.
type Table struct {
	Kind     string // "idp" or "profile"
	Name     string
	Settings []Setting // in their order
}

// Setting is one key of a Table.
type Setting struct {
	Key   string
	Value any // string, bool, []string or []Tag
}

// Text is the string under key, "" when there is none.
func (t Table) Text(key string) string {
	for _, s := range t.Settings {
		if text, ok := s.Value.(string); ok && s.Key == key {
			return text
		}
	}
	return ""
}

// Without is t without key.
func (t Table) Without(key string) Table {
	t.Settings = slices.DeleteFunc(slices.Clone(t.Settings), func(s Setting) bool { return s.Key == key })
	return t
}

// ConfigEdits are what is to be another in a configuration, by the names that are there.
type ConfigEdits struct {
	Changed []Table           // values of tables' keys, all of them text
	Renamed map[string]string // profiles: the name → the new one
	Removed []string          // profiles
	Added   []Table
}

// ConfigChange is what tables would make of a configuration file.
type ConfigChange struct {
	Path       string
	Old, New   string   // its text
	Difference string   // between the two; "" = nothing changes
	Left       []string // what was not taken, and why
	Profiles   []string // those that are new
}
