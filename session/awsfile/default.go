package awsfile

import (
	"os"
	"slices"
)

// credentialKeys are the settings by which a profile gets its credentials.
func credentialKeys() []string {
	return []string{keyID, "role_arn", "web_identity_token_file", "sso_session", "sso_start_url", "sso_account_id",
		keyProcess, "credential_source", "login_session"}
}

// Default says what gives the AWS tools' default profile its credentials,
// "aws_access_key_id in [default] of PATH", and the variable that names that
// file; "" when nothing does.
func (f Files) Default() (what, variable string, err error) {
	for _, file := range []struct {
		variable string
		path     func() (string, error)
		sections []string
	}{
		{"AWS_SHARED_CREDENTIALS_FILE", f.Credentials, []string{"default"}},
		{"AWS_CONFIG_FILE", f.Config, []string{"default", "profile default"}},
	} {
		path, err := file.path()
		if err != nil {
			continue // nobody knows where it would be, the SDKs neither
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue // none, or /dev/null in its place
		}
		d, err := ReadFile(path)
		if err != nil {
			return "", "", err
		}
		for _, section := range file.sections {
			pairs, _, err := d.SectionPairs(section)
			if err != nil {
				return "", "", err
			}
			for _, p := range pairs {
				if slices.Contains(credentialKeys(), p.Key) {
					return p.Key + " in [" + section + "] of " + path, file.variable, nil
				}
			}
		}
	}
	return "", "", nil
}
