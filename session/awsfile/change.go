package awsfile

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Change is what is asked of a profile.
type Change struct {
	Set    []Pair
	Remove []string // keys
}

// Apply changes profile: a setting that is there is changed in its place, the
// others come after the last one, and a new section after everything else. A
// section of which nothing is left but its header goes. Errors: *LineError, also
// where what is asked for can't be written without changing something else.
func (d *Document) Apply(profile string, c Change) error {
	for _, p := range c.Set {
		if strings.ContainsAny(p.Key+p.Value, "\r\n\x00") {
			return errors.New("a setting of " + profile + " has a line break in it")
		}
	}
	keys := slices.Clone(c.Remove)
	for _, p := range c.Set {
		keys = append(keys, p.Key)
	}
	was := d.read()
	header, err := d.findHeader(was, profile)
	if err != nil {
		return err
	}
	if err := d.checkKeys(was, profile, keys); err != nil {
		return err
	}
	for _, next := range d.proposals(was, profile, header, c) {
		if next.differsOnlyBy(was, profile, c, keys) {
			d.lines = next.lines
			return nil
		}
	}
	return &LineError{max(header, 0) + 1, "the lines of " + d.header(profile) + " are laid out so that AWS's tools would read " +
		"a change of it as one of something else: write its settings, and the headers of sections, at the start of their lines"}
}

// proposals are ways to make the change, best first. Which one is right depends
// on how the lines around it are indented.
func (d *Document) proposals(was toolReadings, profile string, header int, c Change) []*Document {
	if header < 0 {
		if len(c.Set) == 0 {
			return []*Document{d}
		}
		return []*Document{d.withSection(profile, c.Set)}
	}
	edited, left := d.edited(was, profile, header, c)
	first, last := header+1, header+1
	after := edited.read()
	for i := first; i < len(edited.lines) && after.botocore.meanings[i].role != headerLine; i++ {
		if r := after.botocore.meanings[i].role; r == settingLine || r == continuationLine {
			last = i + 1
		}
	}
	var all []*Document
	if len(left) == 0 && len(edited.lines) < len(d.lines) {
		all = append(all, edited.withoutSection(header))
	}
	indents := []string{edited.indentOf(header), ""}
	if last > first {
		indents = append([]string{edited.indentBefore(after, last)}, indents...)
	}
	for _, at := range []int{last, first} {
		for _, indent := range indents {
			all = append(all, edited.withSettings(at, indent, left))
		}
	}
	return all
}

// edited is d with the settings that are there changed and removed; left are
// those that are not there yet.
func (d *Document) edited(was toolReadings, profile string, header int, c Change) (next *Document, left []Pair) {
	next = &Document{kind: d.kind, eol: d.eol}
	done := map[string]bool{}
	for i := 0; i < len(d.lines); {
		key, end := was.botocore.settingOf(i, profile), i+1
		for end < len(d.lines) && key != "" && d.continuesSetting(was, i, end) {
			end++
		}
		at := slices.IndexFunc(c.Set, func(p Pair) bool { return p.Key == key })
		switch {
		case slices.Contains(c.Remove, key):
		case at >= 0 && !done[key]:
			done[key] = true
			next.lines = append(next.lines, d.changed(was, i, end, c.Set[at])...)
		default:
			next.lines = append(next.lines, d.lines[i:end]...)
		}
		i = end
	}
	for _, p := range c.Set {
		if !done[p.Key] {
			left = append(left, p)
		}
	}
	return next, left
}

// continuesSetting reports whether line i still belongs to the setting on line from: an
// empty line does where more of the value follows it.
func (d *Document) continuesSetting(was toolReadings, from, i int) bool {
	for ; i < len(d.lines); i++ {
		switch was.botocore.meanings[i].role {
		case continuationLine:
			return true
		case headerLine, settingLine:
			return false
		}
	}
	return false
}

// changed is the lines from i to end with another value, or as they are where
// every tool reads that value already.
func (d *Document) changed(was toolReadings, i, end int, p Pair) []string {
	cli, sdk := was.botocore.meanings[i].section, was.goSDK.meanings[i].section
	if was.botocore.values[cli][p.Key] == p.Value && was.goSDK.values[sdk][p.Key] == p.Value {
		return d.lines[i:end]
	}
	return []string{d.indentOf(i) + p.Key + " = " + p.Value + d.eol}
}

// withSettings is d with pairs before line at.
func (d *Document) withSettings(at int, indent string, pairs []Pair) *Document {
	next := &Document{kind: d.kind, eol: d.eol, lines: slices.Clone(d.lines)}
	if len(pairs) > 0 && at == len(next.lines) {
		next.endLastLine()
	}
	for _, p := range pairs {
		next.lines = slices.Insert(next.lines, at, indent+p.Key+" = "+p.Value+d.eol)
		at++
	}
	return next
}

// withSection is d with a new section at its end.
func (d *Document) withSection(profile string, pairs []Pair) *Document {
	next := &Document{kind: d.kind, eol: d.eol, lines: slices.Clone(d.lines)}
	next.endLastLine()
	if n := len(next.lines); n > 0 && strings.TrimSpace(next.lines[n-1]) != "" {
		next.lines = append(next.lines, d.eol)
	}
	next.lines = append(next.lines, d.header(profile)+d.eol)
	return next.withSettings(len(next.lines), "", pairs)
}

// withoutSection is d without the section at header when nothing is in it but
// empty lines, else d. The empty lines before the last section were put there
// for it.
func (d *Document) withoutSection(header int) *Document {
	from, to := header, header+1
	for to < len(d.lines) && strings.TrimSpace(d.lines[to]) == "" {
		to++
	}
	if to < len(d.lines) && d.read().botocore.meanings[to].role != headerLine {
		return d
	}
	for from > 0 && to == len(d.lines) && strings.TrimSpace(d.lines[from-1]) == "" {
		from--
	}
	return &Document{kind: d.kind, eol: d.eol, lines: slices.Delete(slices.Clone(d.lines), from, to)}
}

// indentBefore is the indentation of the last setting before line i.
func (d *Document) indentBefore(v toolReadings, i int) string {
	for i--; i > 0 && v.botocore.meanings[i].role != settingLine; i-- {
	}
	return d.indentOf(i)
}

func (d *Document) indentOf(i int) string {
	line := strings.TrimPrefix(d.lines[i], byteOrderMark)
	return line[:len(line)-len(strings.TrimLeft(line, goSpace))]
}

func (d *Document) endLastLine() {
	if n := len(d.lines); n > 0 && !strings.HasSuffix(d.lines[n-1], "\n") {
		d.lines[n-1] += d.eol
	}
}

// differsOnlyBy reports whether both tools see in d what they saw before, with c made of
// profile.
func (d *Document) differsOnlyBy(was toolReadings, profile string, c Change, keys []string) bool {
	now := d.read()
	for _, tool := range [][2]*fileReading{{was.botocore, now.botocore}, {was.goSDK, now.goSDK}} {
		if len(tool[1].problems) > len(tool[0].problems) || !sameElse(tool[0], tool[1], profile, keys) {
			return false
		}
		pairs := tool[1].pairsOf(profile)
		for _, p := range c.Set {
			if !slices.Contains(pairs, p) {
				return false
			}
		}
		if slices.ContainsFunc(pairs, func(p Pair) bool { return slices.Contains(c.Remove, p.Key) }) {
			return false
		}
	}
	return true
}

// sameElse reports whether two readings are the same but for keys of profile,
// and for a section of profile that is empty.
func sameElse(was, now *fileReading, profile string, keys []string) bool {
	rest := func(r *fileReading) map[string]map[string]string {
		out := maps.Clone(r.values)
		for section, values := range out {
			if r.profile(section) != profile {
				continue
			}
			values = maps.Clone(values)
			for _, key := range keys {
				delete(values, key)
			}
			out[section] = values
			if len(values) == 0 {
				delete(out, section)
			}
		}
		return out
	}
	return maps.EqualFunc(rest(was), rest(now), maps.Equal[map[string]string, map[string]string])
}
