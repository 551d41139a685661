package migrate

import (
	"slices"
	"strings"

	"stsx/session"
)

// readSaml2aws reads ~/.saml2aws: one section for each account of an identity
// provider, written by saml2aws configure.
func readSaml2aws(d *settingsDraft, text string) error {
	sections, err := sectionsOf(text, indentedSetting)
	if err != nil {
		return err
	}
	for _, s := range sections {
		url, provider := s.value("url"), s.value("provider")
		if url == "" || provider == "" && s.value("aws_urn") == "" {
			continue
		}
		kind, ok := saml2awsProvider(url, provider)
		if !ok {
			d.leaveSection(s, "its url does not start a sign-in to AWS in a browser; see docs/providers.md for what stsx needs there")
			continue
		}
		o := d.addOrg(draftOrg{link: url})
		d.setUsername(o, s, "username")
		if kind == session.TypeForm {
			d.setOrg(o, s, s.entry("provider"), "type", session.TypeForm)
		} else {
			setSaml2awsFactor(d, o, s)
		}
		role := d.role(s, s.entry("role_arn"))
		d.addProfile(s, s.name, o, "",
			session.Setting{Key: "role", Value: role},
			session.Setting{Key: "region", Value: d.region(s, s.entry("region"), role)},
			session.Setting{Key: "duration", Value: d.duration(s, s.entry("aws_session_duration"))})
		d.leaveOthers(s, saml2awsNotes(s))
	}
	if len(d.profiles) > 0 {
		d.leaveNote("passwords and sessions of saml2aws in the keyring: stsx asks once and offers to save the password")
	}
	return nil
}

// saml2awsProvider is the type that stsx has for a provider of saml2aws's; ok is
// false where the url is not what a browser would be sent to.
func saml2awsProvider(url, provider string) (kind string, ok bool) {
	switch strings.ToLower(provider) {
	case "okta":
		return session.TypeOkta, true
	case "browser", "":
		if strings.Contains(url, ".okta") {
			return session.TypeOkta, true
		}
		return session.TypeForm, true
	case "keycloak", "auth0", "jumpcloud", "googleapps", "azuread":
		return session.TypeForm, strings.Count(url, "/") > 3
	}
	return "", false
}

// setSaml2awsFactor: "Auto" leaves the choice open, and "OKTA" means whichever
// factor of Okta's comes first.
func setSaml2awsFactor(d *settingsDraft, o *draftOrg, s *configSection) {
	e := s.entry("mfa")
	words := map[string]string{"push": "push", "duo": "duo", "sms": "sms", "totp": "totp", "fido": "webauthn",
		"yubico token:hardware": "yubikey", "symantec": "symantec"}
	word := words[strings.ToLower(e.value)]
	if word == "" && !slices.Contains([]string{"", "auto"}, strings.ToLower(e.value)) {
		d.leaveOut(s, e, factorNote)
	}
	d.setOrg(o, s, e, "mfa", word)
}

func saml2awsNotes(s *configSection) map[string]string {
	notes := map[string]string{
		"skip_verify":             "stsx always checks certificates: add your company's to the system's",
		"aws_profile":             "stsx save PROFILE --as NAME writes a session into that section of the credentials file",
		"credentials_file":        "AWS_SHARED_CREDENTIALS_FILE names the file that stsx save writes",
		"saml_cache":              "stsx saves sessions, sealed, and no assertion",
		"saml_cache_file":         "stsx saves sessions, sealed, and no assertion",
		"policy_file":             "write its JSON into the profile's policy",
		"policy_arns":             "write them into the profile's policy_arns",
		"browser_executable_path": "browser_path in [idp.NAME] names a browser",
		"browser_type":            "stsx takes the Chromium, Chrome, Edge or Brave that is installed",
		"target_url":              "stsx finds the page of AWS's partition by itself",
		"app_id":                  "is for other identity providers",
		"resource_id":             "is for other identity providers",
		"subdomain":               "is for other identity providers",
		"mfa_ip_address":          "is for other identity providers",
	}
	for _, key := range []string{"name", "url", "username", "provider", "mfa", "role_arn", "region", "aws_session_duration", "aws_urn",
		"timeout", "http_attempts_count", "http_retry_delay", "disable_remember_device", "disable_sessions",
		"download_browser_driver", "headless",
		"prompter"} {
		notes[key] = ""
	}
	if profile := s.value("aws_profile"); profile == "saml" || profile == s.name {
		notes["aws_profile"] = "" // the tool's own default
	}
	return notes
}
