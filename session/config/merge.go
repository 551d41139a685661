package config

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stsx/session"
)

// OrgClashError: a shared configuration and the person's own have an idp of the
// same name that is not the same.
type OrgClashError struct {
	Path, Name    string
	Own, Imported string // hosts
}

func (e *OrgClashError) Error() string {
	return fmt.Sprintf("[idp.%s] in %s signs in at another url (%s) than the one to be added (%s): nothing was changed", bareKey(e.Name), e.Path, e.Own, e.Imported)
}

// Hint says what to do about it.
func (e *OrgClashError) Hint() string {
	return "if both are the same app, give yours that url; if not, give yours another name"
}

// CannotAddError: the file is written in a way that nothing can be added to.
type CannotAddError struct {
	Path string
	Lack []session.Table
}

func (e *CannotAddError) Error() string {
	text := "stsx can't add to " + e.Path + " without rewriting what is there (is it an inline table?): nothing was changed; add by hand"
	for _, t := range e.Lack {
		text += "\n\n" + strings.TrimRight(renderTable(t, "\n"), "\n")
	}
	return text
}

// PlanMerge plans what tables add to the configuration old, which was read from
// path: whole tables, and keys that a table of the same name does not have yet.
// Nothing that is there is changed. What says otherwise than old is left out
// and told of. tables are those of a configuration without mistakes. Errors:
// Problems of old, *OrgClashError, *CannotAddError.
func PlanMerge(path, old string, tables []session.Table) (session.Merge, error) {
	mine, err := Parse(path, []byte(old))
	if err != nil {
		return session.Merge{}, err
	}
	scanned, _, _ := scanTables(path, []byte(old))
	tables = slices.Clone(tables)
	m := &mergePlan{path: path, mine: mine, there: plainTables(scanned), idps: map[string]string{}, apart: map[string]bool{}}
	if err := m.matchOrgs(tables); err != nil {
		return session.Merge{}, err
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
		return session.Merge{}, err
	}
	out := session.Merge{Path: path, Old: old, New: next, Left: m.left, Profiles: m.profiles}
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

// matchOrgs finds the idps that are here already: the same url is the same
// idp, whatever its name.
func (m *mergePlan) matchOrgs(tables []session.Table) error {
	for _, t := range tables {
		if t.Kind != "idp" {
			continue
		}
		m.idps[t.Name] = t.Name
		same := slices.IndexFunc(m.there, func(o session.Table) bool { return o.Kind == "idp" && o.Text("url") == t.Text("url") })
		if same >= 0 {
			m.idps[t.Name] = m.there[same].Name
		} else if o, ok := m.ownTable("idp", t.Name); ok {
			return &OrgClashError{m.path, t.Name, hostOf(o.Text("url")), hostOf(t.Text("url"))}
		}
	}
	return nil
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Host
	}
	return "an unreadable address"
}

// nameOrgs says of profiles which idp they are for, where there was one and
// will be several.
func (m *mergePlan) nameOrgs(tables []session.Table) {
	all := map[string]bool{}
	for _, o := range m.mine.orgs {
		all[o.Name] = true
	}
	for _, name := range m.idps {
		all[name] = true
	}
	if len(all) < 2 {
		return
	}
	for _, t := range m.there {
		if t.Kind == "profile" && t.Text("idp") == "" && t.Text("source") == "" {
			m.added = append(m.added, session.Table{Kind: t.Kind, Name: t.Name, Settings: []session.Setting{{Key: "idp", Value: m.mine.orgs[0].Name}}})
		}
	}
	only := "" // of those to be added, by its name there
	for name := range m.idps {
		only = name
	}
	for i, t := range tables {
		if t.Kind == "profile" && t.Text("idp") == "" && t.Text("source") == "" {
			tables[i].Settings = append([]session.Setting{{Key: "idp", Value: only}}, t.Settings...)
		}
	}
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
		case i < 0 && s.Key != "idp": // an idp that is left out there is the same one, or m.apart
			more.Settings = append(more.Settings, s)
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

// addProfiles plans sources before what is assumed from them: a profile whose
// source is another thing here is not taken.
func (m *mergePlan) addProfiles(tables []session.Table) {
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		i := slices.IndexFunc(tables, func(t session.Table) bool { return t.Kind == "profile" && t.Name == name })
		if i < 0 || done[name] {
			return
		}
		done[name] = true
		t := tables[i]
		source := t.Text("source")
		visit(source)
		t = m.withOwnOrg(t)
		switch why := m.roleDifference(t); {
		case m.apart[source]:
			m.apart[name] = true
			m.leaveOut(t, "was not taken: its source "+bareKey(source)+" is another profile here")
		case why != "":
			m.apart[name] = true
			m.leaveOut(t, "is another profile here: "+why)
		default:
			if _, ok := m.ownTable("profile", name); !ok {
				m.profiles = append(m.profiles, name)
			}
			m.addTable(t)
		}
	}
	for _, t := range tables {
		if t.Kind == "profile" {
			visit(t.Name)
		}
	}
}

// withOwnOrg is t with its idp as it is called here.
func (m *mergePlan) withOwnOrg(t session.Table) session.Table {
	t.Settings = slices.Clone(t.Settings)
	for i, s := range t.Settings {
		if s.Key == "idp" {
			t.Settings[i].Value = m.idps[s.Value.(string)]
		}
	}
	return t
}

// roleDifference says in what the profile of t's name is for another role than t.
func (m *mergePlan) roleDifference(t session.Table) string {
	o, ok := m.ownTable(t.Kind, t.Name)
	if !ok {
		return ""
	}
	for _, key := range []string{"idp", "role", "account", "source"} {
		own, imported := o.Text(key), t.Text(key)
		if key == "idp" {
			p, _ := m.mine.Profile(t.Name) // it is there: o is it
			own = p.Org.Name
			if imported == "" && t.Text("source") == "" {
				for _, name := range m.idps {
					imported = name // the only one
				}
			}
			if imported == "" {
				continue // its source's
			}
		}
		if own != imported {
			return key + " is " + valueOrUnset(own) + " here and " + valueOrUnset(imported) + " there"
		}
	}
	return ""
}

func valueOrUnset(text string) string {
	if text == "" {
		return "not set"
	}
	return tomlString(text)
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
