package awsfile

import (
	"fmt"
	"slices"
	"strings"
)

// findSection is where section stands: its header's line and the line after its last.
// Both are -1 when there is none. A section that is there twice is an error,
// and AWS's tools can't read such a file either.
func (d *Document) findSection(section string) (from, to int, err error) {
	from, to = -1, -1
	for i, l := range d.lines {
		if l.kind != headerLine {
			continue
		}
		if from >= 0 && to < 0 {
			to = i
		}
		if unquotedName(l.section) != section {
			continue
		}
		if from >= 0 {
			return 0, 0, fmt.Errorf("[%s] is there twice, on lines %d and %d: join the two by hand", section, from+1, i+1)
		}
		from = i
	}
	if from >= 0 && to < 0 {
		to = len(d.lines)
	}
	return from, to, nil
}

// unquotedName is a section's name without the quotes that AWS's tools allow in it.
func unquotedName(name string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(name) }

// SectionPairs returns section's settings, in their order, and whether it is there.
func (d *Document) SectionPairs(section string) ([]Pair, bool, error) {
	from, to, err := d.findSection(section)
	if err != nil || from < 0 {
		return nil, false, err
	}
	var pairs []Pair
	for _, l := range d.lines[from+1 : to] {
		if l.kind == settingLine {
			pairs = append(pairs, Pair{l.key, l.value})
		}
	}
	return pairs, true, nil
}

// Sections are the names of all sections, in their order.
func (d *Document) Sections() []string {
	var names []string
	for _, l := range d.lines {
		if l.kind == headerLine {
			names = append(names, unquotedName(l.section))
		}
	}
	return names
}

// findKey is the line of key between from and to, -1 when there is none.
func (d *Document) findKey(key string, from, to int) (int, error) {
	at := -1
	for i := from + 1; i < to; i++ {
		if d.lines[i].kind != settingLine || d.lines[i].key != key {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("%s is there twice, on lines %d and %d: remove one by hand", key, at+1, i+1)
		}
		at = i
	}
	return at, nil
}

// settingEnd is the line after the setting at i with all that goes on with it.
func (d *Document) settingEnd(i, to int) int {
	for i++; i < to && d.lines[i].kind == continuationLine; i++ {
	}
	return i
}

func valueOf(pairs []Pair, key string) string {
	i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Key == key })
	if i < 0 {
		return ""
	}
	return pairs[i].Value
}
