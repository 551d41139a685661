package config

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

// What STS can give: AssumeRoleWithSAML's DurationSeconds.
const (
	leastDuration = 15 * time.Minute
	mostDuration  = 12 * time.Hour
)

// draft is [profile.NAME] before it is known what it refers to.
type draft struct {
	session.Profile
	table       *table
	idp, source string
	at          map[string]place

	state    state
	resolved session.Profile
}

// state is how far a draft's resolution has come.
type state int

const (
	untouched state = iota
	underway        // seen again: a cycle
	broken          // reported already
	resolved
)

// profileSettings are the keys of [profile.NAME].
func profileSettings() []setting[draft] {
	return []setting[draft]{
		{"idp", set((*checker).text, func(d *draft) *string { return &d.idp })},
		{"role", set((*checker).role, func(d *draft) *string { return &d.Role })},
		{"account", set((*checker).account, func(d *draft) *string { return &d.Account })},
		{"region", set((*checker).region, func(d *draft) *string { return &d.Region })},
		{"duration", set(func(c *checker, e entry) (time.Duration, bool) { return c.duration(e, leastDuration, mostDuration) },
			func(d *draft) *time.Duration { return &d.Duration })},
		{"source", set((*checker).text, func(d *draft) *string { return &d.source })},
		{"external_id", set((*checker).text, func(d *draft) *string { return &d.ExternalID })},
		{"session_name", set((*checker).sessionName, func(d *draft) *string { return &d.Chaining.SessionName })},
		{"source_identity", set((*checker).sessionName, func(d *draft) *string { return &d.Chaining.SourceIdentity })},
		{tags, set((*checker).tags, func(d *draft) *[]session.Tag { return &d.Chaining.Tags })},
		{"transitive_tags", set((*checker).words, func(d *draft) *[]string { return &d.Chaining.TransitiveTags })},
		{"policy", set((*checker).policy, func(d *draft) *string { return &d.Policy })},
		{"policy_arns", set((*checker).policyARNs, func(d *draft) *[]string { return &d.PolicyARNs })},
		{"allowed_accounts", set((*checker).accounts, func(d *draft) *[]string { return &d.AllowedAccounts })},
		{"max_duration", set(func(c *checker, e entry) (time.Duration, bool) { return c.duration(e, leastDuration, mostDuration) },
			func(d *draft) *time.Duration { return &d.MaxDuration })},
		{"confirm", set((*checker).truth, func(d *draft) *bool { return &d.Confirm })},
	}
}

func (c *checker) draft(t *table) *draft {
	c.name(t)
	d := &draft{table: t}
	d.Name = t.name
	d.at = fill(c, t, profileSettings(), d)
	if role, err := session.ParseRole(d.Role); err == nil && d.Account != "" && role.Account() != d.Account {
		c.problem(d.at["account"], "account %q contradicts the role, which is in %s", d.Account, role.Account())
	}
	for _, key := range d.Chaining.TransitiveTags {
		if !slices.ContainsFunc(d.Chaining.Tags, func(t session.Tag) bool { return t.Key == key }) {
			c.problem(d.at["transitive_tags"], "transitive_tags names %q, which is not among the tags", key)
		}
	}
	if d.MaxDuration > 0 && d.Duration > d.MaxDuration {
		c.problem(d.at["duration"], "duration %s is above max_duration, which is %s", short(d.Duration), short(d.MaxDuration))
	}
	if d.AllowedAccounts != nil {
		for _, role := range []string{d.Role, "arn:aws:iam::" + d.Account + ":role/x"} {
			r, err := session.ParseRole(role)
			if err == nil && d.Allows(r.Account()) != nil {
				c.problem(d.at["allowed_accounts"], "account %s of this profile is not among allowed_accounts", r.Account())
				break
			}
		}
	}
	return d
}

// STS's limits: API reference, AssumeRole.
const (
	mostTags     = 50
	mostPolicies = 10
	mostPolicy   = 2048
)

// sessionName is what STS takes as RoleSessionName and SourceIdentity.
func (c *checker) sessionName(e entry) (string, bool) {
	text, ok := c.text(e)
	if ok && (len(text) < 2 || len(text) > 64 || !only(text, "_+=,.@-")) {
		c.problem(e.at, "%s %q is not 2 to 64 letters, digits and _+=,.@-", e.key, text)
		return "", false
	}
	return text, ok
}

func (c *checker) tags(e entry) ([]session.Tag, bool) {
	var list []session.Tag
	for _, below := range e.below {
		text := below.value.text
		switch {
		case below.value.kind != unstable.String:
			c.problem(below.at, "the tag %s is a string, not %s", bare(below.key), kindOf(below.value.kind))
		case !isTag(below.key) || below.key == "" || utf8.RuneCountInString(below.key) > 128 || strings.HasPrefix(strings.ToLower(below.key), "aws:"):
			c.problem(below.at, "%q can't be a tag's key: up to 128 letters, digits, blanks and _.:/=+-@, not beginning with aws:", below.key)
		case !isTag(text) || utf8.RuneCountInString(text) > 256:
			c.problem(below.at, "the tag %s has a value that AWS refuses: up to 256 letters, digits, blanks and _.:/=+-@", bare(below.key))
		default:
			list = append(list, session.Tag{Key: below.key, Value: text})
		}
	}
	if len(list) > mostTags {
		c.problem(e.at, "%d tags are more than the %d that AWS takes", len(list), mostTags)
	}
	return list, len(list) > 0
}

func isTag(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Z, r) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

// policy is an IAM policy as JSON text; it holds no secret.
func (c *checker) policy(e entry) (string, bool) {
	if e.value.kind != unstable.String {
		c.problem(e.at, "policy is a string that holds JSON, not %s", kindOf(e.value.kind))
		return "", false
	}
	var small bytes.Buffer
	if err := json.Compact(&small, []byte(e.value.text)); err != nil || !strings.HasPrefix(small.String(), "{") {
		c.problem(e.at, "policy is not a JSON object")
		return "", false
	}
	if small.Len() > mostPolicy {
		c.problem(e.at, "policy has %d characters, and AWS takes %d", small.Len(), mostPolicy)
		return "", false
	}
	return small.String(), true
}

func (c *checker) policyARNs(e entry) ([]string, bool) {
	list, ok := c.words(e)
	for _, arn := range list {
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "policy/") || !only(arn, ":/_+=,.@-") {
			c.problem(e.at, "policy_arns: %q is not a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME)", arn)
			return nil, false
		}
	}
	if len(list) > mostPolicies {
		c.problem(e.at, "policy_arns names %d policies, and AWS takes %d", len(list), mostPolicies)
		return nil, false
	}
	return list, ok
}

// accounts is a list of account ids.
func (c *checker) accounts(e entry) ([]string, bool) {
	list, ok := c.words(e)
	for _, id := range list {
		if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
			c.problem(e.at, "%s: %q is not 12 digits", e.key, id)
			return nil, false
		}
	}
	return list, ok
}

func (c *checker) role(e entry) (string, bool) {
	text, ok := c.text(e)
	if !ok {
		return "", false
	}
	if text == session.SameRole {
		return text, true
	}
	if strings.HasPrefix(strings.ToLower(text), "arn:") {
		if _, err := session.ParseRole(text); err != nil {
			c.problem(e.at, "role %v", err)
			return "", false
		}
		return text, true
	}
	if !only(text, "_+=,.@/-") || strings.HasSuffix(text, "/") {
		c.problem(e.at, "role %q is neither an ARN (arn:aws:iam::ACCOUNT:role/NAME) nor a role's name", text)
		return "", false
	}
	return text, true
}

func (c *checker) account(e entry) (string, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.problem(e.at, "account is a string: write it in quotes, or leading zeros are lost")
		return "", false
	}
	text, ok := c.text(e)
	if ok && (len(text) != 12 || strings.Trim(text, "0123456789") != "") {
		c.problem(e.at, "account %q is not 12 digits", text)
		return "", false
	}
	return text, ok
}

func (c *checker) region(e entry) (string, bool) {
	text, ok := c.text(e)
	if ok && (!only(text, "-") || text != strings.ToLower(text)) {
		c.problem(e.at, "region %q is not a region's name, such as \"eu-west-1\"", text)
		return "", false
	}
	return text, ok
}

// resolver checks what profiles say of idps and of each other.
type resolver struct {
	*checker
	orgs   []session.Org
	drafts []*draft
	chain  []*draft // being resolved, each the source of the one before
}

// profile resolves d and, before it, its sources. It reports whether it could.
func (r *resolver) profile(d *draft) bool {
	switch d.state {
	case resolved:
		return true
	case broken:
		return false
	case underway:
		r.cycle(d)
		return false
	}
	d.state = underway
	r.chain = append(r.chain, d)
	ok := r.refer(d)
	r.chain = r.chain[:len(r.chain)-1]
	d.state = broken
	if ok {
		d.state = resolved
		d.resolved = d.Profile
	}
	return ok
}

// refer finds d's org or source.
func (r *resolver) refer(d *draft) bool {
	if _, ok := d.at["source"]; ok {
		return r.fromSource(d)
	}
	for _, key := range []string{"external_id", "session_name", "source_identity", tags, "transitive_tags"} {
		if at, ok := d.at[key]; ok {
			r.problem(at, "%s is for role chaining, and %s has no source", key, bare(d.Name))
		}
	}
	if d.Role == session.SameRole {
		r.problem(d.at["role"], "role %q is for role chaining, and %s has no source", d.Role, bare(d.Name))
	}
	if at, ok := d.at["idp"]; ok {
		if d.idp == "" {
			return false // reported when it was read
		}
		i := slices.IndexFunc(r.orgs, func(o session.Org) bool { return o.Name == d.idp })
		if i < 0 {
			r.problem(at, "there is no [idp.%s]%s", bare(d.idp), r.meantOrg(d.idp))
			return false
		}
		d.Org = r.orgs[i]
		return true
	}
	switch len(r.orgs) {
	case 0:
		r.problem(d.table.at, "profile %q has nowhere to sign in: the file has no [idp.NAME]", d.Name)
		return false
	case 1:
		d.Org = r.orgs[0]
		return true
	}
	r.problem(d.table.at, "profile %q names no idp, and there are several: %s", d.Name, quoted(r.orgNames()))
	return false
}

// fromSource finds the profile that d's role is assumed from.
func (r *resolver) fromSource(d *draft) bool {
	if d.Role == session.SameRole {
		if d.Account == "" {
			r.problem(d.at["role"], "role %q means the source's role in another account: say in which with account", d.Role)
		}
	} else if _, ok := d.at["role"]; !ok {
		r.problem(d.table.at, "profile %q has a source, so it needs a role's ARN", d.Name)
	} else if _, err := session.ParseRole(d.Role); err != nil && d.Role != "" {
		r.problem(d.at["role"], "role %q of a profile with a source has to be an ARN (arn:aws:iam::ACCOUNT:role/NAME)", d.Role)
	}
	if d.source == "" {
		return false // reported when it was read
	}
	i := slices.IndexFunc(r.drafts, func(s *draft) bool { return s.Name == d.source })
	if i < 0 {
		r.problem(d.at["source"], "there is no [profile.%s] to be the source%s", bare(d.source), r.meantProfile(d))
		return false
	}
	source := r.drafts[i]
	if !r.profile(source) {
		return false
	}
	d.Source = &source.resolved
	d.Org = source.resolved.Org
	if at, ok := d.at["idp"]; ok && d.idp != "" && d.idp != d.Org.Name {
		r.problem(at, "idp %q contradicts the source %q, which signs in at %q", d.idp, d.source, d.Org.Name)
		return false
	}
	return true
}

// cycle reports the sources that lead back to d.
func (r *resolver) cycle(d *draft) {
	start := slices.Index(r.chain, d)
	var names []string
	for _, at := range r.chain[start:] {
		names = append(names, bare(at.Name))
	}
	names = append(names, bare(d.Name))
	r.problem(d.at["source"], "the sources of profile %q go in a circle: %s", d.Name, strings.Join(names, " → "))
}

func (r *resolver) orgNames() []string {
	names := make([]string, len(r.orgs))
	for i, o := range r.orgs {
		names[i] = o.Name
	}
	return names
}

func (r *resolver) meantOrg(name string) string {
	if len(r.orgs) == 0 {
		return ""
	}
	return meant(name, r.orgNames())
}

func (r *resolver) meantProfile(d *draft) string {
	var names []string
	for _, other := range r.drafts {
		if other != d {
			names = append(names, other.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return meant(d.source, names)
}
