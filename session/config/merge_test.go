package config

import (
	"errors"
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
func combine(t *testing.T, old, shared string) (session.ConfigChange, error) {
	t.Helper()
	tables, err := ParseShared("shared.toml", []byte(shared))
	if err != nil {
		t.Fatal(err)
	}
	return PlanMerge("config.toml", old, tables)
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
		"a new profile, for the idp of another name here": {mine,
			idpA + "[profile.\"ops team\"]\nidp = 'acme'\nrole = 'Ops'\npolicy = '{\"Statement\":{\"Effect\":\"Allow\"}}'\n",
			mine + "\n[profile.\"ops team\"]\nidp    = \"okta\"\nrole   = \"Ops\"\npolicy = '{\"Statement\":{\"Effect\":\"Allow\"}}'\n",
			nil},
		"a further key of each kind of table": {mine, idpA + "allowed_accounts = ['123456789012']\n" + dev +
			"max_duration = '1h'\nconfirm = true\n[profile.web]\nrole = 'Admin'\naccount = '123456789012'\nregion = 'eu-west-3'\n",
			strings.NewReplacer("\"okta\"]\n", "\"okta\"]\nallowed_accounts = [\"123456789012\"]\n", "region = \"eu-west-1\"\n",
				"region = \"eu-west-1\"\nmax_duration = \"1h\"\nconfirm = true\n").Replace(mine) + "web.region = \"eu-west-3\"\n", nil},
		"another region": {mine, idpA + dev + "region = 'us-east-1'\nduration = '8h'\n",
			strings.Replace(mine, "region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nduration = \"8h\"\n", 1),
			[]string{`[profile.dev] region is "eu-west-1" here and "us-east-1" there`}},
		"another role, and what is assumed from it": {mine,
			idpA +
				"[profile.audit]\nsource = 'dev'\nrole = 'arn:aws:iam::210987654321:role/Audit'\n[profile.dev]\nrole = 'Admin'\nregion " +
				"= 'us-east-1'\n[profile.fine]\nrole = 'Fine'\n",
			mine + "\n[profile.fine]\nrole = \"Fine\"\n", []string{
				`[profile.dev] is another profile here: role is "arn:aws:iam::123456789012:role/Dev" here and "Admin" there`,
				`[profile.audit] was not taken: its source dev is another profile here`}},
		"a second idp": {mine, idpB + "[profile.b]\nrole = 'B'\n",
			strings.NewReplacer("region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nidp = \"okta\"\n").Replace(mine) +
				"web.idp = \"okta\"\n\n" + idpB + "\n[profile.b]\nidp  = \"beta\"\nrole = \"B\"\n", nil},
		"a profile of that name at another idp": {mine, idpB + dev,
			strings.NewReplacer("region = \"eu-west-1\"\n", "region = \"eu-west-1\"\nidp = \"okta\"\n").Replace(mine) +
				"web.idp = \"okta\"\n\n" + idpB,
			[]string{`[profile.dev] is another profile here: idp is "okta" here and "beta" there`}},
		"no end of line": {strings.TrimSuffix(idpA, "\n"), idpA + "allowed_accounts = ['123456789012']\n" + dev,
			idpA + "allowed_accounts = [\"123456789012\"]\n\n" + dev, nil},
		"Windows' lines": {"\ufeff" + strings.ReplaceAll(idpA, "\n", "\r\n"), idpA + "allowed_accounts = ['123456789012']\n" + dev,
			"\ufeff" + strings.ReplaceAll(idpA+"allowed_accounts = [\"123456789012\"]\n\n"+dev, "\n", "\r\n"), nil},
		"the same url, written otherwise": {strings.Replace(idpA, "acme.okta.com", "ACME.Okta.com.:443", 1), idpA + dev,
			strings.Replace(idpA, "acme.okta.com", "ACME.Okta.com.:443", 1) + "\n" + dev, nil},
		"what is yours to set": {idpA, idpA + "type = 'form'\nbrowser = 'visible'\ntimeout = '3m'\nallowed_accounts = ['123456789012']\n",
			idpA + "allowed_accounts = [\"123456789012\"]\n", []string{
				`[idp.acme] type = "form" was left out: it is yours to set`,
				`[idp.acme] browser = "visible" was left out: it is yours to set`,
				`[idp.acme] timeout = "3m" was left out: it is yours to set`}},
		"more that is yours to set": {idpA, idpA + "type = 'okta'\nremember = true\nmfa = 'totp'\n", idpA, []string{
			`[idp.acme] remember = true was left out: it is yours to set`,
			`[idp.acme] mfa = "totp" was left out: it is yours to set`}},
		"what is yours to set, for a new idp": {"", idpA + "timeout = '3m'\n",
			strings.Replace(idpA, "url =", "url     =", 1) + "timeout = \"3m\"\n", nil},
		"an empty last line": {idpA + "\n", idpA + dev, idpA + "\n" + dev, nil},
		"values over several lines": {idpA + dev +
			"policy_arns = [\n  # mine\n  \"arn:aws:iam::aws:policy/ReadOnlyAccess\",\n] # end\n# after\n",
			idpA + dev + "confirm = false\n", idpA + dev +
				"policy_arns = [\n  # mine\n  \"arn:aws:iam::aws:policy/ReadOnlyAccess\",\n] # end\nconfirm = false\n# after\n", nil},
		"a table with no key": {idpA + "[profile.any] # asks\n# note\n", idpA + "[profile.any]\nconfirm = true\n",
			idpA + "[profile.any] # asks\nconfirm = true\n# note\n", nil},
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

func TestCombineRefuses(t *testing.T) {
	var clash *OrgClashError
	if _, err := combine(t, mine, "[idp.okta]\nurl = '"+urlB+"'\n"); !errors.As(err, &clash) ||
		!strings.Contains(err.Error(), "(acme.okta.com) than the one to be added (beta.okta.com)") {
		t.Errorf("%v", err)
	}
	// Inline tables can't be added to, whichever is.
	var form *CannotAddError
	for _, old := range []string{"[idp]\nacme = { url = '" + urlA + "' }\n", "idp = { acme = { url = '" + urlA + "' } }\nprofile = {}\n"} {
		if _, err := combine(t, old, "[idp.acme]\nurl = '"+urlA+
			"'\nallowed_accounts = ['123456789012']\n[profile.x]\nrole = 'X'\n"); !errors.As(err, &form) ||
			!strings.Contains(err.Error(), "add by hand\n\n[idp.acme]\nallowed_accounts = [\"123456789012\"]\n\n[profile.x]") {
			t.Errorf("%v", err)
		}
	}
	var problems Problems
	if _, err := combine(t, "[idp.acme]\n", "[idp.acme]\nurl = '"+urlA+"'\n"); !errors.As(err, &problems) {
		t.Errorf("%v", err)
	}
	// What each says alone need not fit together.
	old := "[idp.acme]\nurl = '" + urlA + "'\n[profile.x]\nrole = 'X'\nduration = '8h'\n"
	if _, err := combine(t, old, "[idp.acme]\nurl = '"+urlA+"'\n[profile.x]\nrole = 'X'\nmax_duration = '1h'\n"); !errors.As(err,
		&problems) || !strings.Contains(err.Error(), "above max_duration") {
		t.Errorf("%v", err)
	}
}

// TestPersonal: what Export leaves out, import does not add to what is there; one
// list says what.
func TestPersonal(t *testing.T) {
	values := map[string]string{"mfa": "'totp'", "browser": "'visible'", "ask": "'window'", "remember": "true", "log": "true",
		"timeout": "'3m'", "session_name": "'jane'", "source_identity": "'jane'"}
	for _, p := range personalKeys() {
		line := p.key + " = " + values[p.key] + "\n"
		if p.danger != "" {
			line = ""
		}
		idp, chain := "[idp.acme]\nurl = '"+urlA+"'\n",
			"[profile.base]\nrole = 'Base'\n[profile.x]\nsource = 'base'\nrole = 'arn:aws:iam::123456789012:role/X'\n"
		shared := idp + line + chain
		if p.kind == "profile" {
			shared = idp + chain + line
		}
		got, err := combine(t, idp+chain, shared)
		if err != nil || got.Difference != "" || (line == "") != (len(got.Left) == 0) {
			t.Errorf("%s: %v, %q\n%s", p.key, err, got.Left, got.Difference)
		}
		if exported, err := ExportShared("c", []byte(shared), nil); err != nil || strings.Contains(exported, p.key) {
			t.Errorf("%s: %v\n%s", p.key, err, exported)
		}
	}
}

// TestShared: what could run a program, or type the password elsewhere, is
// refused wherever it stands, all of it at once.
func TestShared(t *testing.T) {
	_, err := ParseShared("https://x/y", []byte("[idp.acme]\nurl = '"+urlA+
		"'\nusername = 'x'\nbrowser_path = '/x'\nsandbox = true\nmfa_command = ['x']\n[idp]\nb.url = '"+urlB+
		"'\nb.password_command = ['x']\nb.allowed_hosts = ['x.example']\n[profile.p]\nidp = 'c'\n"))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 6 {
		t.Fatalf("%v", err)
	}
	for i, want := range []string{"x/y:3:1: username has no place", "browser_path", "sandbox", "mfa_command",
		"x/y:9:3: password_command has no place in a shared configuration: it runs a program", "there is no [idp.c]"} {
		if !strings.Contains(problems[i].Error(), want) {
			t.Errorf("%v, not %s", problems[i], want)
		}
	}
}

func TestExport(t *testing.T) {
	const text = `
[idp.acme]
url = "` + urlA + `"
username = "jane"
mfa = "totp"
browser = "visible"
browser_path = "/x"
sandbox = true
allowed_hosts = ["sso.example.com"]
allowed_accounts = ["123456789012", "210987654321"]
password_command = ["a"]
mfa_command = ["b"]
timeout = "3m"
remember = true
[idp.other]
url = "` + urlB + `"
# about prod
[profile.prod]
idp = "acme"
role = "arn:aws:iam::123456789012:role/Admin"
confirm = true
[profile.unrelated]
idp = "other"
[profile."a b"]
source = "prod"
role = "{role}"
account = "210987654321"
session_name = "jane"
source_identity = "jane"
tags = { "a b" = 'x"y' , z = "1" }
transitive_tags = ["z"]
`
	const want = `[idp.acme]
url              = "` + urlA + `"
allowed_hosts    = ["sso.example.com"]
allowed_accounts = ["123456789012", "210987654321"]

[profile.prod]
idp     = "acme"
role    = "arn:aws:iam::123456789012:role/Admin"
confirm = true

[profile."a b"]
source          = "prod"
role            = "{role}"
account         = "210987654321"
tags            = { "a b" = "x y", z = "1" }
transitive_tags = ["z"]
`
	clean := strings.ReplaceAll(text, `x"y`, "x y")
	got, err := ExportShared("c", []byte(clean), []string{"a b"})
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if all, err := ExportShared("c", []byte(clean), nil); err != nil || !strings.Contains(all, "[profile.unrelated]") ||
		!strings.Contains(all, "[idp.other]") {
		t.Errorf("%v\n%s", err, all)
	}
	// What is exported, imported, exported again is the same.
	tables, err := ParseShared("c", []byte(got))
	if err != nil {
		t.Fatal(err)
	}
	m, err := PlanMerge("c", "", tables)
	if err != nil || m.New != want || len(m.Profiles) != 2 {
		t.Errorf("%v\n%s", err, m.New)
	}
	var unknown *UnknownNameError
	if _, err := ExportShared("c", []byte(clean), []string{"prd"}); !errors.As(err, &unknown) {
		t.Errorf("%v", err)
	}
}

// FuzzCombine: whatever is there, every byte of it stays, in its order, and
// what comes out is a configuration that says all of it.
func FuzzCombine(f *testing.F) {
	f.Add(mine)
	f.Add("[idp]\na.url='" + urlA +
		"'\n[profile.dev.tags]\nx='1'\n[profile.dev]\nsource='web'\nrole='arn:aws:iam::123456789012:role/x'\n[profile.web]")
	f.Add("\ufeffidp.a = {url = '" + urlA + "'}\r\nprofile.dev.role = '''x'''\r\n")
	shared := "[idp.acme]\nurl = '" + urlA + "'\nallowed_accounts = ['123456789012']\n[idp.b]\nurl='" + urlB +
		"'\n[profile.dev]\nidp='acme'\nconfirm = true\n[profile.web]\nidp='b'\n[profile.new]\nidp='b'\nrole='R'\n"
	tables, err := ParseShared("s", []byte(shared))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, old string) {
		m, err := PlanMerge("c", old, tables)
		if err != nil {
			return
		}
		if !subsequence(old, m.New) {
			t.Errorf("%q became %q", old, m.New)
		}
		again, err := PlanMerge("c", m.New, tables)
		if err != nil || again.New != m.New {
			t.Errorf("a second time: %v\n%q\n%q", err, m.New, again.New)
		}
	})
}

// subsequence reports whether all of a stands in b in its order.
func subsequence(a, b string) bool {
	for i := 0; i < len(b) && a != ""; i++ {
		if a[0] == b[i] {
			a = a[1:]
		}
	}
	return a == ""
}
