package config

import (
	"slices"
	"strings"
	"testing"

	"stsx/session"
)

const (
	urlA = "https://acme.okta.com/home/amazon_aws/0oa1/272"
	urlB = "https://beta.okta.com/home/amazon_aws/0oa2/272"
	mine = `# my own
[idp.okta]
url = "` + urlA + `" # the app
username = "jane"
password_command = ["pass", "show", "okta"]

# the one I use
[profile.dev] # short
role   = "arn:aws:iam::123456789012:role/Dev"
region = "eu-west-1"

[profile]
web.role = "Admin"
web.account = "123456789012"
`
)

// combine merges the configuration shared into old.
func combine(t *testing.T, old, shared string) (session.Merge, error) {
	t.Helper()
	tables, err := Shared("shared.toml", []byte(shared))
	if err != nil {
		t.Fatal(err)
	}
	return Combine("config.toml", old, tables)
}

func TestCombine(t *testing.T) {
	const idpA, idpB = "[idp.acme]\nurl = \"" + urlA + "\"\n", "[idp.beta]\nurl = \"" + urlB + "\"\n"
	const dev = "[profile.dev]\nrole = \"arn:aws:iam::123456789012:role/Dev\"\n"
	for name, c := range map[string]struct {
		old, shared, want string
		left              []string
	}{
		"nothing there":           {"", idpA + dev, idpA + "\n" + dev, nil},
		"a mark and nothing else": {"\ufeff", idpA, "\ufeff" + idpA, nil},
		"nothing new":             {mine, idpA + dev, mine, nil},
		"a new profile, for the idp of another name here": {mine, idpA + "[profile.\"ops team\"]\nidp = 'acme'\nrole = 'Ops'\npolicy = '{\"Version\":\"2012-10-17\"}'\n",
			mine + "\n[profile.\"ops team\"]\nidp    = \"okta\"\nrole   = \"Ops\"\npolicy = '{\"Version\":\"2012-10-17\"}'\n", nil},
		"a further key of each kind of table": {mine, idpA + "allowed_accounts = ['123456789012']\n" + dev + "max_duration = '1h'\nconfirm = true\n[profile.web]\nrole = 'Admin'\naccount = '123456789012'\nregion = 'eu-west-3'\n",
			strings.NewReplacer("\"okta\"]\n", "\"okta\"]\nallowed_accounts = [\"123456789012\"]\n", "region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nmax_duration = \"1h\"\nconfirm = true\n").Replace(mine) + "web.region = \"eu-west-3\"\n", nil},
		"another region": {mine, idpA + dev + "region = 'us-east-1'\nduration = '8h'\n", strings.Replace(mine, "region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nduration = \"8h\"\n", 1), []string{`[profile.dev] its region is "eu-west-1", and would be "us-east-1"`}},
		"another role, and what is assumed from it": {mine, idpA + "[profile.audit]\nsource = 'dev'\nrole = 'arn:aws:iam::210987654321:role/Audit'\n[profile.dev]\nrole = 'Admin'\nregion = 'x-1'\n[profile.fine]\nrole = 'Fine'\n",
			mine + "\n[profile.fine]\nrole = \"Fine\"\n", []string{
				`[profile.dev] is another profile here: its role is "arn:aws:iam::123456789012:role/Dev", and would be "Admin"`,
				`[profile.audit] was not taken: its source dev is another profile here`}},
		"a second idp": {mine, idpB + "[profile.b]\nrole = 'B'\n",
			strings.NewReplacer("region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nidp = \"okta\"\n").Replace(mine) + "web.idp = \"okta\"\n\n" + idpB + "\n[profile.b]\nidp  = \"beta\"\nrole = \"B\"\n", nil},
		"a profile of that name at another idp": {mine, idpB + dev, strings.NewReplacer("region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nidp = \"okta\"\n").Replace(mine) + "web.idp = \"okta\"\n\n" + idpB,
			[]string{`[profile.dev] is another profile here: its idp is "okta", and would be "beta"`}},
		"no end of line":            {strings.TrimSuffix(idpA, "\n"), idpA + "timeout = '3m'\n" + dev, idpA + "timeout = \"3m\"\n\n" + dev, nil},
		"Windows' lines":            {"\ufeff" + strings.ReplaceAll(idpA, "\n", "\r\n"), idpA + "timeout = '3m'\n" + dev, "\ufeff" + strings.ReplaceAll(idpA+"timeout = \"3m\"\n\n"+dev, "\n", "\r\n"), nil},
		"an empty last line":        {idpA + "\n", idpA + dev, idpA + "\n" + dev, nil},
		"values over several lines": {idpA + dev + "policy_arns = [\n  # mine\n  \"arn:aws:iam::aws:policy/ReadOnlyAccess\",\n] # end\n# after\n", idpA + dev + "confirm = false\n", idpA + dev + "policy_arns = [\n  # mine\n  \"arn:aws:iam::aws:policy/ReadOnlyAccess\",\n] # end\nconfirm = false\n# after\n", nil},
		"a table with no key":       {idpA + "[profile.any] # asks\n# note\n", idpA + "[profile.any]\nconfirm = true\n", idpA + "[profile.any] # asks\nconfirm = true\n# note\n", nil},
	} {
		got, err := combine(t, c.old, c.shared)
		if err != nil || got.New != c.want || !slices.Equal(got.Left, c.left) || (got.Difference == "") != (c.old == c.want) {
			t.Errorf("%s: %v, left %q\n%s\ngot\n%q\nwant\n%q", name, err, got.Left, got.Difference, got.New, c.want)
			continue
		}
		again, err := combine(t, got.New, c.shared)
		if err != nil || again.Difference != "" {
			t.Errorf("%s: a second time: %v\n%s", name, err, again.Difference)
		}
	}
}
