package migrate

import (
	"strings"
	"unicode"
)

// configSection is a part of a tool's configuration that has a name.
type configSection struct {
	name    string
	line    int // from 1
	entries []configEntry
}

// configEntry is one key of a section.
type configEntry struct {
	key, value string
	line       int
}

// entry is the last one of that key; its value is "" when there is none.
func (s *configSection) entry(key string) configEntry {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if s.entries[i].key == key {
			return s.entries[i]
		}
	}
	return configEntry{key: key, line: s.line}
}

func (s *configSection) value(key string) string { return s.entry(key).value }

// withDefaults is s with the entries of base that it does not have itself.
func (s *configSection) withDefaults(base *configSection) *configSection {
	out := &configSection{name: s.name, line: s.line}
	for _, e := range base.entries {
		if s.value(e.key) == "" {
			out.entries = append(out.entries, e)
		}
	}
	out.entries = append(out.entries, s.entries...)
	return out
}

// indentRule says what an indented line is to a tool.
type indentRule int

const (
	indentedSetting   indentRule = iota // a setting like others: Go's ini library
	indentedNested                      // belongs to the setting above, where that is empty: AWS's files
	indentedContinued                   // goes on with the value above: Python's configparser
)

// What a configuration may have; some 1,500 profiles have been seen.
const (
	mostSections = 5_000
	mostSettings = 50_000
)

// sectionsOf reads an INI file. Keys are in lower case, and sections of the same
// name are one. Error: *lineError.
func sectionsOf(text string, rule indentRule) ([]*configSection, error) {
	var sections []*configSection
	var at *configSection
	nested, settings := false, 0 // nested: below a setting without a value
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		indented := trimmed != "" && line != strings.TrimLeftFunc(line, unicode.IsSpace)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case trimmed[0] == '[':
			name, rest, closed := strings.Cut(trimmed[1:], "]")
			if rest = withoutComment(" " + rest); !closed || strings.TrimSpace(name) == "" || rest != "" {
				return nil, &lineError{i + 1, "is not a [section]"}
			}
			at = sectionNamed(&sections, strings.TrimSpace(name), i+1)
			nested = false
			if len(sections) > mostSections {
				return nil, &lineError{i + 1, "is one [section] too many for a tool's configuration"}
			}
		case at == nil:
			return nil, &lineError{i + 1, "stands before any [section]"}
		case indented && rule == indentedContinued && len(at.entries) > 0:
			last := &at.entries[len(at.entries)-1]
			last.value = strings.TrimSpace(last.value + "\n" + trimmed)
		case indented && rule == indentedNested && nested:
		default:
			split := strings.IndexAny(trimmed, "=:")
			if split <= 0 {
				return nil, &lineError{i + 1, "is neither a [section] nor key = value"}
			}
			e := configEntry{strings.ToLower(strings.TrimSpace(trimmed[:split])), plainValue(trimmed[split+1:]), i + 1}
			at.entries = append(at.entries, e)
			nested = e.value == ""
			if settings++; settings > mostSettings {
				return nil, &lineError{i + 1, "is one setting too many for a tool's configuration"}
			}
		}
	}
	return sections, nil
}

// sectionNamed finds the section of that name, or adds it.
func sectionNamed(sections *[]*configSection, name string, line int) *configSection {
	for _, s := range *sections {
		if s.name == name {
			return s
		}
	}
	s := &configSection{name: name, line: line}
	*sections = append(*sections, s)
	return s
}

// plainValue is a value without blanks around it, a comment behind it, and quotes.
func plainValue(text string) string {
	text = withoutComment(text)
	for _, quote := range []string{`"`, "'", "`"} {
		if inner, ok := strings.CutPrefix(text, quote); ok && strings.HasSuffix(inner, quote) {
			return strings.TrimSuffix(inner, quote)
		}
	}
	return text
}

func withoutComment(text string) string {
	for _, mark := range []string{" #", "\t#", " ;", "\t;"} {
		text, _, _ = strings.Cut(text, mark)
	}
	return strings.TrimSpace(text)
}
