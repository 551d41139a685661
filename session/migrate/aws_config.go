package migrate

import (
	"strings"

	"stsx/session"
)

// awsConfig is ~/.aws/config, which several tools have settings of their own in.
type awsConfig struct {
	profiles []*configSection // by their profiles' names
}

// parseAWSConfig reads the profiles. Sections that are none, such as [sso-session x],
// are left out.
func parseAWSConfig(text string) (*awsConfig, error) {
	sections, err := sectionsOf(text, indentedNested)
	if err != nil {
		return nil, err
	}
	c := &awsConfig{}
	for _, s := range sections {
		name, isProfile := strings.CutPrefix(s.name, "profile ")
		name = plainValue(name)
		if !isProfile && strings.Contains(name, " ") {
			continue
		}
		p := sectionNamed(&c.profiles, name, s.line)
		p.entries = append(p.entries, s.entries...)
	}
	return c, nil
}

// profile is the one of that name, nil when there is none.
func (c *awsConfig) profile(name string) *configSection {
	for _, p := range c.profiles {
		if p.name == name {
			return p
		}
	}
	return nil
}

// sourceOf is the profile that p's role is assumed from, nil for none or p itself.
func (c *awsConfig) sourceOf(p *configSection) *configSection {
	if name := p.value("source_profile"); name != p.name {
		return c.profile(name)
	}
	return nil
}

// chainSettings are what stsx has for a role that is assumed from another session.
func (d *settingsDraft) chainSettings(s *configSection) []session.Setting {
	name := d.visibleValue(s, s.entry("role_session_name"))
	if !isSessionName(name) {
		d.leaveOut(s, s.entry("role_session_name"), "is not 2 to 64 letters, digits and _+=,.@-")
		name = ""
	}
	return []session.Setting{
		{Key: "external_id", Value: d.visibleValue(s, s.entry("external_id"))},
		{Key: "session_name", Value: name},
	}
}

// isSessionName reports what STS takes as a session's name, and "".
func isSessionName(name string) bool {
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_+=,.@-", r)
	}
	return name == "" || len(name) >= 2 && len(name) <= 64 && !strings.ContainsFunc(name, bad)
}

// awsConfigNotes are the settings of AWS's own tools; more are the tool's.
func awsConfigNotes(more map[string]string, carried ...string) map[string]string {
	notes := map[string]string{
		"mfa_serial":        "is for IAM users: with stsx, Okta asks for the second factor",
		"mfa_process":       "is for IAM users; mfa_command in [idp.NAME] prints a code for Okta",
		"role_session_name": "Okta says the session's name, which is you",
		"external_id":       "is for roles that are assumed from another profile",
		"output":            "", "cli_pager": "", "retry_mode": "", "max_attempts": "", "s3": "", "parameter_validation": "",
		"sts_regional_endpoints": "", "credential_process": "", "source_profile": "", "role_arn": "", "region": "",
	}
	for key, why := range more {
		notes[key] = why
	}
	for _, key := range carried {
		notes[key] = ""
	}
	return notes
}

// otherSource says how a profile gets its credentials otherwise, "" when it does not.
func otherSource(s *configSection, tool string) string {
	process := s.value("credential_process")
	switch {
	case s.value("sso_start_url") != "" || s.value("sso_session") != "" || s.value("sso_account_id") != "":
		return "gets its role from IAM Identity Center: aws sso login"
	case s.value("login_session") != "":
		return "is signed in to with aws login"
	case s.value("web_identity_token_file") != "":
		return "gets its credentials for a web identity token"
	case process != "" && !strings.Contains(process, tool):
		return "gets its credentials from another program"
	}
	return ""
}
