package migrate

import (
	"strings"

	"stsx/session"
)

// readOktaAWSCLI reads ~/.okta/okta.yaml, whose awscli.profiles are what the command
// line takes, or a file of its environment variables, such as .env.
func readOktaAWSCLI(d *settingsDraft, text string) error {
	if strings.Contains(text, oktaAWSCLIPrefix) {
		if s := oktaAWSCLIVariables(text); len(s.entries) > 0 {
			addOktaAWSCLIProfile(d, s)
			return nil
		}
	}
	root, err := parseYAML(text)
	if err != nil {
		return err
	}
	for _, s := range root.below("awscli").below("profiles").sections() {
		addOktaAWSCLIProfile(d, s)
	}
	return nil
}

const oktaAWSCLIPrefix = "OKTA_AWSCLI_"

// oktaAWSCLIVariables are the settings of lines such as OKTA_AWSCLI_ORG_DOMAIN=acme.okta.com,
// by the names that they have in okta.yaml.
func oktaAWSCLIVariables(text string) *configSection {
	other := map[string]string{"iam-role": "aws-iam-role", "iam-idp": "aws-iam-idp", "session-duration": "aws-session-duration",
		"aws-account-federation-app-id": "aws-acct-fed-app-id"}
	s := &configSection{name: "default", line: 1}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		name, ours := strings.CutPrefix(key, oktaAWSCLIPrefix)
		if !ours || len(s.entries) > mostSections {
			continue
		}
		name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		if known := other[name]; known != "" {
			name = known
		}
		s.entries = append(s.entries, configEntry{name, plainValue(value), i + 1})
	}
	if profile := s.value("profile"); profile != "" {
		s.name = profile
	}
	return s
}

func addOktaAWSCLIProfile(d *settingsDraft, s *configSection) {
	host, app := hostOf(s.value("org-domain")), s.value("aws-acct-fed-app-id")
	if host == "" && app == "" && s.value("aws-iam-role") == "" {
		return
	}
	wanted := draftOrg{hint: session.LinkHint{Host: host}}
	if host != "" && app != "" {
		// 272 is the number that the AWS app has in Okta's catalogue.
		wanted = draftOrg{link: "https://" + host + "/home/amazon_aws/" + app + "/272"}
		d.leaveNote("the link of " + session.OneLine(host, 80) + " is made of its app's ID: see that it opens the AWS app in a browser")
	}
	o := d.addOrg(wanted)
	d.setUsername(o, s, "username")
	role := d.role(s, s.entry("aws-iam-role"))
	d.addProfile(s, s.name, o, "",
		session.Setting{Key: "role", Value: role},
		session.Setting{Key: "region", Value: d.region(s, s.entry("aws-region"), role)},
		session.Setting{Key: "duration", Value: d.duration(s, s.entry("aws-session-duration"))})
	notes := map[string]string{
		"oidc-client-id":            "stsx signs in at the app's own page and needs no OIDC app",
		"aws-iam-idp":               "the assertion says which one vouches for the role",
		"write-aws-credentials":     "stsx save PROFILE writes a session into the credentials file",
		"aws-credentials":           "AWS_SHARED_CREDENTIALS_FILE names the file that stsx save writes",
		"cache-access-token":        "remember = true in [idp.NAME] saves Okta's session, sealed",
		"key-id":                    "is for machines: stsx signs in as you",
		"authz-id":                  "is for machines: stsx signs in as you",
		"custom-scope":              "is for machines: stsx signs in as you",
		"aws-sts-role-session-name": "Okta says the session's name, which is you",
		"open-browser-command":      "browser_path in [idp.NAME] names a browser",
	}
	for _, key := range []string{"org-domain", "aws-acct-fed-app-id", "username", "aws-iam-role", "aws-region", "aws-session-duration",
		"profile", "format", "open-browser", "qr-code", "all-profiles", "debug", "debug-api-calls", "exec", "legacy-aws-variables",
		"expiry-aws-variables", "short-user-agent"} {
		notes[key] = ""
	}
	d.leaveOthers(s, notes)
}
