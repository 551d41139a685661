package awsfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

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

func (d *Document) endLastLine() {
	if n := len(d.lines); n > 0 && !strings.HasSuffix(d.lines[n-1].raw, "\n") {
		d.lines[n-1].raw += d.eol
	}
}
