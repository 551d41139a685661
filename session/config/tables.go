package config

import (
	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

func plainTables(tables []*configTable) []session.Table {
	var out []session.Table
	for _, t := range tables {
		plain := session.Table{Kind: t.kind, Name: t.name}
		for _, e := range t.entries {
			plain.Settings = append(plain.Settings, session.Setting{Key: e.key, Value: plainValue(e)})
		}
		out = append(out, plain)
	}
	return out
}

// plainValue is what a checked entry says.
func plainValue(e tableEntry) any {
	switch {
	case e.under:
		var list []session.Tag
		for _, b := range e.below {
			list = append(list, session.Tag{Key: b.key, Value: b.value.text})
		}
		return list
	case e.value.kind == unstable.Bool:
		return e.value.text == "true"
	case e.value.kind == unstable.Array:
		list := make([]string, len(e.value.items))
		for i, item := range e.value.items {
			list[i] = item.text
		}
		return list
	}
	return e.value.text
}
