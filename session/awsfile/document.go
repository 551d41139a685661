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
	lines []line
	eol   string // how new lines end: as the file's first does
}

// line is one line with its end, and what AWS's tools read it as.
type line struct {
	raw     string
	kind    kind
	section string // of a header: the name as written between the brackets
	key     string // of a setting, in lower case
	value   string
}

type kind int

const (
	other   kind = iota // empty, a comment, or nothing that AWS's tools know
	header              // [name]
	setting             // key = value
	more                // indented: goes on with the setting above
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
		after := other
		if len(d.lines) > 0 {
			after = d.lines[len(d.lines)-1].kind
		}
		d.lines = append(d.lines, read(raw, after))
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

func read(raw string, after kind) line {
	l := line{raw: raw}
	bare := strings.TrimPrefix(strings.TrimSpace(raw), "\ufeff")
	indented := raw[0] == ' ' || raw[0] == '\t'
	switch {
	case bare == "" || bare[0] == '#' || bare[0] == ';':
		return l
	case indented && (after == setting || after == more):
		l.kind = more
		return l
	case bare[0] == '[':
		name, _, closed := strings.Cut(bare[1:], "]")
		if closed {
			l.kind, l.section = header, strings.Join(strings.Fields(name), " ")
		}
		return l
	}
	at := strings.IndexAny(bare, "=:")
	if at > 0 {
		l.kind, l.key, l.value = setting, strings.ToLower(strings.TrimSpace(bare[:at])), strings.TrimSpace(bare[at+1:])
	}
	return l
}

// find is where section stands: its header's line and the line after its last.
// Both are -1 when there is none. A section that is there twice is an error,
// and AWS's tools can't read such a file either.
func (d *Document) find(section string) (from, to int, err error) {
	from, to = -1, -1
	for i, l := range d.lines {
		if l.kind != header {
			continue
		}
		if from >= 0 && to < 0 {
			to = i
		}
		if plain(l.section) != section {
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

// plain is a section's name without the quotes that AWS's tools allow in it.
func plain(name string) string { return strings.NewReplacer(`"`, "", "'", "").Replace(name) }

// Get returns section's settings, in their order, and whether it is there.
func (d *Document) Get(section string) ([]Pair, bool, error) {
	from, to, err := d.find(section)
	if err != nil || from < 0 {
		return nil, false, err
	}
	var pairs []Pair
	for _, l := range d.lines[from+1 : to] {
		if l.kind == setting {
			pairs = append(pairs, Pair{l.key, l.value})
		}
	}
	return pairs, true, nil
}

// Sections are the names of all sections, in their order.
func (d *Document) Sections() []string {
	var names []string
	for _, l := range d.lines {
		if l.kind == header {
			names = append(names, plain(l.section))
		}
	}
	return names
}

// Set gives section those settings: one that is there is changed in its place,
// the others come after the section's last, and a new section after everything
// else. heading is how a new one's name is written.
func (d *Document) Set(section, heading string, pairs []Pair) error {
	for _, p := range pairs {
		if strings.ContainsAny(p.Key+p.Value, "\r\n\x00") {
			return errors.New("a setting of " + section + " has a line break in it")
		}
	}
	from, to, err := d.find(section)
	if err != nil {
		return err
	}
	if from < 0 {
		d.endLastLine()
		if n := len(d.lines); n > 0 && strings.TrimSpace(d.lines[n-1].raw) != "" {
			d.lines = append(d.lines, line{raw: d.eol})
		}
		d.lines = append(d.lines, read("["+heading+"]"+d.eol, other))
		from, to = len(d.lines)-1, len(d.lines)
	}
	last := from
	for i := from + 1; i < to; i++ {
		if k := d.lines[i].kind; k == setting || k == more {
			last = i
		}
	}
	if last == len(d.lines)-1 {
		d.endLastLine()
	}
	at := last + 1
	for _, p := range pairs {
		fresh := read(p.Key+" = "+p.Value+d.eol, other)
		i, err := d.only(p.Key, from, to)
		if err != nil {
			return fmt.Errorf("[%s]: %w", section, err)
		}
		if i < 0 {
			d.lines = slices.Insert(d.lines, at, fresh)
			at, to = at+1, to+1
			continue
		}
		end := d.end(i, to)
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

// Remove takes keys out of section, and the section itself when nothing but
// its header is left. It reports whether anything was there.
func (d *Document) Remove(section string, keys []string) (bool, error) {
	from, to, err := d.find(section)
	if err != nil || from < 0 {
		return false, err
	}
	found := false
	for i := from + 1; i < to; {
		if d.lines[i].kind != setting || !slices.Contains(keys, d.lines[i].key) {
			i++
			continue
		}
		end := d.end(i, to)
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

// only is the line of key between from and to, -1 when there is none.
func (d *Document) only(key string, from, to int) (int, error) {
	at := -1
	for i := from + 1; i < to; i++ {
		if d.lines[i].kind != setting || d.lines[i].key != key {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("%s is there twice, on lines %d and %d: remove one by hand", key, at+1, i+1)
		}
		at = i
	}
	return at, nil
}

// end is the line after the setting at i with all that goes on with it.
func (d *Document) end(i, to int) int {
	for i++; i < to && d.lines[i].kind == more; i++ {
	}
	return i
}

func (d *Document) endLastLine() {
	if n := len(d.lines); n > 0 && !strings.HasSuffix(d.lines[n-1].raw, "\n") {
		d.lines[n-1].raw += d.eol
	}
}
