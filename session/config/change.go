package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/rogpeppe/go-internal/diff"

	"stsx/session"
)

// PlanChange plans edits of old. Every other byte stays. Errors: those of PlanMerge, and
// *CannotEditError.
func PlanChange(path, old string, edits session.ConfigEdits) (session.ConfigChange, error) {
	text, err := setValues(path, old, edits.Changed)
	if err == nil {
		text, err = editProfiles(path, text, edits.Renamed, edits.Removed)
	}
	if err != nil {
		return session.ConfigChange{}, err
	}
	plan, err := PlanMerge(path, text, edits.Added)
	if err != nil {
		return session.ConfigChange{}, err
	}
	plan.Old = old
	if plan.New != old {
		plan.Difference = string(diff.Diff(path, []byte(old), path, []byte(plan.New)))
	}
	return plan, nil
}

// setValues is old with the values that changed has.
func setValues(path, old string, changed []session.Table) (string, error) {
	mine, err := Parse(path, []byte(old))
	if err != nil {
		return "", err
	}
	scanned, _, _ := scanTables(path, []byte(old))
	there := plainTables(scanned)
	next := replaceValues(old, changed)
	m := &mergePlan{path: path, mine: mine, there: there}
	want := flattenTables(there)
	for _, t := range changed {
		own, ok := m.ownTable(t.Kind, t.Name)
		if !ok {
			return "", &UnknownNameError{Kind: t.Kind, Name: t.Name, Path: path}
		}
		more := session.Table{Kind: t.Kind, Name: t.Name}
		for _, s := range t.Settings {
			if !slices.ContainsFunc(own.Settings, func(o session.Setting) bool { return o.Key == s.Key }) {
				more.Settings = append(more.Settings, s)
			}
		}
		if more.Settings != nil {
			m.added = append(m.added, more)
		}
		maps.Copy(want, flattenTables([]session.Table{t}))
	}
	next = m.insertInto(next)
	tables, problems, isTOML := scanTables(path, []byte(next))
	if !isTOML || len(problems) > 0 || !reflect.DeepEqual(flattenTables(plainTables(tables)), want) {
		return "", &CannotAddError{path, changed}
	}
	return next, nil
}

// replaceValues writes the values of changed where their keys have others.
func replaceValues(text string, changed []session.Table) string {
	want := flattenTables(changed)
	body := strings.TrimPrefix(text, "\ufeff")
	var out strings.Builder
	out.WriteString(text[:len(text)-len(body)])
	done := 0
	parser := unstable.Parser{}
	parser.Reset([]byte(body))
	var header []string
	for parser.NextExpression() {
		node := parser.Expression()
		var key []string
		for it := node.Key(); it.Next(); {
			key = append(key, string(it.Node().Data))
		}
		if node.Kind != unstable.KeyValue {
			header = key
			continue
		}
		value := node.Value()
		key = append(header[:len(header):len(header)], key...)
		if len(key) != 3 || value.Kind != unstable.String {
			continue
		}
		if as, ok := want[[3]string(key)]; ok && as != tomlString(string(value.Data)) {
			from := int(value.Raw.Offset)
			out.WriteString(body[done:from] + as)
			done = from + int(value.Raw.Length)
		}
	}
	return out.String() + body[done:]
}
