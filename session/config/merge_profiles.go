package config

import (
	"slices"

	"stsx/session"
)

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
