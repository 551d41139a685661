package config

import (
	"slices"
	"time"

	"stsx/session"
)

// profileDraft is [profile.NAME] before it is known what it refers to.
type profileDraft struct {
	session.Profile
	table       *configTable
	idp, source string
	readOnly    bool
	at          map[string]filePosition

	state    draftState
	resolved session.Profile
}

// profileSettings are the keys of [profile.NAME].
func profileSettings() []tableKey[profileDraft] {
	return []tableKey[profileDraft]{
		{"idp", setField((*checker).readText, func(d *profileDraft) *string { return &d.idp })},
		{"role", setField((*checker).readRole, func(d *profileDraft) *string { return &d.Role })},
		{"provider", setField((*checker).readProvider, func(d *profileDraft) *string { return &d.Provider })},
		{"account", setField((*checker).readAccount, func(d *profileDraft) *string { return &d.Account })},
		{"region", setField((*checker).readRegion, func(d *profileDraft) *string { return &d.Region })},
		{"duration", setField(func(c *checker, e tableEntry) (time.Duration, bool) {
			return c.readDuration(e, leastDuration, mostDuration)
		},
			func(d *profileDraft) *time.Duration { return &d.Duration })},
		{"source", setField((*checker).readText, func(d *profileDraft) *string { return &d.source })},
		{"external_id", setField((*checker).readText, func(d *profileDraft) *string { return &d.ExternalID })},
		{"session_name", setField((*checker).readSessionName, func(d *profileDraft) *string { return &d.Chaining.SessionName })},
		{"source_identity", setField((*checker).readSessionName, func(d *profileDraft) *string { return &d.Chaining.SourceIdentity })},
		{tagsKey, setField((*checker).readTags, func(d *profileDraft) *[]session.Tag { return &d.Chaining.Tags })},
		{"transitive_tags", setField((*checker).readWords, func(d *profileDraft) *[]string { return &d.Chaining.TransitiveTags })},
		{"policy", setField((*checker).readPolicy, func(d *profileDraft) *string { return &d.Policies.Inline })},
		{"policy_arns", setField((*checker).readPolicyARNs, func(d *profileDraft) *[]string { return &d.Policies.ARNs })},
		{"read_only", setField((*checker).readBool, func(d *profileDraft) *bool { return &d.readOnly })},
		{"read_only_policy", setField(func(c *checker, e tableEntry) (string, bool) {
			return c.readWord(e, session.ReadOnlyAccess, session.ViewOnlyAccess)
		},
			func(d *profileDraft) *string { return &d.ReadOnlyPolicy })},
		{"allowed_accounts", setField((*checker).readAccounts, func(d *profileDraft) *[]string { return &d.AllowedAccounts })},
		{"max_duration", setField(func(c *checker, e tableEntry) (time.Duration, bool) {
			return c.readDuration(e, leastDuration, mostDuration)
		},
			func(d *profileDraft) *time.Duration { return &d.MaxDuration })},
		{"color", setField((*checker).readColor, func(d *profileDraft) *string { return &d.Color })},
		{"title", setField((*checker).readBool, func(d *profileDraft) *bool { return &d.Title })},
		{"confirm", setField((*checker).readBool, func(d *profileDraft) *bool { return &d.Confirm })},
	}
}

func (c *checker) readProfile(t *configTable) *profileDraft {
	c.checkName(t)
	d := &profileDraft{table: t}
	d.Name = t.name
	d.at = readTable(c, t, profileSettings(), d)
	if role, err := session.ParseRole(d.Role); err == nil && d.Account != "" && role.Account() != d.Account {
		c.addProblem(d.at["account"], "account %q contradicts the role, which is in %s", d.Account, role.Account())
	}
	if role, err := session.ParseRole(d.Role); err == nil && d.Region != "" {
		if clash := session.RegionClash(d.Region, role.Partition()); clash != "" {
			c.addProblem(d.at["region"], "%s", clash)
		}
	}
	c.checkProvider(d)
	c.checkPolicies(d)
	for _, key := range d.Chaining.TransitiveTags {
		if !slices.ContainsFunc(d.Chaining.Tags, func(t session.Tag) bool { return t.Key == key }) {
			c.addProblem(d.at["transitive_tags"], "transitive_tags names %q, which is not among the tags", key)
		}
	}
	if d.MaxDuration > 0 && d.Duration > d.MaxDuration {
		c.addProblem(d.at["duration"], "duration %s is above max_duration, which is %s",
			session.ShortDuration(d.Duration), session.ShortDuration(d.MaxDuration))
	}
	if d.AllowedAccounts != nil {
		for _, role := range []string{d.Role, "arn:aws:iam::" + d.Account + ":role/x"} {
			r, err := session.ParseRole(role)
			if err == nil && d.Allows(r.Account()) != nil {
				c.addProblem(d.at["allowed_accounts"], "account %s of this profile is not among allowed_accounts", r.Account())
				break
			}
		}
	}
	return d
}
