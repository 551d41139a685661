package migrate

import (
	"strings"

	"stsx/session"
)

// readGimmeAWSCreds reads ~/.okta_aws_login_config, which Python's configparser
// writes: [DEFAULT] is a profile, and is what the others take what they lack from.
func readGimmeAWSCreds(d *settingsDraft, text string) error {
	sections, err := sectionsOf(text, indentedContinued)
	if err != nil {
		return err
	}
	base := &configSection{}
	for _, s := range sections {
		if s.name == "DEFAULT" {
			base = s
		}
	}
	for _, own := range sections {
		s := inheritedGimme(own, sections, base)
		if s.value("okta_org_url") == "" && s.value("app_url") == "" {
			continue
		}
		d.leaveOthers(own, gimmeNotes(s))
		if own == base && len(sections) > 1 && s.value("app_url") == "" && s.value("aws_rolename") == "" {
			continue // only what the others have in common
		}
		addGimmeProfiles(d, s, gimmeOrg(d, s))
	}
	if len(d.profiles) > 0 {
		d.leaveNote("passwords of gimme-aws-creds in the keyring: stsx asks once and offers to save the password")
	}
	return nil
}

// inheritedGimme is s with what it inherits.
func inheritedGimme(s *configSection, sections []*configSection, base *configSection) *configSection {
	seen := map[string]bool{}
	out := s
	for from := s.value("inherits"); from != "" && !seen[from]; {
		seen[from] = true
		next := ""
		for _, parent := range sections {
			if parent.name == from {
				out, next = out.withDefaults(parent), parent.value("inherits")
			}
		}
		from = next
	}
	return out.withDefaults(base)
}

func gimmeOrg(d *settingsDraft, s *configSection) *draftOrg {
	wanted := draftOrg{hint: session.LinkHint{Host: hostOf(s.value("okta_org_url"))}}
	server := s.value("gimme_creds_server")
	if link := strings.ReplaceAll(s.value("app_url"), "%%", "%"); link != "" && (server == "" || server == "appurl") {
		wanted = draftOrg{link: link} // with another server the tool does not look at it
	}
	o := d.addOrg(wanted)
	d.setUsername(o, s, "okta_username")
	d.setFactor(o, s, "preferred_mfa_type", "preferred_mfa_provider")
	return o
}

// addGimmeProfiles adds a profile for each role of s, which may name several, or one
// without a role.
func addGimmeProfiles(d *settingsDraft, s *configSection, o *draftOrg) {
	name := s.name
	if name == "DEFAULT" {
		name = "default"
	}
	duration := session.Setting{Key: "duration", Value: d.duration(s, s.entry("aws_default_duration"))}
	var roles []session.Role
	e := s.entry("aws_rolename")
	for text := range strings.FieldsFuncSeq(e.value, func(r rune) bool { return r == ',' || r == '\n' || r == ' ' }) {
		if session.CheckSAMLRole(text) != nil {
			d.leaveOut(s, e, identityCenterRole)
			continue
		}
		role, err := session.ParseRole(text)
		if err != nil {
			d.leaveOut(s, e, "names roles otherwise than by their ARNs: stsx asks for the role, or takes --role")
			continue
		}
		roles = append(roles, role)
	}
	if len(roles) == 0 {
		d.addProfile(s, name, o, "", duration)
	}
	for _, role := range roles {
		own := name
		if len(roles) > 1 {
			own += "-" + role.Account() + "-" + role.ShortName()
		}
		d.addProfile(s, own, o, "", session.Setting{Key: "role", Value: role.ARN}, duration)
	}
}

func gimmeNotes(s *configSection) map[string]string {
	notes := map[string]string{
		"client_id":            "stsx signs in at the app's own page and needs no OIDC app",
		"gimme_creds_server":   "stsx reads your roles from the assertion",
		"okta_auth_server":     "stsx reads your roles from the assertion",
		"aws_appname":          "stsx needs the app's link: an app's name can't be opened",
		"write_aws_creds":      "stsx save PROFILE writes a session into the credentials file",
		"cred_profile":         "stsx save PROFILE --as NAME says which section is written",
		"remember_device":      "remember = true in [idp.NAME] saves Okta's session and device, sealed",
		"duo_universal_factor": "Duo asks in a window",
	}
	for _, key := range []string{"okta_org_url", "okta_username", "app_url", "aws_rolename", "aws_default_duration", "preferred_mfa_type",
		"preferred_mfa_provider", "inherits", "enable_keychain", "force_classic", "open_browser", "resolve_aws_alias", "include_path",
		"output_format"} {
		notes[key] = ""
	}
	if s.value("gimme_creds_server") == "appurl" {
		notes["gimme_creds_server"] = ""
	}
	if writes := strings.ToLower(s.value("write_aws_creds")); writes != "true" && writes != "y" {
		notes["cred_profile"] = ""
	}
	return notes
}
