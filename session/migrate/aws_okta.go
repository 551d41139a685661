package migrate

import (
	"slices"
	"strings"

	"stsx/session"
)

// readAWSOkta reads ~/.aws/config as aws-okta does: what a profile lacks is its
// source_profile's, and then that of [okta]. Which org it is, only the keyring says.
func readAWSOkta(d *settingsDraft, text string) error {
	config, err := parseAWSConfig(text)
	if err != nil {
		return err
	}
	base := config.profile("okta")
	if base == nil {
		base = &configSection{}
	}
	a := awsOkta{d, config, base}
	for _, p := range a.wantedProfiles() {
		if why := otherSource(p, "aws-okta"); why != "" {
			d.leaveSection(p, why)
			continue
		}
		a.addProfile(p)
	}
	if len(d.profiles) > 0 {
		if base.line > 0 && !slices.ContainsFunc(d.profiles, func(p draftProfile) bool { return p.section == base }) {
			d.leaveOthers(base, awsOktaNotes())
		}
		d.leaveNote("passwords, the org's domain and sessions of aws-okta in the keyring: stsx asks for the domain now, for the " +
			"password once, and offers to save it")
	}
	return nil
}

// awsOkta is one reading of aws-okta's settings.
type awsOkta struct {
	draft  *settingsDraft
	config *awsConfig
	base   *configSection // [okta]
}

// setting is the one that holds for p, and the section that has it.
func (a awsOkta) setting(p *configSection, key string) (configEntry, *configSection) {
	source := a.config.sourceOf(p)
	for _, s := range []*configSection{p, source, a.base} {
		if s != nil && s.value(key) != "" {
			return s.entry(key), s
		}
	}
	return configEntry{}, p
}

func (a awsOkta) roleEntry(p *configSection) configEntry {
	if own := p.entry("okta_aws_role_arn"); own.value != "" {
		return own
	}
	return p.entry("role_arn")
}

// wantedProfiles have an app and a role or an app of their own, or others are assumed
// from them.
func (a awsOkta) wantedProfiles() []*configSection {
	wanted := func(p *configSection) bool {
		link, _ := a.setting(p, "aws_saml_url")
		return link.value != "" && (a.roleEntry(p).value != "" || p != a.base && p.value("aws_saml_url") != "")
	}
	kept := map[*configSection]bool{}
	for _, p := range a.config.profiles {
		if wanted(p) {
			kept[p], kept[a.config.sourceOf(p)] = true, true
		}
	}
	return slices.DeleteFunc(slices.Clone(a.config.profiles), func(p *configSection) bool { return !kept[p] })
}

func (a awsOkta) addProfile(p *configSection) {
	d := a.draft
	role := d.role(p, a.roleEntry(p))
	settings := []session.Setting{{Key: "role", Value: role}, {Key: "region", Value: d.region(p, p.entry("region"), role)}}
	if source := a.config.sourceOf(p); source != nil {
		if role == "" {
			d.leaveSection(p, "has a source_profile and no role to assume from it")
			return
		}
		settings = append(settings, session.Setting{Key: "duration", Value: d.duration(p, p.entry("assume_role_ttl"))})
		d.addProfile(p, p.name, nil, source.name, append(settings, d.chainSettings(p)...)...)
		d.leaveOthers(p, awsConfigNotes(awsOktaNotes(), "assume_role_ttl", "external_id", "role_session_name"))
		return
	}
	link, _ := a.setting(p, "aws_saml_url")
	account, _ := a.setting(p, "okta_account_name")
	wanted := draftOrg{hint: session.LinkHint{Path: strings.TrimPrefix(link.value, "/")}, account: account.value}
	if strings.Contains(link.value, "://") {
		wanted = draftOrg{link: link.value}
	}
	o := d.addOrg(wanted)
	_, from := a.setting(p, "mfa_factor_type")
	if from == p {
		_, from = a.setting(p, "mfa_provider")
	}
	d.setFactor(o, from, "mfa_factor_type", "mfa_provider")
	long, from := a.setting(p, "session_ttl")
	settings = append(settings, session.Setting{Key: "duration", Value: d.duration(from, long)})
	d.addProfile(p, p.name, o, "", settings...)
	d.leaveOthers(p, awsOktaNotes())
}

func awsOktaNotes() map[string]string {
	return awsConfigNotes(map[string]string{
		"assume_role_ttl":   "is for roles that are assumed from another profile",
		"okta_account_name": "names an account in aws-okta's keyring: [idp.NAME] has its own username",
	}, "aws_saml_url", "okta_aws_role_arn", "session_ttl", "mfa_provider", "mfa_factor_type", "okta_session_cookie_key")
}
