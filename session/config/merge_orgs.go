package config

import (
	"slices"

	"stsx/session"
)

// matchOrgs finds the idps that are here already: the same url is the same
// idp, whatever its name.
func (m *mergePlan) matchOrgs(tables []session.Table) error {
	for _, t := range tables {
		if t.Kind != "idp" {
			continue
		}
		m.idps[t.Name] = t.Name
		same := slices.IndexFunc(m.there, func(o session.Table) bool { return o.Kind == "idp" && sameURL(o.Text("url"), t.Text("url")) })
		if same >= 0 {
			m.idps[t.Name] = m.there[same].Name
		} else if o, ok := m.ownTable("idp", t.Name); ok {
			return &OrgClashError{m.path, t.Name, asciiHost(session.HostOf(o.Text("url"))), asciiHost(session.HostOf(t.Text("url")))}
		}
	}
	return nil
}

// sameURL compares urls as they are used.
func sameURL(a, b string) bool {
	cleanA, errA := cleanURL(a)
	cleanB, errB := cleanURL(b)
	return a == b || errA == nil && errB == nil && cleanA == cleanB
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
			settings := []session.Setting{{Key: "idp", Value: m.mine.orgs[0].Name}}
			m.added = append(m.added, session.Table{Kind: t.Kind, Name: t.Name, Settings: settings})
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
