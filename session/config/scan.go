package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// filePosition is where something stands in the file.
type filePosition struct{ line, column int }

// tomlValue is what stands right of "=".
type tomlValue struct {
	kind  unstable.Kind
	text  string      // of a String; as written for other scalars
	items []tomlValue // of an Array
}

// tableEntry is one key of a table.
type tableEntry struct {
	key   string
	at    filePosition
	value tomlValue
	under bool // it is a table itself, or keys stand below it
	below []tableEntry
}

// configTable is [kind.name].
type configTable struct {
	kind, name string
	at         filePosition // of its name where it first stands
	entries    []tableEntry
}

// tableScanner flattens a TOML document. All the ways TOML has to write a key
// (tables, dotted keys, inline tables) end up in add.
type tableScanner struct {
	path     string
	text     []byte
	tables   []*configTable
	problems Problems
}

// keyPart is one part of a dotted key.
type keyPart struct {
	text string
	at   filePosition
}

// scanTables returns the file's tables in file order and what stands outside of any.
// go-toml reads the file twice: once as a whole, for all that TOML forbids, once
// expression by expression, for the places.
func scanTables(path string, text []byte) (tables []*configTable, problems Problems, isTOML bool) {
	s := &tableScanner{path: path, text: bytes.TrimPrefix(text, []byte("\ufeff"))}
	if what := unreadable(text); what != "" {
		s.addProblem(filePosition{1, 1}, what)
		return nil, s.problems, false
	}
	if i := invalidOffset(s.text); i >= 0 {
		s.addProblem(s.positionAt(i), "the file is not UTF-8")
		return nil, s.problems, false
	}
	var all map[string]any
	if err := toml.Unmarshal(s.text, &all); err != nil {
		s.syntaxError(err)
		return nil, s.problems, false
	}
	parser := unstable.Parser{}
	parser.Reset(s.text)
	var header []keyPart
	for parser.NextExpression() {
		node := parser.Expression()
		switch node.Kind {
		case unstable.Table:
			header = s.keyParts(node)
			s.addKey(header, tomlValue{kind: unstable.Table})
		case unstable.ArrayTable:
			header = s.keyParts(node)
			s.addProblem(header[len(header)-1].at, "[["+dottedKey(header)+"]] is a list of tables; write ["+dottedKey(header)+"]")
		case unstable.KeyValue:
			s.addPair(header, node)
		}
	}
	if err := parser.Error(); err != nil { // cannot be: the first reading found nothing
		s.addProblem(filePosition{1, 1}, strings.TrimPrefix(err.Error(), "toml: "))
	}
	return s.tables, s.problems, true
}

// addPair adds one "key = value" that stands below header.
func (s *tableScanner) addPair(header []keyPart, node *unstable.Node) {
	keys := append(append([]keyPart{}, header...), s.keyParts(node)...)
	if v := node.Value(); v.Kind == unstable.InlineTable {
		s.addKey(keys, tomlValue{kind: unstable.Table})
		for it := v.Children(); it.Next(); {
			s.addPair(keys, it.Node())
		}
	} else {
		s.addKey(keys, readValue(v))
	}
}

// addKey files what is written under a full key.
func (s *tableScanner) addKey(keys []keyPart, v tomlValue) {
	top := keys[0]
	if top.text != "idp" && top.text != "profile" {
		text := "unknown key " + quotedList([]string{top.text}) + didYouMean(top.text, []string{"idp", "profile"})
		if !slices.ContainsFunc(s.problems, func(p Problem) bool { return p.Text == text }) { // once, not for each key below it
			s.addProblem(top.at, text)
		}
		return
	}
	if len(keys) == 1 {
		if v.kind != unstable.Table {
			s.addProblem(top.at, top.text+" is a table: write ["+top.text+".NAME]")
		}
		return
	}
	if len(keys) == 2 && v.kind != unstable.Table {
		s.addProblem(keys[1].at, dottedKey(keys)+" is a table: write ["+dottedKey(keys)+"]")
		return
	}
	t := s.tableNamed(top.text, keys[1])
	switch {
	case len(keys) == 3 && v.kind != unstable.Table:
		t.entries = append(t.entries, tableEntry{key: keys[2].text, at: keys[2].at, value: v})
	case len(keys) > 2:
		i := slices.IndexFunc(t.entries, func(e tableEntry) bool { return e.under && e.key == keys[2].text })
		if i < 0 {
			i = len(t.entries)
			t.entries = append(t.entries, tableEntry{key: keys[2].text, at: keys[2].at, under: true})
		}
		if len(keys) > 4 {
			v = tomlValue{kind: unstable.Table}
		}
		if len(keys) >= 4 {
			t.entries[i].below = append(t.entries[i].below, tableEntry{key: keys[3].text, at: keys[3].at, value: v})
		}
	}
}

func (s *tableScanner) tableNamed(kind string, name keyPart) *configTable {
	for _, t := range s.tables {
		if t.kind == kind && t.name == name.text {
			return t
		}
	}
	t := &configTable{kind: kind, name: name.text, at: name.at}
	s.tables = append(s.tables, t)
	return t
}

func (s *tableScanner) keyParts(node *unstable.Node) []keyPart {
	var parts []keyPart
	for it := node.Key(); it.Next(); {
		n := it.Node()
		parts = append(parts, keyPart{string(n.Data), s.positionAt(int(n.Raw.Offset))})
	}
	return parts
}

func readValue(node *unstable.Node) tomlValue {
	v := tomlValue{kind: node.Kind, text: string(node.Data)}
	if node.Kind == unstable.Array {
		for it := node.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				v.items = append(v.items, readValue(it.Node()))
			}
		}
	}
	return v
}
