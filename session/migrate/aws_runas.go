package migrate

import (
	"strings"

	"stsx/session"
)

// readAWSRunas reads ~/.aws/config as aws-runas does: what a profile lacks is its
// source_profile's, and then that of [default].
func readAWSRunas(d *settingsDraft, text string) error {
	config, err := parseAWSConfig(text)
	if err != nil {
		return err
	}
	for _, own := range config.profiles {
		p := own
		if source := config.sourceOf(own); source != nil {
			p = p.withDefaults(source)
		}
		if base := config.profile("default"); base != nil {
			p = p.withDefaults(base)
		}
		switch {
		case own.value("role_arn") == "":
			continue // nothing to assume, or what others have in common
		case own.value("web_auth_url") != "":
			d.leaveSection(own, "signs in with a web identity: stsx signs in with SAML")
		case p.value("saml_auth_url") != "":
			addRunasProfile(d, own, p)
		case own.value("source_profile") != "" && otherSource(own, "aws-runas") == "":
			d.leaveSection(own, "its role is assumed with an IAM user's keys: stsx signs in with SAML")
		}
	}
	if len(d.profiles) > 0 {
		d.leaveNote("passwords and cookies that aws-runas has saved: stsx asks once and offers to save the password")
	}
	return nil
}

// addRunasProfile adds own; p is own with what it inherits.
func addRunasProfile(d *settingsDraft, own, p *configSection) {
	link, provider := p.value("saml_auth_url"), strings.ToLower(p.value("saml_provider"))
	kind := session.TypeForm
	switch {
	case provider == "okta" || provider == "" && strings.Contains(hostOf(link), ".okta"):
		kind = session.TypeOkta
	case provider == "onelogin" || strings.Contains(link, "token="):
		d.leaveSection(own, "its saml_auth_url holds a secret; see docs/providers.md for what stsx needs there")
		return
	case provider == "forgerock":
		d.leaveSection(own, "its saml_auth_url does not start a sign-in in a browser; see docs/providers.md for what stsx needs there")
		return
	}
	o := d.addOrg(draftOrg{link: link})
	d.setUsername(o, p, "saml_username")
	if kind == session.TypeForm {
		d.setOrg(o, p, p.entry("saml_auth_url"), "type", kind)
	} else if mfa := p.entry("mfa_type"); mfa.value != "auto" && mfa.value != "none" {
		d.setFactor(o, p, "mfa_type", "")
	}
	role := d.role(own, own.entry("role_arn"))
	settings := []session.Setting{{Key: "role", Value: role},
		{Key: "region", Value: d.region(p, p.entry("region"), role)},
		{Key: "duration", Value: d.duration(p, p.entry("credentials_duration"))}}
	source := ""
	carried := []string{"saml_auth_url", "saml_username", "saml_provider", "mfa_type", "credentials_duration", "jump_role"}
	if jump := d.role(p, p.entry("jump_role")); jump != "" && role != "" {
		source = own.name + "-jump"
		d.addProfile(own, source, o, "", session.Setting{Key: "role", Value: jump})
		settings, o = append(settings, d.chainSettings(p)...), nil
		carried = append(carried, "external_id", "role_session_name")
	}
	d.addProfile(own, own.name, o, source, settings...)
	d.leaveOthers(own, awsConfigNotes(map[string]string{
		"session_token_duration": "is for IAM users",
		"federated_username":     "username in [idp.NAME] is the one for the page that stsx opens",
	}, carried...))
}
