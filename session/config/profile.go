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

// profileDraft is [profile.NAME] before it is known what it refers to.
type profileDraft struct {
	session.Profile
	table       *configTable
	idp, source string
	at          map[string]filePosition

	state    draftState
	resolved session.Profile
}

// draftState is how far a draft's resolution has come.
type draftState int

const (
	draftUntouched draftState = iota
	draftUnderway             // seen again: a cycle
	draftBroken               // reported already
	draftResolved
)

// profileSettings are the keys of [profile.NAME].
func profileSettings() []tableKey[profileDraft] {
	return []tableKey[profileDraft]{
		{"idp", setField((*checker).readText, func(d *profileDraft) *string { return &d.idp })},
		{"role", setField((*checker).readRole, func(d *profileDraft) *string { return &d.Role })},
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
		{"policy", setField((*checker).readPolicy, func(d *profileDraft) *string { return &d.Policy })},
		{"policy_arns", setField((*checker).readPolicyARNs, func(d *profileDraft) *[]string { return &d.PolicyARNs })},
		{"allowed_accounts", setField((*checker).readAccounts, func(d *profileDraft) *[]string { return &d.AllowedAccounts })},
		{"max_duration", setField(func(c *checker, e tableEntry) (time.Duration, bool) {
			return c.readDuration(e, leastDuration, mostDuration)
		},
			func(d *profileDraft) *time.Duration { return &d.MaxDuration })},
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
	for _, key := range d.Chaining.TransitiveTags {
		if !slices.ContainsFunc(d.Chaining.Tags, func(t session.Tag) bool { return t.Key == key }) {
			c.addProblem(d.at["transitive_tags"], "transitive_tags names %q, which is not among the tags", key)
		}
	}
	if d.MaxDuration > 0 && d.Duration > d.MaxDuration {
		c.addProblem(d.at["duration"], "duration %s is above max_duration, which is %s", shortDuration(d.Duration), shortDuration(d.MaxDuration))
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

// STS's limits: API reference, AssumeRole.
const (
	mostTags     = 50
	mostPolicies = 10
	mostPolicy   = 2048
)

// readSessionName is what STS takes as RoleSessionName and SourceIdentity.
func (c *checker) readSessionName(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if ok && (len(text) < 2 || len(text) > 64 || !madeOf(text, "_+=,.@-")) {
		c.addProblem(e.at, "%s %q is not 2 to 64 letters, digits and _+=,.@-", e.key, text)
		return "", false
	}
	return text, ok
}

func (c *checker) readTags(e tableEntry) ([]session.Tag, bool) {
	var list []session.Tag
	for _, below := range e.below {
		text := below.value.text
		switch {
		case below.value.kind != unstable.String:
			c.addProblem(below.at, "the tag %s is a string, not %s", bareKey(below.key), kindOf(below.value.kind))
		case !isTag(below.key) || below.key == "" || utf8.RuneCountInString(below.key) > 128 || strings.HasPrefix(strings.ToLower(below.key), "aws:"):
			c.addProblem(below.at, "%q can't be a tag's key: up to 128 letters, digits, blanks and _.:/=+-@, not beginning with aws:", below.key)
		case !isTag(text) || utf8.RuneCountInString(text) > 256:
			c.addProblem(below.at, "the tag %s has a value that AWS refuses: up to 256 letters, digits, blanks and _.:/=+-@", bareKey(below.key))
		default:
			list = append(list, session.Tag{Key: below.key, Value: text})
		}
	}
	if len(list) > mostTags {
		c.addProblem(e.at, "%d tags are more than the %d that AWS takes", len(list), mostTags)
	}
	return list, len(list) > 0
}

func isTag(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Z, r) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

// readPolicy is an IAM policy as JSON text; it holds no secret.
func (c *checker) readPolicy(e tableEntry) (string, bool) {
	if e.value.kind != unstable.String {
		c.addProblem(e.at, "policy is a string that holds JSON, not %s", kindOf(e.value.kind))
		return "", false
	}
	var small bytes.Buffer
	if err := json.Compact(&small, []byte(e.value.text)); err != nil || !strings.HasPrefix(small.String(), "{") {
		c.addProblem(e.at, "policy is not a JSON object")
		return "", false
	}
	if small.Len() > mostPolicy {
		c.addProblem(e.at, "policy has %d characters, and AWS takes %d", small.Len(), mostPolicy)
		return "", false
	}
	return small.String(), true
}

func (c *checker) readPolicyARNs(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for _, arn := range list {
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "policy/") || !madeOf(arn, ":/_+=,.@-") {
			c.addProblem(e.at, "policy_arns: %q is not a policy's ARN (arn:aws:iam::ACCOUNT:policy/NAME)", arn)
			return nil, false
		}
	}
	if len(list) > mostPolicies {
		c.addProblem(e.at, "policy_arns names %d policies, and AWS takes %d", len(list), mostPolicies)
		return nil, false
	}
	return list, ok
}

// readAccounts is a list of account ids.
func (c *checker) readAccounts(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for _, id := range list {
		if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
			c.addProblem(e.at, "%s: %q is not 12 digits", e.key, id)
			return nil, false
		}
	}
	return list, ok
}

func (c *checker) readRole(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if text == session.SameRole {
		return text, true
	}
	if strings.HasPrefix(strings.ToLower(text), "arn:") {
		if _, err := session.ParseRole(text); err != nil {
			c.addProblem(e.at, "role %v", err)
			return "", false
		}
		return text, true
	}
	if !madeOf(text, "_+=,.@/-") || strings.HasSuffix(text, "/") {
		c.addProblem(e.at, "role %q is neither an ARN (arn:aws:iam::ACCOUNT:role/NAME) nor a role's name", text)
		return "", false
	}
	return text, true
}

func (c *checker) readAccount(e tableEntry) (string, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.addProblem(e.at, "account is a string: write it in quotes, or leading zeros are lost")
		return "", false
	}
	text, ok := c.readText(e)
	if ok && (len(text) != 12 || strings.Trim(text, "0123456789") != "") {
		c.addProblem(e.at, "account %q is not 12 digits", text)
		return "", false
	}
	return text, ok
}

func (c *checker) readRegion(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if ok && (!madeOf(text, "-") || text != strings.ToLower(text)) {
		c.addProblem(e.at, "region %q is not a region's name, such as \"eu-west-1\"", text)
		return "", false
	}
	return text, ok
}

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
	r.addProblem(d.table.at, "profile %q names no idp, and there are several: %s", d.Name, quotedList(r.orgNames()))
	return false
}

// resolveSource finds the profile that d's role is assumed from.
func (r *profileResolver) resolveSource(d *profileDraft) bool {
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
