// Package awsfile edits the files that AWS's tools share, ~/.aws/credentials
// and ~/.aws/config: it changes the lines of one section and leaves every other
// byte of the file as it is.
package awsfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Pair is one setting of a section.
type Pair struct{ Key, Value string }

// Document is a file of sections, line by line as it was read.
type Document struct {
	lines []fileLine
	eol   string // how new lines end: as the file's first does
}

// fileLine is one line with its end, and what AWS's tools read it as.
type fileLine struct {
	raw     string
	kind    lineKind
	section string // of a header: the name as written between the brackets
	key     string // of a setting, in lower case
	value   string
}

type lineKind int

const (
	otherLine        lineKind = iota // empty, a comment, or nothing that AWS's tools know
	headerLine                       // [name]
	settingLine                      // key = value
	continuationLine                 // indented: goes on with the setting above
)

// Parse reads text. Nothing in it is an error here; what would make the AWS
// tools refuse the file is one when that section is asked for.
func Parse(text string) *Document {
	d := &Document{eol: "\n"}
	for i, raw := range strings.SplitAfter(text, "\n") {
		if raw == "" {
			continue
		}
		if i == 0 && strings.HasSuffix(raw, "\r\n") {
			d.eol = "\r\n"
		}
		after := otherLine
		if len(d.lines) > 0 {
			after = d.lines[len(d.lines)-1].kind
		}
		d.lines = append(d.lines, readLine(raw, after))
	}
	return d
}

// String is the whole file.
func (d *Document) String() string {
	var text strings.Builder
	for _, l := range d.lines {
		text.WriteString(l.raw)
	}
	return text.String()
}

func readLine(raw string, after lineKind) fileLine {
	l := fileLine{raw: raw}
	bare := strings.TrimPrefix(strings.TrimSpace(raw), "\ufeff")
	indented := raw[0] == ' ' || raw[0] == '\t'
	switch {
	case bare == "" || bare[0] == '#' || bare[0] == ';':
		return l
	case indented && (after == settingLine || after == continuationLine):
		l.kind = continuationLine
		return l
	case bare[0] == '[':
		name, _, closed := strings.Cut(bare[1:], "]")
		if closed {
			l.kind, l.section = headerLine, strings.Join(strings.Fields(name), " ")
		}
		return l
	}
	at := strings.IndexAny(bare, "=:")
	if at > 0 {
		l.kind, l.key, l.value = settingLine, strings.ToLower(strings.TrimSpace(bare[:at])), strings.TrimSpace(bare[at+1:])
	}
	return l
}

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

// SetPairs gives section those settings: one that is there is changed in its place,
// the others come after the section's last, and a new section after everything
// else. heading is how a new one's name is written.
func (d *Document) SetPairs(section, heading string, pairs []Pair) error {
	for _, p := range pairs {
		if strings.ContainsAny(p.Key+p.Value, "\r\n\x00") {
			return errors.New("a setting of " + section + " has a line break in it")
		}
	}
	from, to, err := d.findSection(section)
	if err != nil {
		return err
	}
	if from < 0 {
		d.endLastLine()
		if n := len(d.lines); n > 0 && strings.TrimSpace(d.lines[n-1].raw) != "" {
			d.lines = append(d.lines, fileLine{raw: d.eol})
		}
		d.lines = append(d.lines, readLine("["+heading+"]"+d.eol, otherLine))
		from, to = len(d.lines)-1, len(d.lines)
	}
	last := from
	for i := from + 1; i < to; i++ {
		if k := d.lines[i].kind; k == settingLine || k == continuationLine {
			last = i
		}
	}
	if last == len(d.lines)-1 {
		d.endLastLine()
	}
	at := last + 1
	for _, p := range pairs {
		fresh := readLine(p.Key+" = "+p.Value+d.eol, otherLine)
		i, err := d.findKey(p.Key, from, to)
		if err != nil {
			return fmt.Errorf("[%s]: %w", section, err)
		}
		if i < 0 {
			d.lines = slices.Insert(d.lines, at, fresh)
			at, to = at+1, to+1
			continue
		}
		end := d.settingEnd(i, to)
		if d.lines[i].value == p.Value && end == i+1 {
			continue // as it is, spelling and all
		}
		if !strings.HasSuffix(d.lines[end-1].raw, "\n") {
			fresh.raw = strings.TrimRight(fresh.raw, "\r\n")
		}
		d.lines = slices.Replace(d.lines, i, end, fresh)
		gone := end - i - 1
		at, to = at-gone, to-gone
	}
	return nil
}

// RemoveKeys takes keys out of section, and the section itself when nothing but
// its header is left. It reports whether anything was there.
func (d *Document) RemoveKeys(section string, keys []string) (bool, error) {
	from, to, err := d.findSection(section)
	if err != nil || from < 0 {
		return false, err
	}
	found := false
	for i := from + 1; i < to; {
		if d.lines[i].kind != settingLine || !slices.Contains(keys, d.lines[i].key) {
			i++
			continue
		}
		end := d.settingEnd(i, to)
		d.lines = slices.Delete(d.lines, i, end)
		to -= end - i
		found = true
	}
	empty := true
	for _, l := range d.lines[from+1 : to] {
		empty = empty && strings.TrimSpace(l.raw) == ""
	}
	if found && empty {
		// The empty lines before the header were put there for it.
		for from > 0 && to == len(d.lines) && strings.TrimSpace(d.lines[from-1].raw) == "" {
			from--
		}
		d.lines = slices.Delete(d.lines, from, to)
	}
	return found, nil
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

func (d *Document) endLastLine() {
	if n := len(d.lines); n > 0 && !strings.HasSuffix(d.lines[n-1].raw, "\n") {
		d.lines[n-1].raw += d.eol
	}
}
