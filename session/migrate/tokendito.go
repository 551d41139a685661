package migrate

import (
	"path/filepath"

	"stsx/session"
)

// tokenditoPath is where platformdirs puts tokendito.ini.
func tokenditoPath(f Files) string {
	if f.Getenv("TOKENDITO_USER_CONFIG_FILE") != "" {
		return f.pathFrom("TOKENDITO_USER_CONFIG_FILE", "")
	}
	folder := f.Getenv("XDG_CONFIG_HOME")
	switch {
	case f.GOOS == "windows":
		folder = f.Getenv("LOCALAPPDATA")
	case f.GOOS == "darwin" && f.Home != "":
		folder = filepath.Join(f.Home, "Library", "Application Support")
	case folder == "" && f.Home != "":
		folder = filepath.Join(f.Home, ".config")
	}
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, "tokendito", "tokendito.ini")
}

// readTokendito reads tokendito.ini: what a section lacks is that of [default].
func readTokendito(d *settingsDraft, text string) error {
	sections, err := sectionsOf(text, indentedContinued)
	if err != nil {
		return err
	}
	base := &configSection{}
	for _, s := range sections {
		if s.name == "default" {
			base = s
		}
	}
	for _, own := range sections {
		s := own.withDefaults(base)
		link := firstValue(s, "okta_tile", "okta_app_url")
		if link == "" && s.value("okta_org") == "" {
			continue
		}
		d.leaveOthers(own, tokenditoNotes())
		if own == base && len(sections) > 1 && link == "" {
			continue // only what the others have in common
		}
		wanted := draftOrg{link: link}
		if link == "" {
			wanted.hint.Host = hostOf(s.value("okta_org"))
		}
		o := d.addOrg(wanted)
		d.setUsername(o, s, "okta_username")
		d.setFactor(o, s, "okta_mfa", "")
		d.setFactor(o, s, "okta_mfa_method", "")
		role := d.role(s, s.entry("aws_role_arn"))
		d.addProfile(s, s.name, o, "",
			session.Setting{Key: "role", Value: role},
			session.Setting{Key: "region", Value: d.region(s, s.entry("aws_region"), role)})
	}
	if len(d.profiles) > 0 {
		d.leaveNote("the password, which tokendito asks for: stsx asks once and offers to save it")
	}
	return nil
}

// firstValue is the first that is there of the values under keys.
func firstValue(s *configSection, keys ...string) string {
	for _, key := range keys {
		if value := s.value(key); value != "" {
			return value
		}
	}
	return ""
}

func tokenditoNotes() map[string]string {
	notes := map[string]string{
		"aws_profile":                 "stsx save PROFILE --as NAME writes a session into that section of the credentials file",
		"aws_shared_credentials_file": "AWS_SHARED_CREDENTIALS_FILE names the file that stsx save writes",
		"user_use_device_token":       "remember = true in [idp.NAME] saves Okta's session and device, sealed",
		"okta_client_id":              "stsx signs in at the app's own page and needs no OIDC app",
	}
	for _, key := range []string{"okta_tile", "okta_app_url", "okta_org", "okta_username", "okta_mfa", "okta_mfa_method", "aws_role_arn",
		"aws_region", "aws_output", "aws_config_file", "user_loglevel", "user_log_output_file", "user_quiet", "user_encoding"} {
		notes[key] = ""
	}
	return notes
}
