package config

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

// place is where something stands in the file.
type place struct{ line, column int }

// value is what stands right of "=".
type value struct {
	kind  unstable.Kind
	text  string  // of a String; as written for other scalars
	items []value // of an Array
}

// entry is one key of a table.
type entry struct {
	key   string
	at    place
	value value
	under bool // it is a table itself, or keys stand below it
	below []entry
}

// table is [kind.name].
type table struct {
	kind, name string
	at         place // of its name where it first stands
	entries    []entry
}

// scanner flattens a TOML document. All the ways TOML has to write a key
// (tables, dotted keys, inline tables) end up in add.
type scanner struct {
	path     string
	text     []byte
	tables   []*table
	problems Problems
}

// part is one part of a dotted key.
type part struct {
	text string
	at   place
}

// scan returns the file's tables in file order and what stands outside of any.
// go-toml reads the file twice: once as a whole, for all that TOML forbids, once
// expression by expression, for the places.
func scan(path string, text []byte) (tables []*table, problems Problems, isTOML bool) {
	s := &scanner{path: path, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if i := invalid(s.text); i >= 0 {
		s.problem(s.place(i), "the file is not UTF-8")
		return nil, s.problems, false
	}
	var all map[string]any
	if err := toml.Unmarshal(s.text, &all); err != nil {
		s.syntax(err)
		return nil, s.problems, false
	}
	parser := unstable.Parser{}
	parser.Reset(s.text)
	var header []part
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table:
			header = s.key(node)
			s.add(header, value{kind: unstable.Table})
		case unstable.ArrayTable:
			header = s.key(node)
			s.problem(header[len(header)-1].at, "[["+dotted(header)+"]] is a list of tables; write ["+dotted(header)+"]")
		case unstable.KeyValue:
			s.pair(header, node)
		}
	}
	if err := parser.Error(); err != nil { // cannot be: the first reading found nothing
		s.problem(place{1, 1}, strings.TrimPrefix(err.Error(), "toml: "))
	}
	return s.tables, s.problems, true
}

// pair adds one "key = value" that stands below header.
func (s *scanner) pair(header []part, node *unstable.Node) {
	keys := append(append([]part{}, header...), s.key(node)...)
	if v := node.Value(); v.Kind == unstable.InlineTable {
		s.add(keys, value{kind: unstable.Table})
		for it := v.Children(); it.Next(); {
			s.pair(keys, it.Node())
		}
	} else {
		s.add(keys, read(v))
	}
}

// add files what is written under a full key.
func (s *scanner) add(keys []part, v value) {
	top := keys[0]
	if top.text != "idp" && top.text != "profile" {
		text := "unknown key " + quoted([]string{top.text}) + meant(top.text, []string{"idp", "profile"})
		if !slices.ContainsFunc(s.problems, func(p Problem) bool { return p.Text == text }) { // once, not for each key below it
			s.problem(top.at, text)
		}
		return
	}
	if len(keys) == 1 {
		if v.kind != unstable.Table {
			s.problem(top.at, top.text+" is a table: write ["+top.text+".NAME]")
		}
		return
	}
	if len(keys) == 2 && v.kind != unstable.Table {
		s.problem(keys[1].at, dotted(keys)+" is a table: write ["+dotted(keys)+"]")
		return
	}
	t := s.table(top.text, keys[1])
	switch {
	case len(keys) == 3 && v.kind != unstable.Table:
		t.entries = append(t.entries, entry{key: keys[2].text, at: keys[2].at, value: v})
	case len(keys) > 2:
		i := slices.IndexFunc(t.entries, func(e entry) bool { return e.under && e.key == keys[2].text })
		if i < 0 {
			i = len(t.entries)
			t.entries = append(t.entries, entry{key: keys[2].text, at: keys[2].at, under: true})
		}
		switch {
		case len(keys) == 4:
			t.entries[i].below = append(t.entries[i].below, entry{key: keys[3].text, at: keys[3].at, value: v})
		case len(keys) > 4:
			t.entries[i].below = append(t.entries[i].below, entry{key: keys[3].text, at: keys[3].at, value: value{kind: unstable.Table}})
		}
	}
}

func (s *scanner) table(kind string, name part) *table {
	for _, t := range s.tables {
		if t.kind == kind && t.name == name.text {
			return t
		}
	}
	t := &table{kind: kind, name: name.text, at: name.at}
	s.tables = append(s.tables, t)
	return t
}

func (s *scanner) key(node *unstable.Node) []part {
	var parts []part
	for it := node.Key(); it.Next(); {
		n := it.Node()
		parts = append(parts, part{string(n.Data), s.place(int(n.Raw.Offset))})
	}
	return parts
}

func (s *scanner) problem(at place, text string) {
	s.problems = append(s.problems, Problem{s.path, at.line, at.column, text})
}

// syntax reports what go-toml found. Its message may quote one character, never
// a value.
func (s *scanner) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	var broken *toml.DecodeError
	if !errors.As(err, &broken) {
		s.problem(place{1, 1}, text)
		return
	}
	line, column := broken.Position()
	start := 0
	for range line - 1 {
		next := bytes.IndexByte(s.text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	s.problem(s.place(min(start+column-1, len(s.text))), text)
}

// place counts characters where go-toml counts bytes, as editors do.
func (s *scanner) place(offset int) place {
	before := s.text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1}
}

func read(node *unstable.Node) value {
	v := value{kind: node.Kind, text: string(node.Data)}
	if node.Kind == unstable.Array {
		for it := node.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				v.items = append(v.items, read(it.Node()))
			}
		}
	}
	return v
}

// invalid returns the offset of the first byte that is not UTF-8, or -1.
func invalid(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// dotted writes a key as TOML does.
func dotted(keys []part) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = bare(k.text)
	}
	return strings.Join(list, ".")
}

// bare is a key as it would be written in the file: quoted when it has to be.
func bare(key string) string {
	if key == "" || !only(key, "-_") {
		return strconv.Quote(key)
	}
	return key
}

// meant is the end of a message on an unknown word.
func meant(word string, words []string) string {
	near := session.Near(word, words)
	if len(near) == 0 {
		return "; there are " + quoted(words)
	}
	return "; did you mean " + quoted(near[:1]) + "?"
}
