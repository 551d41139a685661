package migrate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stsx/session"
)

// settingsDraft gathers what a tool's configuration says. Nothing gets into it that
// stsx's own configuration would refuse, but for links: the caller checks those.
type settingsDraft struct {
	tool     string
	orgs     []*draftOrg
	profiles []draftProfile
	left     []session.LeftSetting
	seen     map[session.LeftSetting]bool // those in left
}

// draftOrg is an identity provider.
type draftOrg struct {
	link     string // "" = not known
	hint     session.LinkHint
	account  string // what the tool tells orgs of the same hint apart by
	settings []session.Setting
}

// draftProfile is a profile and where it was found.
type draftProfile struct {
	section *configSection
	org     *draftOrg // nil with a source
	source  string
	table   session.Table
}

// leaveOut says that e is not carried over.
func (d *settingsDraft) leaveOut(s *configSection, e configEntry, why string) {
	l := session.LeftSetting{Line: e.line, Section: s.name, Key: e.key, Why: why}
	if d.seen[l] {
		return
	}
	if d.seen == nil {
		d.seen = map[session.LeftSetting]bool{}
	}
	d.seen[l] = true
	d.left = append(d.left, l)
}

// leaveSection says that nothing of s is carried over.
func (d *settingsDraft) leaveSection(s *configSection, why string) {
	d.leaveOut(s, configEntry{line: s.line}, why)
}

// leaveNote is about what is in no file.
func (d *settingsDraft) leaveNote(why string) {
	d.leaveOut(&configSection{}, configEntry{}, why)
}

// leaveOthers says of each setting of s why it is not carried over. notes has
// those that the tool knows; "" is for those that are carried over or do nothing.
func (d *settingsDraft) leaveOthers(s *configSection, notes map[string]string) {
	for _, e := range s.entries {
		why, known := notes[e.key]
		switch {
		case slices.Contains([]string{"", "false", "no", "n", "0", "none"}, strings.ToLower(e.value)):
			continue
		case isSecretKey(e.key):
			why = "is secret: stsx copies no password, key or token"
		case !known:
			why = "stsx has no such setting"
		}
		if why != "" {
			d.leaveOut(s, e, why)
		}
	}
}

// isSecretKey reports a key whose value nobody should copy.
func isSecretKey(key string) bool {
	for _, word := range []string{"password", "secret", "token", "private", "api_key", "api-key", "access_key", "mfa_response"} {
		if strings.Contains(key, word) && !strings.HasSuffix(key, "_duration") && !strings.HasPrefix(key, "disable") &&
			!strings.HasPrefix(key, "cache") && !strings.HasSuffix(key, "_file") && !strings.HasPrefix(key, "user_use") {
			return true
		}
	}
	return false
}

// addOrg finds the identity provider that is like o, or adds it.
func (d *settingsDraft) addOrg(o draftOrg) *draftOrg {
	for _, known := range d.orgs {
		if known.link == o.link && known.hint == o.hint && known.account == o.account {
			return known
		}
	}
	d.orgs = append(d.orgs, &o)
	return &o
}

// setOrg gives o a setting. One that another section has set otherwise stays: an
// identity provider of stsx's has one username and one factor.
func (d *settingsDraft) setOrg(o *draftOrg, s *configSection, e configEntry, key, value string) {
	if value == "" {
		return
	}
	for _, known := range o.settings {
		if known.Key == key {
			if known.Value != value {
				d.leaveOut(s, e, "another section has another "+key+" for the same link, and stsx takes one: the first")
			}
			return
		}
	}
	o.settings = append(o.settings, session.Setting{Key: key, Value: value})
}

// setUsername gives o the username of s that stands under key.
func (d *settingsDraft) setUsername(o *draftOrg, s *configSection, key string) {
	e := s.entry(key)
	d.setOrg(o, s, e, "username", d.visibleValue(s, e))
}

// visibleValue is e's value, "" where it has characters that can't be seen.
func (d *settingsDraft) visibleValue(s *configSection, e configEntry) string {
	if !session.IsVisible(e.value) {
		d.leaveOut(s, e, "has characters in it that can't be seen")
		return ""
	}
	return e.value
}

// factorNote is what is said of a factor that stsx has no word for.
const factorNote = "stsx asks which factor to use where Okta offers several; mfa in [idp.NAME] names one"

// setFactor gives o the factor that the tool calls kind and provider.
func (d *settingsDraft) setFactor(o *draftOrg, s *configSection, kindKey, providerKey string) {
	kind, provider := s.entry(kindKey), s.entry(providerKey)
	e := kind
	if kind.value == "" {
		e = provider
	}
	if e.value == "" {
		return
	}
	word := factorWord(kind.value, provider.value)
	if word == "" {
		d.leaveOut(s, e, factorNote)
		return
	}
	d.setOrg(o, s, e, "mfa", word)
}

// identityCenterRole is why such a role is not carried over.
const identityCenterRole = "is a role of IAM Identity Center: aws sso login"

// role is e's value when it is a role's ARN, else "".
func (d *settingsDraft) role(s *configSection, e configEntry) string {
	if e.value == "" {
		return ""
	}
	if session.CheckSAMLRole(e.value) != nil {
		d.leaveOut(s, e, identityCenterRole)
		return ""
	}
	if _, err := session.ParseRole(e.value); err != nil {
		d.leaveOut(s, e, "is not a role's ARN (arn:aws:iam::ACCOUNT:role/NAME)")
		return ""
	}
	return e.value
}

// region is e's value when it is a region in which role can be used, else "".
func (d *settingsDraft) region(s *configSection, e configEntry, role string) string {
	if e.value == "" {
		return ""
	}
	if session.CheckRegionName(e.value) != nil {
		d.leaveOut(s, e, "is not an AWS region")
		return ""
	}
	if r, err := session.ParseRole(role); err == nil && session.PartitionOf(e.value) != r.Partition() {
		d.leaveOut(s, e, "is a region of another partition than the role's")
		return ""
	}
	return e.value
}

// What a profile's duration can be in stsx.
const (
	leastDuration = 15 * time.Minute
	mostDuration  = 12 * time.Hour
)

// duration is e's value, in seconds or as Go writes durations, else "".
func (d *settingsDraft) duration(s *configSection, e configEntry) string {
	if e.value == "" || e.value == "0" {
		return ""
	}
	text := e.value
	if _, err := strconv.Atoi(text); err == nil {
		text += "s"
	}
	long, err := time.ParseDuration(text)
	if err != nil || long < leastDuration || long > mostDuration || long%time.Second != 0 {
		d.leaveOut(s, e, "is not a duration of 15 minutes to 12 hours")
		return ""
	}
	return session.ShortDuration(long)
}

// addProfile adds what settings say; those with an empty value are left out.
func (d *settingsDraft) addProfile(s *configSection, name string, o *draftOrg, source string, settings ...session.Setting) {
	if name == "" || strings.HasPrefix(name, "-") || !session.IsVisible(name) {
		d.leaveSection(s, "its name can't be a profile's in stsx")
		return
	}
	if slices.ContainsFunc(d.profiles, func(p draftProfile) bool { return p.table.Name == name }) {
		d.leaveSection(s, "another section has that name already")
		return
	}
	t := session.Table{Kind: "profile", Name: name}
	if source != "" {
		t.Settings = append(t.Settings, session.Setting{Key: "source", Value: source})
	}
	for _, setting := range settings {
		if setting.Value != "" {
			t.Settings = append(t.Settings, setting)
		}
	}
	d.profiles = append(d.profiles, draftProfile{s, o, source, t})
}

// fillSettings puts the draft into found.
func (d *settingsDraft) fillSettings(found *session.ToolSettings) {
	d.dropLoose()
	found.NoLink = map[string]session.LinkHint{}
	names := map[*draftOrg]string{}
	for i, o := range d.orgs {
		names[o] = strconv.Itoa(i + 1)
		t := session.Table{Kind: "idp", Name: names[o], Settings: o.settings}
		if o.link == "" {
			found.NoLink[t.Name] = o.hint
		} else {
			t.Settings = append([]session.Setting{{Key: "url", Value: o.link}}, t.Settings...)
		}
		found.Tables = append(found.Tables, t)
	}
	for _, p := range d.profiles {
		if p.org != nil {
			p.table.Settings = append([]session.Setting{{Key: "idp", Value: names[p.org]}}, p.table.Settings...)
		}
		found.Tables = append(found.Tables, p.table)
	}
	slices.SortStableFunc(d.left, func(a, b session.LeftSetting) int { return cmp.Compare(uint(a.Line-1), uint(b.Line-1)) }) // notes last
	found.Left = d.left
}

// dropLoose leaves out profiles whose source is not there or leads back to them.
func (d *settingsDraft) dropLoose() {
	rooted := map[string]bool{}
	for again := true; again; {
		again = false
		for _, p := range d.profiles {
			if !rooted[p.table.Name] && (p.source == "" || rooted[p.source]) {
				rooted[p.table.Name], again = true, true
			}
		}
	}
	d.profiles = slices.DeleteFunc(d.profiles, func(p draftProfile) bool {
		if !rooted[p.table.Name] {
			d.leaveSection(p.section, "the profile that its role is assumed from is not there")
		}
		return !rooted[p.table.Name]
	})
}
