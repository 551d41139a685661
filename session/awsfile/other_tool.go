package awsfile

// OtherTool says how the AWS CLI signs in to a profile of the shared configuration that
// is IAM Identity Center's or aws login's: what the profile is, and the command. "" when
// it is neither, or the file can't be read.
func (f Files) OtherTool(profile string) (what, command string) {
	path, pairs, _ := f.pairsIn(ConfigFile, profile)
	switch {
	case firstKey(pairs, []string{"sso_session", "sso_start_url", "sso_account_id"}) != "":
		return "[" + profile + "] in " + path + " is IAM Identity Center's", "aws sso login"
	case valueOf(pairs, "login_session") != "":
		return "[" + profile + "] in " + path + " is signed in to at the AWS console", "aws login"
	}
	return "", ""
}
