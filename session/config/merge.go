package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"stsx/session"
)

// PlanMerge plans what tables add to the configuration old, which was read from
// path: whole tables, and keys that a table of the same name does not have yet.
// Nothing that is there is changed. What says otherwise than old is left out
// and told of. tables are those of a configuration without mistakes. Errors:
// Problems of old, *OrgClashError, *CannotAddError.
func PlanMerge(path, old string, tables []session.Table) (session.ConfigChange, error) {
	mine, err := Parse(path, []byte(old))
	if err != nil {
		return session.ConfigChange{}, err
	}
	scanned, _, _ := scanTables(path, []byte(old))
	tables = slices.Clone(tables)
	m := &mergePlan{path: path, mine: mine, there: plainTables(scanned), idps: map[string]string{}, apart: map[string]bool{}}
	if err := m.matchOrgs(tables); err != nil {
		return session.ConfigChange{}, err
	}
	m.nameOrgs(tables)
	for _, t := range tables {
		if t.Kind == "idp" {
			t.Name = m.idps[t.Name]
			m.addTable(t)
		}
	}
	m.addProfiles(tables)
	next := m.insertInto(old)
	if err := m.verifyResult(old, next); err != nil {
		return session.ConfigChange{}, err
	}
	out := session.ConfigChange{Path: path, Old: old, New: next, Left: m.left, Profiles: m.profiles}
	if next != old {
		out.Difference = string(diff.Diff(path, []byte(old), path, []byte(next)))
	}
	return out, nil
}

// mergePlan plans additions.
type mergePlan struct {
	path  string
	mine  *File
	there []session.Table

	idps     map[string]string // names in the tables to be added → names here
	apart    map[string]bool   // profiles that are another thing here than there
	added    []session.Table   // whole tables, or further keys of one
	left     []string
	profiles []string
}

func (m *mergePlan) ownTable(kind, name string) (session.Table, bool) {
	i := slices.IndexFunc(m.there, func(t session.Table) bool { return t.Kind == kind && t.Name == name })
	if i < 0 {
		return session.Table{}, false
	}
	return m.there[i], true
}

// addTable plans t: all of it, or the keys that a table of that name lacks.
func (m *mergePlan) addTable(t session.Table) {
	o, ok := m.ownTable(t.Kind, t.Name)
	if !ok {
		m.added = append(m.added, t)
		return
	}
	more := session.Table{Kind: t.Kind, Name: t.Name}
	for _, s := range t.Settings {
		i := slices.IndexFunc(o.Settings, func(other session.Setting) bool { return other.Key == s.Key })
		switch {
		case i < 0 && isOwnersToSet(t.Kind, s.Key):
			if s.Key != "type" || s.Value != session.TypeOkta {
				m.leaveOut(t, s.Key+" = "+renderValue(s.Value)+" was left out: it is yours to set")
			}
		case i < 0 && s.Key != "idp": // an idp that is left out there is the same one, or m.apart
			more.Settings = append(more.Settings, s)
		case i >= 0 && s.Key == "url" && sameURL(o.Text("url"), t.Text("url")):
		case i >= 0 && !reflect.DeepEqual(o.Settings[i].Value, s.Value):
			m.leaveOut(t, s.Key+" is "+renderValue(o.Settings[i].Value)+" here and "+renderValue(s.Value)+" there")
		}
	}
	if more.Settings != nil {
		m.added = append(m.added, more)
	}
}

func (m *mergePlan) leaveOut(t session.Table, why string) {
	m.left = append(m.left, "["+t.Kind+"."+bareKey(t.Name)+"] "+why)
}

// verifyResult reads next and checks that it says what old and the plan say, and not
// a word more or less.
func (m *mergePlan) verifyResult(old, next string) error {
	want := flattenTables(m.there)
	maps.Copy(want, flattenTables(m.added))
	tables, problems, isTOML := scanTables(m.path, []byte(next))
	if !isTOML || len(problems) > 0 || !reflect.DeepEqual(flattenTables(plainTables(tables)), want) {
		return &CannotAddError{m.path, m.added}
	}
	file, err := Parse(m.path, []byte(next))
	if err != nil {
		return fmt.Errorf("what was to be added does not fit %s, nothing was changed: %w", m.path, err)
	}
	for _, was := range m.mine.profiles {
		now, err := file.Profile(was.Name)
		if err != nil || now.Root().Org.Name != was.Root().Org.Name || now.Root().Org.URL != was.Root().Org.URL {
			return &CannotAddError{m.path, m.added}
		}
	}
	return nil
}

// flattenTables flattens tables.
func flattenTables(tables []session.Table) map[[3]string]string {
	out := map[[3]string]string{}
	for _, t := range tables {
		out[[3]string{t.Kind, t.Name, ""}] = ""
		for _, s := range t.Settings {
			out[[3]string{t.Kind, t.Name, s.Key}] = renderValue(s.Value)
		}
	}
	return out
}
