package config

import (
	"slices"
	"strings"

	"stsx/session"
)

// draftState is how far a draft's resolution has come.
type draftState int

const (
	draftUntouched draftState = iota
	draftUnderway             // seen again: a cycle
	draftBroken               // reported already
	draftResolved
)

// profileResolver checks what profiles say of idps and of each other.
type profileResolver struct {
	*checker
	orgs   []session.Org
	drafts []*profileDraft
	chain  []*profileDraft // being resolved, each the source of the one before
}

// resolveProfile resolves d and, before it, its sources. It reports whether it could.
func (r *profileResolver) resolveProfile(d *profileDraft) bool {
	switch d.state {
	case draftResolved:
		return true
	case draftBroken:
		return false
	case draftUnderway:
		r.reportCycle(d)
		return false
	}
	d.state = draftUnderway
	r.chain = append(r.chain, d)
	ok := r.resolveReferences(d)
	r.chain = r.chain[:len(r.chain)-1]
	d.state = draftBroken
	if ok {
		d.state = draftResolved
		d.resolved = d.Profile
	}
	return ok
}

// resolveReferences finds d's org or source.
func (r *profileResolver) resolveReferences(d *profileDraft) bool {
	if _, ok := d.at["source"]; ok {
		return r.resolveSource(d)
	}
	for _, key := range []string{"external_id", "session_name", "source_identity", tagsKey, "transitive_tags"} {
		if at, ok := d.at[key]; ok {
			r.addProblem(at, "%s is for role chaining, and %s has no source", key, bareKey(d.Name))
		}
	}
	if d.Role == session.SameRole {
		r.addProblem(d.at["role"], "role %q is for role chaining, and %s has no source", d.Role, bareKey(d.Name))
	}
	if at, ok := d.at["idp"]; ok {
		if d.idp == "" {
			return false // reported when it was read
		}
		i := slices.IndexFunc(r.orgs, func(o session.Org) bool { return o.Name == d.idp })
		if i < 0 {
			r.addProblem(at, "there is no [idp.%s]%s", bareKey(d.idp), r.suggestOrg(d.idp))
			return false
		}
		d.Org = r.orgs[i]
		return true
	}
	switch len(r.orgs) {
	case 0:
		r.addProblem(d.table.at, "profile %q has nowhere to sign in: the file has no [idp.NAME]", d.Name)
		return false
	case 1:
		d.Org = r.orgs[0]
		return true
	}
	r.addProblem(d.table.at, "profile %q names no identity provider, and there are several: %s", d.Name, quotedList(r.orgNames()))
	return false
}

// resolveSource finds the profile that d's role is assumed from.
func (r *profileResolver) resolveSource(d *profileDraft) bool {
	if at, ok := d.at["provider"]; ok {
		r.addProblem(at, "provider is for a role that is signed in for, and %s has a source", bareKey(d.Name))
	}
	if d.Role == session.SameRole {
		if d.Account == "" {
			r.addProblem(d.at["role"], "role %q means the source's role in another account: say in which with account", d.Role)
		}
	} else if _, ok := d.at["role"]; !ok {
		r.addProblem(d.table.at, "profile %q has a source, so it needs a role's ARN", d.Name)
	} else if _, err := session.ParseRole(d.Role); err != nil && d.Role != "" {
		r.addProblem(d.at["role"], "role %q of a profile with a source has to be an ARN (arn:aws:iam::ACCOUNT:role/NAME)", d.Role)
	}
	if d.source == "" {
		return false // reported when it was read
	}
	i := slices.IndexFunc(r.drafts, func(s *profileDraft) bool { return s.Name == d.source })
	if i < 0 {
		r.addProblem(d.at["source"], "there is no [profile.%s] to be the source%s", bareKey(d.source), r.suggestProfile(d))
		return false
	}
	source := r.drafts[i]
	if !r.resolveProfile(source) {
		return false
	}
	d.Source = &source.resolved
	d.Org = source.resolved.Org
	if at, ok := d.at["idp"]; ok && d.idp != "" && d.idp != d.Org.Name {
		r.addProblem(at, "idp %q contradicts the source %q, which signs in at %q", d.idp, d.source, d.Org.Name)
		return false
	}
	return true
}

// reportCycle reports the sources that lead back to d.
func (r *profileResolver) reportCycle(d *profileDraft) {
	start := slices.Index(r.chain, d)
	var names []string
	for _, at := range r.chain[start:] {
		names = append(names, bareKey(at.Name))
	}
	names = append(names, bareKey(d.Name))
	r.addProblem(d.at["source"], "the sources of profile %q go in a circle: %s", d.Name, strings.Join(names, " → "))
}

func (r *profileResolver) orgNames() []string {
	names := make([]string, len(r.orgs))
	for i, o := range r.orgs {
		names[i] = o.Name
	}
	return names
}

func (r *profileResolver) suggestOrg(name string) string {
	if len(r.orgs) == 0 {
		return ""
	}
	return didYouMean(name, r.orgNames())
}

func (r *profileResolver) suggestProfile(d *profileDraft) string {
	var names []string
	for _, other := range r.drafts {
		if other != d {
			names = append(names, other.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return didYouMean(d.source, names)
}
