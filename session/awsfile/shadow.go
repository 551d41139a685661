package awsfile

// Shadow says what the AWS tools, or some of them, use for that profile before
// keys in the credentials file; "" when there is nothing of the kind.
func (f Files) Shadow(name string) string {
	section := "profile " + name
	if name == "default" {
		section = name
	}
	for _, at := range []struct {
		path    func() (string, error)
		section string
	}{{f.Config, section}, {f.Credentials, name}} {
		path, err := at.path()
		if err != nil {
			continue
		}
		d, err := ReadFile(path)
		if err != nil {
			continue
		}
		there, _, err := d.SectionPairs(at.section)
		if err != nil {
			continue
		}
		for _, key := range []string{"role_arn", "web_identity_token_file", "sso_session", "sso_start_url"} {
			if valueOf(there, key) != "" {
				return key + " of [" + at.section + "] in " + path
			}
		}
	}
	return ""
}
