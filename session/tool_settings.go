package session

// OtherTools are the tools whose configuration can be imported, by the names
// that --from takes.
func OtherTools() []string {
	return []string{"saml2aws", "aws-okta", "gimme-aws-creds", "okta-aws-cli", "aws-vault", "aws-runas", "tokendito", "aws-sts"}
}

// ToolSettings is what another tool's configuration says that stsx has keys for.
type ToolSettings struct {
	Tool, Path string
	Tables     []Table // identity providers, then profiles; the names of the providers are for these tables only
	// NoLink are the identity providers without a url, by their names.
	NoLink map[string]LinkHint
	Left   []LeftSetting
}

// LinkHint is what a tool knows of an app's link that it does not have.
type LinkHint struct {
	Host string // "acme.okta.com"; "" = not known
	Path string // "home/amazon_aws/0oa1b2c3d4e5/272"; "" = not known
}

// LeftSetting is what is not carried over. It has no value: that may be secret.
type LeftSetting struct {
	Line    int // from 1; 0 where it is about no line
	Section string
	Key     string // "" = the whole section
	Why     string
}
