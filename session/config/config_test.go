package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

const idp = "[idp.acme]\nurl = 'https://acme.okta.com/app'\n"

// exampleText is the least that a configuration says.
const exampleText = `[idp.acme]
url      = "https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272"
username = "jane.roe@example.com"

[profile.dev]
role   = "arn:aws:iam::123456789012:role/Developer"
region = "eu-west-1"
`

func TestParse(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(`
# all that can be said
[idp.acme]
type = "okta"
url = "https://acme.okta.com/home/amazon_aws/0oa/272"
username = "jane.roe@example.com"
mfa = "totp"
browser = "headless"
browser_path = "/opt/chrome"
sandbox = false
allowed_hosts = ["SSO.example.com",
  # a comment
  "127.0.0.1"]
password_command = ["pass", "show", "okta"]
mfa_command = ["ykman", ""]
timeout = "90s"
remember = true
log = true

[idp]
beta = { url = "http://[::1]:8080/x" }

[profile."b c"]
source = "prod"
role = "arn:aws:iam::210987654321:role/Audit"
external_id = "x"
session_name = "jane@audit"
source_identity = "jane"
tags = { Project = "a b", "team:x" = "" }
transitive_tags = ["Project"]
policy = '''{ "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"} }'''
read_only_policy = "ViewOnlyAccess"
policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
allowed_accounts = ["210987654321"]
max_duration = "1h"
confirm = true
color = "cyan"
title = true

[profile]
prod.idp = "acme"
prod.role = "team/Admin"
prod.provider = "arn:aws:iam::012345678901:saml-provider/Okta"
prod.account = "012345678901"
prod.region = "eu-west-1"
prod.duration = "8h"
"Ü" = { idp = "beta" }
`, "\n", "\r\n")
	f, err := Parse("c.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	acme := session.Org{Name: "acme", Type: "okta", URL: "https://acme.okta.com/home/amazon_aws/0oa/272", Username: "jane.roe@example.com",
		MFA: "totp", Browser: "headless", BrowserPath: "/opt/chrome", NoSandbox: true,
		AllowedHosts: []string{"sso.example.com", "127.0.0.1"},
		PasswordCommand: []string{
			"pass",
			"show",
			"okta",
		}, MFACommand: []string{"ykman", ""}, Timeout: 90 * time.Second, Remember: true, Log: true}
	beta := session.Org{Name: "beta", Type: "okta", URL: "http://[::1]:8080/x", Browser: "auto", Timeout: 2 * time.Minute}
	prod := session.Profile{Name: "prod", Org: acme, Role: "team/Admin", Account: "012345678901", Region: "eu-west-1",
		Provider: "arn:aws:iam::012345678901:saml-provider/Okta",
		Duration: 8 * time.Hour}
	audit := session.Profile{Name: "b c", Org: acme, Role: "arn:aws:iam::210987654321:role/Audit", Source: &prod, ExternalID: "x",
		Confirm: true, Color: "cyan", Title: true,
		Chaining: session.Chaining{SessionName: "jane@audit", SourceIdentity: "jane",
			Tags: []session.Tag{{Key: "Project", Value: "a b"}, {Key: "team:x"}}, TransitiveTags: []string{"Project"}},
		Policies: session.SessionPolicies{Inline: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
			ARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}},
		ReadOnlyPolicy:  session.ViewOnlyAccess,
		AllowedAccounts: []string{"210987654321"}, MaxDuration: time.Hour}
	for name, want := range map[string]session.Profile{"prod": prod, "b c": audit, "Ü": {Name: "Ü", Org: beta}} {
		if got, err := f.Profile(name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := f.Org("beta"); err != nil || !reflect.DeepEqual(got, beta) {
		t.Errorf("%+v, %v", got, err)
	}
	if got := f.Names(); !reflect.DeepEqual(got, []string{"b c", "prod", "Ü"}) {
		t.Error(got)
	}
	if got := f.OrgNames(); !reflect.DeepEqual(got, []string{"acme", "beta"}) {
		t.Error(got)
	}
	var unknown *UnknownNameError
	if _, err := f.Profile("pord"); !errors.As(err, &unknown) || !reflect.DeepEqual(unknown.Near, []string{"prod"}) ||
		err.Error() != `there is no profile "pord" in c.toml; did you mean "prod"?` {
		t.Error(err)
	}
	if _, err := f.Org("acm"); !errors.As(err, &unknown) || unknown.Kind != "identity provider" {
		t.Error(err)
	}
	var several *AmbiguousOrgError
	if _, err := f.Org(""); !errors.As(err, &several) {
		t.Error(err)
	}
}

// TestMistakes: what people get wrong in TOML is said as it is, at its place, and
// no value is quoted.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"[profile prod]\nrole = 'x'\n": "1:10: write [profile.prod], with a dot",
		"[profile\tprod]\n":            "1:10: write [profile.prod], with a dot",
		"[profile \"my prod\"]\n":      "1:10: write [profile.\"my prod\"], with a dot",
		"[idp acme]\r\nurl = 'x'\r\n":  "1:6: write [idp.acme], with a dot",
		"[profile:prod]\n":             "1:9: write [profile.prod], with a dot",
		"[profile.my prod]\n":          "1:13: this name stands in quotes: [profile.\"my prod\"]",
		"[profile.a.b]\nrole = 'x'\n": "1:12: unknown key \"b\" in [profile.a]; if the name is a.b, it stands in " +
			"quotes: [profile.\"a.b\"]",
		"[profile.\u201cx\u201d]\n":                     "1:10: \u201c is a typographic quote: write \"",
		"[idp.a]\nurl = \u201chunter2\u201d\n":          "2:7: \u201c is a typographic quote",
		"[idp.a]\nurl = \u2018hunter2\u2019\n":          "2:7: \u2018 is a typographic quote",
		"[idp.a]\nurl = \"hunter2\u201d\n":              "2:15: \u201d is a typographic quote",
		"# é\n[idp.a]\nurl = \u201ehunter2\u201c\n":     "3:7: \u201e is a typographic quote",
		"[idp.a]\n\u00a0url = 'hunter2'\n":              "2:1: here is an invisible character (U+00A0)",
		"[idp.a]\nurl =\u00a0'hunter2'\n":               "2:6: here is an invisible character (U+00A0)",
		"[idp.a]\n\ufeffurl = 'hunter2'\n":              "2:1: here is an invisible character (U+FEFF)",
		"\ufeff[idp.a]\n\u200burl = 'hunter2'\n":        "2:1: here is an invisible character (U+200B)",
		"[idp.a]\nurl: 'hunter2'\n":                     "2:4: write url = …, with = in place of :",
		"[idp.a]\nurl = hunter2\n":                      "2:7: a text stands in quotes: write url = \"…\"",
		"[idp.a]\n\turl = hunter2\n":                    "2:8: a text stands in quotes",
		"[idp.a]\nurl = \"hunter2\";\n":                 "2:16: remove the ; after the value",
		"[idp.a]\nurl = \n":                             "2:7: url has no value",
		"[idp.a]\nremember = True\n":                    "2:12: write remember = true or remember = false",
		"[idp.a]\nremember = yes # mine\n":              "2:12: write remember = true or remember = false",
		"[idp.a]\nbrowser_path = \"C:\\Users\\jane\"\n": "2:21: in double quotes \\ begins an escape",
		"[idp.a] url = 'hunter2'\n":                     "1:9: nothing but a comment stands after a table's name",
		"[idp.a]\nmfa = 'x' url = 'hunter2'\n":          "2:11: each key stands in a line of its own",
		"idp:\n  acme: hunter2\n":                       "1:4: write idp = …",
		"[profile.a]\nduration = 8h\n":                  "2:13: a text stands in quotes: write duration = \"…\"",
		"[profile.a]\naccount = 012345678901\n":         "2:11: a text stands in quotes: write account = \"…\"",
		"[idp.a]\nurl = <hunter2>\n":                    "2:7: a text stands in quotes: write url = \"…\"",
		"[idp.a]\nurl = /hunter2\n":                     "2:7: a text stands in quotes: write url = \"…\"",
		"[idp.a]\npassword_command = [pass, hunter2]\n": "2:21: a text stands in quotes, also in a list or a table",
		"[profile.a]\ntags = { a = hunter2 }\n":         "2:14: a text stands in quotes, also in a list or a table",
		"[idp.a]\nurl = 'hunter2\"\n":                   "2:16: this text has no end",
		"[idp.a]\nurl = \"hunter2\n":                    "2:15: this text has no end",
		"[idp.a]\nurl = `hunter2`\n":                    "2:7: ` is a typographic quote",
		"[idp.a]\nurl = \u300chunter2\u300d\n":          "2:7: \u300c is a typographic quote",
		"[idp.a]\nurl\uff1d'hunter2'\n":                 "2:4: \uff1d is a wide character: write =",
		"\uff3bidp.a\uff3d\n":                           "1:1: \uff3b is a wide character: write [",
		"[idp.a]\nurl == 'hunter2'\n":                   "2:6: write url = …, with one =",
		"[idp.a]\nurl => 'hunter2'\n":                   "2:6: write url = …, with one =",
		"// mine\n[idp.a]\n":                            "1:1: a comment begins with #, not with //",
		"[idp.a]\n  ; hunter2\n":                        "2:1: a comment begins with #, not with ;",
		"-- mine\n":                                     "1:1: a comment begins with #, not with --",
		"[idp.a]\nmfa = 'totp'\r\r\n":                   "2:13: here is a carriage return alone",
		"\n\r":                                          "2:1: here is a carriage return alone",
		"\xff\xfe[\x00i\x00":                            "1:1: the file is UTF-16: save it as UTF-8",
		"\xfe\xff\x00[\x00i":                            "1:1: the file is UTF-16",
		"[\x00i\x00d\x00":                               "1:1: the file is UTF-16",
		"[idp.a]\rurl = 'hunter2'\r":                    "1:1: the lines end with a carriage return alone",
	} {
		_, err := Parse("/c.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "/c.toml:"+want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestCleanURL: a host is what the browser makes of it.
func TestCleanURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://acme.okta.com/home/A/b?x=Y#Z":        "https://acme.okta.com/home/A/b?x=Y#Z",
		"https://ACME.Okta.com/home/A":                "https://acme.okta.com/home/A",
		"https://acme.okta.com:443/home/A?u=ACME":     "https://acme.okta.com/home/A?u=ACME",
		"https://acme.okta.com./home/A":               "https://acme.okta.com/home/A",
		"https://Acme.okta.com.:443":                  "https://acme.okta.com",
		"https://acme.okta.com:":                      "https://acme.okta.com",
		"https://acme.okta.com:8443/x":                "https://acme.okta.com:8443/x",
		"HTTPS://acme.okta.com/x":                     "https://acme.okta.com/x",
		"http://LOCALHOST:80/x":                       "http://localhost/x",
		"http://127.0.0.1:443/x":                      "http://127.0.0.1:443/x",
		"http://[::1]:8080/x":                         "http://[::1]:8080/x",
		"https://xn--mnchen-3ya.example/x":            "https://xn--mnchen-3ya.example/x",
		"https://acme.okta.com/login?next=https://b/": "https://acme.okta.com/login?next=https://b/",
		"https://acme.okta.com:0443/x":                "https://acme.okta.com/x",
		"https://acme.okta.com:08443/x":               "https://acme.okta.com:8443/x",
		"http://[::1]:0080/x":                         "http://[::1]/x",
		"http://[0:0:0:0:0:0:0:1]:8080/x":             "http://[::1]:8080/x",
		"http://localhost.:8080":                      "http://localhost:8080",
		"https://sso_1.example.com/x":                 "https://sso_1.example.com/x",
		"https://10.0.0.1/x":                          "https://10.0.0.1/x",
		"https://acme.7up/x":                          "https://acme.7up/x",
	} {
		if got, err := cleanURL(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"https://acme.okta.com../x": `"acme.okta.com." is not a host name`, "https://acme..okta.com": "is not a host name",
		"https://.okta.com": "is not a host name", "https://*.okta.com": "is not a host name",
		"https://<acme>.okta.com": "is not a host name",
		"https://acme,okta.com/x": "is not a host name", "https://acme.okta.com;x/": "is not a host name",
		"https://-acme.okta.com": "is not a host name", "https://127.1/x": "is not a host name", "https://2130706433": "is not a host name",
		"https://0x7f000001/": "is not a host name", "http://[::1%25lo]/x": "is not a host name",
		"https://[::ffff:127.0.0.1]/": "is not a host name", "https://127.0.0.01": "is not a host name",
		"https://acme.okta.com:99999/x": "99999 is not a port", "https://acme.okta.com:0/x": "0 is not a port",
		"https://acme.okta.com\\@evil.com": "url is not an https:// address", "https://@acme.okta.com": "what stands before the @",
		"https://ac\u00adme.okta.com": "xn--", "https://acme\u3002okta.com": "xn--", "https://acme.okta.com\u200b": "xn--",
	} {
		if got, err := cleanURL(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	f, err := Parse("c", []byte("[idp.a]\nurl = 'https://ACME.okta.com:443/x'\nallowed_hosts = ['SSO.Example.', '10.0.0.1']\n"))
	if err != nil || f.orgs[0].URL != "https://acme.okta.com/x" ||
		!reflect.DeepEqual(f.orgs[0].AllowedHosts, []string{"sso.example", "10.0.0.1"}) {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestASCIIHost: as Python's idna codec and RFC 3492, section 7.1, have them.
func TestASCIIHost(t *testing.T) {
	for host, want := range map[string]string{
		"acme.okta.com": "acme.okta.com", "bücher.example": "xn--bcher-kva.example", "аcme.okta.com": "xn--cme-5cd.okta.com",
		"пример.испытание": "xn--e1afmkfd.xn--80akhbyknj4f", "他们为什么不说中文": "xn--ihqwcrb4cv8a8dqg056pqjye",
		"почемужеонинеговорятпорусски": "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l", "MÜNCHEN.de": "xn--mnchen-3ya.de",
	} {
		if got := asciiHost(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

func TestProblems(t *testing.T) {
	in := func(line string) string { return idp + line }
	profile := func(lines string) string { return idp + "[profile.dev]\n" + lines }
	cases := []struct{ text, want string }{
		{in(`usernme = "jane"`), `3:1: unknown key "usernme" in [idp.acme]; did you mean "username"?`},
		{in(`password = "hunter2"`), `3:1: unknown key "password" in [idp.acme]; secrets don't belong`},
		{in("\n\t  é = 1"), "4:4: "},
		{in("[idp.acme.url2]"), `3:11: unknown key "url2"`},
		{in("username.x = 'y'"), "3:1: username is a value, not a table"},
		{in("username = {x = 'y'}"), "3:1: username is a value, not a table"},
		{in("username = 3"), "3:1: username is a string, not a number"},
		{in("username = ''"), "3:1: username is empty"},
		{in(`username = "a\u001b[2J"`), "3:1: username has characters in it that can't be seen"},
		{in("type = 'from'"), `3:1: unknown type "from"; did you mean`},
		{in("type = 'form'\nmfa = 'totp'"), `4:1: mfa has no use with type "form"`},
		{in("password_command = ['x']\ntype = 'form'"), `3:1: password_command has no use with type "form"`},
		{in("type = 'form'\nremember = true"), `4:1: remember is for type "okta"`},
		{profile("session_name = 'x'"), "4:1: session_name \"x\" is not 2 to 64"},
		{profile("session_name = 'me'"), "4:1: session_name is for role chaining, and dev has no source"},
		{profile("role = '{role}'"), "4:1: role \"{role}\" is for role chaining"},
		{profile("tags = 'x'"), "4:1: tags is a table: write tags = { Key = \"value\" }"},
		{profile("tags = { a = 1 }"), "4:10: the tag a is a string, not a number"},
		{profile("tags = { 'aws:a' = 'x' }"), "4:10: \"aws:a\" can't be a tag's key"},
		{profile("tags = { a = 'x;y' }"), "4:10: the tag a has a value that AWS refuses"},
		{profile("tags = { a = { b = 'c' } }"), "4:10: the tag a is a string, not a table"},
		{profile("transitive_tags = ['a']"), "4:1: transitive_tags names \"a\", which is not among the tags"},
		{profile("policy = '[]'"), "4:1: policy is not a JSON object"},
		{profile("policy = '{'"), "4:1: policy is not a JSON object"},
		{profile("policy = '{}'"), "4:1: policy has no Statement"},
		{profile(`policy = '{"Statement":{"Effect":"Deny"}}'`), "4:1: the policy allows nothing"},
		{
			profile(`read_only = true` + "\n" + `policy = '{"Statement":{"Effect":"Allow"}}'`),
			"5:1: AWS allows what any session policy allows",
		},
		{profile("read_only = true\npolicy_arns = ['arn:aws:iam::aws:policy/X']"), "5:1: AWS allows what any session policy allows"},
		{profile("read_only = 'yes'"), "4:1: read_only is true or false"},
		{profile("color = 'orange'"), `4:1: color is red, green, yellow, blue, magenta or cyan, not "orange"`},
		{profile("color = 'Red'"), `4:1: color is red, green, yellow, blue, magenta or cyan, not "Red"`},
		{profile("color = ''"), "4:1: color is empty"},
		{profile("color = 31"), "4:1: color is a string, not a number"},
		{profile("title = 'yes'"), "4:1: title is true or false"},
		{profile("read_only_policy = 'AdministratorAccess'"), "4:1: unknown read_only_policy"},
		{
			profile("role = 'arn:aws:iam::123456789012:role/x'\npolicy_arns = ['arn:aws-cn:iam::aws:policy/X']"),
			"5:1: the policy arn:aws-cn",
		},
		{profile("policy_arns = ['x']"), "4:1: policy_arns: \"x\" is not a policy's ARN"},
		{profile("allowed_accounts = ['1']"), "4:1: allowed_accounts: \"1\" is not 12 digits"},
		{profile("account = '123456789012'\nallowed_accounts = ['210987654321']"),
			"5:1: account 123456789012 of this profile is not among allowed_accounts"},
		{profile("duration = '2h'\nmax_duration = '1h'"), "4:1: duration 2h is above max_duration, which is 1h"},
		{in("type = 'Okta'"), `3:1: unknown type "Okta"; did you mean "okta"?`},
		{in("mfa = 'topt'"), `3:1: mfa: unknown factor "topt"; did you mean totp`},
		{in("browser = 'vsible'"), `3:1: unknown browser "vsible"; did you mean "visible"?`},
		{in("sandbox = 'no'"), "3:1: sandbox is true or false, not a string"},
		{in("remember = 'yes'"), "3:1: remember is true or false, not a string"},
		{in("allowed_hosts = 'a.example'"), "3:1: allowed_hosts is a list of strings, not a string"},
		{in("allowed_hosts = []"), "3:1: allowed_hosts is empty"},
		{in("allowed_hosts = ['https://a.example']"), "3:1: allowed_hosts: \"https://a.example\" is not a host name"},
		{in("password_command = 'pass hunter2'"), "3:1: password_command is a list of strings, not a string"},
		{in("password_command = ['hunter2', 3]"), "3:1: password_command is a list of strings; number 2 in it is a number"},
		{in("password_command = ['']"), "3:1: password_command names no program"},
		{in("timeout = 90"), "3:1: timeout needs a unit"},
		{in("timeout = '9s'"), `3:1: timeout "9s" is not between 10s and 30m`},
		{in("timeout = 'soon'"), `3:1: timeout "soon" is not a duration`},
		{in("[[idp.x]]"), "3:7: [[idp.x]] is a list of tables; write [idp.x]"},
		{in("[profiles.dev]\nrole = 'x'\nregion = 'y'"), `3:2: unknown key "profiles"; did you mean "profile"?`},
		{"idp = 3", "1:1: idp is a table: write [idp.NAME]"},
		{"idp.acme = 3", "1:5: idp.acme is a table: write [idp.acme]"},
		{"[idp.acme]", "1:6: [idp.acme] has no url"},
		{"[idp.'']\nurl = 'https://x'", `1:6: [idp.""] needs a name`},
		{"[idp.a]\nurl = 'http://acme.okta.com'", "2:1: url is http; a password needs https"},
		{"[idp.a]\nurl = 'http://127.0.0.1.example.com'", "2:1: url is http"},
		{"[idp.a]\nurl = 'ftp://acme.okta.com'", "2:1: url is not an https:// address"},
		{"[idp.a]\nurl = 'https://acme.oktapreview.com/'", "2:1: url: that is your Okta home page, not the AWS app"},
		{"[idp.a]\nurl = 'https://acme.okta.com/app/UserHome?x=1'", "2:1: url: that is your Okta home page, not the AWS app"},
		{"[idp.a]\nurl = 'https://acme.okta.com/home/amazon_aws_sso/0oa1/272'", "2:1: url: that is AWS IAM Identity Center"},
		{"[idp.a]\nurl = 'acme.okta.com'", "2:1: url is not an https:// address"},
		{"[idp.a]\nurl = 'https:///x'", "2:1: url names no host"},
		{"[idp.a]\nurl = 'https://jane:hunter2@acme.okta.com'", "2:1: url holds a username or a password"},
		{profile("role = 'arn:aws:iam::1:role/x'"), "4:1: role \"arn:aws:iam::1:role/x\" is not a role ARN"},
		{profile("role = 'a b'"), `4:1: role "a b" is neither`},
		{profile("account = 012345678901"), "4:"},
		{profile("account = 123456789012"), "4:1: account is a string: write it in quotes, or leading zeros are lost"},
		{profile("account = '12345678901'"), `4:1: account "12345678901" is not 12 digits`},
		{profile("account = '123456789012'\nrole = 'arn:aws:iam::210987654321:role/x'"), `4:1: account "123456789012" contradicts`},
		{profile("region = 'EU West'"), `4:1: region: "EU West"`},
		{profile("region = 'eu-wst-1'"), `4:1: region: there is no AWS region "eu-wst-1"; did you mean "eu-west-1"?`},
		{profile("region = 'eu-west-1a'"), `4:1: region: "eu-west-1a" is an availability zone; its region is "eu-west-1"`},
		{profile("region = 'eu-west'"), `4:1: region: "eu-west" is not an AWS region`},
		{profile("region = 'frankfurt'"), `4:1: region: "frankfurt" is not an AWS region (example: eu-west-1)`},
		{profile("region = 'us-gov-esat-1'"), `4:1: region: there is no AWS region "us-gov-esat-1"; did you mean "us-gov-east-1"?`},
		{profile("role = 'arn:aws:iam::123456789012:role/x'\nregion = 'us-gov-west-1'"),
			`5:1: region "us-gov-west-1" is in AWS GovCloud (US), but the role is in commercial AWS`},
		{profile("role = 'arn:aws-cn:iam::123456789012:role/x'\nregion = 'eu-west-1'"),
			`5:1: region "eu-west-1" is in commercial AWS, but the role is in AWS China`},
		{profile("duration = 8"), `4:1: duration needs a unit`},
		{profile("duration = '14m'"), `4:1: duration "14m" is not between 15m and 12h`},
		{profile("duration = 8h"), `4:13: a text stands in quotes: write duration = "…"`},
		{profile("confirm = 1"), "4:1: confirm is true or false, not a number"},
		{profile("duration = 1979-05-27"), "4:1: duration is a string, not a date or time"},
		{profile("external_id = 'x'"), "4:1: external_id is for role chaining"},
		{profile("role = 'x'\nprovider = 'Okta'"), `5:1: provider "Okta" is not the ARN of a SAML provider`},
		{profile("role = 'x'\nprovider = 'arn:aws:iam::123456789012:saml-provider/'"), "5:1: provider \"arn:"},
		{profile("role = 'x'\nprovider = 'arn:aws:iam::123456789012:role/x'"), `5:1: provider "arn:aws:iam::123456789012:role/x" is not the ARN of a SAML provider`},
		{profile("role = 'x'\nprovider = ''"), "5:1: provider "},
		{profile("provider = 'arn:aws:iam::123456789012:saml-provider/o'"), "4:1: provider is for a role: write role = "},
		{profile("role = 'x'\naccount = '210987654321'\nprovider = 'arn:aws:iam::123456789012:saml-provider/o'"),
			"6:1: provider \"arn:aws:iam::123456789012:saml-provider/o\" is of another account than the profile's role"},
		{profile("role = 'arn:aws-us-gov:iam::123456789012:role/x'\nprovider = 'arn:aws:iam::123456789012:saml-provider/o'"),
			"5:1: provider \"arn:aws:iam::123456789012:saml-provider/o\" is of another account than the profile's role"},
		{profile("source = 'p'\nrole = 'arn:aws:iam::123456789012:role/x'\nprovider = 'arn:aws:iam::123456789012:saml-provider/o'\n" +
			"[profile.p]\nrole = 'x'"), "6:1: provider is for a role that is signed in for, and dev has a source"},
		{profile("idp = 'acne'"), `4:1: there is no [idp.acne]; did you mean "acme"?`},
		{profile("source = 'pord'\nrole = 'arn:aws:iam::210987654321:role/x'\n[profile.prod]"),
			`4:1: there is no [profile.pord] to be the source; did you mean "prod"?`},
		{profile("source = 'prod'\n[profile.prod]"), `3:10: profile "dev" has a source, so it needs a role's ARN`},
		{profile("source = 'prod'\nrole = 'x'\n[profile.prod]"), `5:1: role "x" of a profile with a source has to be an ARN`},
		{profile("source = 'prod'\nidp='beta'\nrole = 'arn:aws:iam::210987654321:role/x'\n[profile.prod]\nidp = " +
			"'acme'\n[idp.beta]\nurl='https://x'"),
			`5:1: idp "beta" contradicts the source "prod", which signs in at "acme"`},
		{
			idp + "[idp.beta]\nurl = 'https://x'\n[profile.dev]",
			`5:10: profile "dev" names no identity provider, and there are several: "acme", "beta"`,
		},
		{"[profile.dev]", `1:10: profile "dev" has nowhere to sign in`},
		{idp + "[profile.-x]", `3:10: the name of profile "-x" begins with -`},
		{idp + `[profile."a\u001b"]`, `3:10: the name of profile "a\x1b" has characters in it that can't be seen`},
		{idp + `[profile.""]`, `3:10: [profile.""] needs a name`},
		{"a = 1\na = 2", "2:1: key a is already defined"},
		{"# \xff", "1:3: the file is not UTF-8"},
		{"é = 'x' y", "1:1: "},
		{"[idp.a]\nurl = 'https://\u0430cme.okta.com/home/x'",
			"2:1: url: the host is not written in plain letters: it is xn--cme-5cd.okta.com; write that"},
		{"[idp.a]\nurl = 'https://m\u00fcnchen.example:443'",
			"2:1: url: the host is not written in plain letters: it is xn--mnchen-3ya.example; write that"},
		{"[idp.a]\nurl = ' https://acme.okta.com'", "2:1: url begins or ends with a blank"},
		{in("allowed_hosts = ['a.example', '\u0430cme.okta.com']"),
			"3:1: allowed_hosts: number 2: the host is not written in plain letters: it is xn--cme-5cd.okta.com"},
		{in("allowed_hosts = ['a.example:443']"),
			`3:1: allowed_hosts: "a.example:443" is not a host name; write it without scheme, port and path`},
	}
	for _, c := range cases {
		_, err := Parse("/c.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), "/c.toml:"+c.want) {
			t.Errorf("%q\n got %v\nwant %s", c.text, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a secret is quoted: %v", err)
		}
		if strings.Contains(err.Error(), "\x1b") {
			t.Errorf("an escape sequence gets through: %q", err)
		}
	}
}

func TestCycle(t *testing.T) {
	const role = "role = 'arn:aws:iam::210987654321:role/x'\n"
	_, err := Parse("c", []byte(idp+"[profile.a]\nsource = 'b'\n"+role+"[profile.b]\nsource = 'c'\n"+role+"[profile.c]\nsource = 'b'\n"+
		role))
	if err == nil || err.Error() != `c:7:1: the sources of profile "b" go in a circle: b → c → b` {
		t.Error(err)
	}
	_, err = Parse("c", []byte(idp+"[profile.a]\nsource = 'a'\n"+role))
	if err == nil || !strings.Contains(err.Error(), "a → a") {
		t.Error(err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	_, err := Parse("c", []byte("[profile.a]\nregoin = 'x'\nduration = 3\n[idp.b]\nurl = 3\n[x]\n"))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if !reflect.DeepEqual(lines, []int{2, 3, 5, 6}) {
		t.Errorf("%v\n%v", lines, err)
	}
}

func TestEmpty(t *testing.T) {
	for _, text := range []string{"", "\ufeff", "\r\n", "# nothing\n", "[profile]\n[idp]\n"} {
		f, err := Parse("c", []byte(text))
		if err != nil || len(f.Names()) != 0 {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var unknown *UnknownNameError
		if _, err := f.Org(""); !errors.As(err, &unknown) {
			t.Error(err)
		}
	}
	f, err := Parse("c", []byte(exampleText))
	if err != nil {
		t.Fatal(err)
	}
	if o, err := f.Org(""); err != nil || o.Name != "acme" {
		t.Error(o, err)
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	_, err := Load(path)
	var missing *MissingError
	if !errors.As(err, &missing) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) ||
		!strings.Contains(err.Error(), "no configuration yet") {
		t.Error(err)
	}
	if _, err := Load(filepath.Dir(path)); err == nil || errors.As(err, &missing) {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte(exampleText), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := Load(path); err != nil || !reflect.DeepEqual(f.Names(), []string{"dev"}) {
		t.Error(f, err)
	}
}

func TestPath(t *testing.T) {
	cases := []struct {
		flag    string
		environ map[string]string
		home    string
		goos    string
		want    string
	}{
		{"x.toml", map[string]string{"STSX_CONFIG": "/y"}, "/h", "linux", "x.toml"},
		{"", map[string]string{"STSX_CONFIG": "/y", "XDG_CONFIG_HOME": "/z"}, "/h", "linux", "/y"},
		{"", map[string]string{"XDG_CONFIG_HOME": "/z"}, "/h", "linux", "/z/stsx/config.toml"},
		{"", map[string]string{"XDG_CONFIG_HOME": "z"}, "/h", "linux", "/h/.config/stsx/config.toml"},
		{"", nil, "/h", "darwin", "/h/.config/stsx/config.toml"},
		{"", nil, "/", "linux", "/.config/stsx/config.toml"},
		{"", nil, "", "linux", ""},
		{"", map[string]string{"AppData": `C:\Users\j\AppData\Roaming`}, `C:\Users\j`, "windows",
			`C:\Users\j\AppData\Roaming\stsx\config.toml`},
		{"", nil, `C:\Users\j`, "windows", ""},
	}
	for _, c := range cases {
		if runtime.GOOS == "windows" && c.goos != runtime.GOOS { // another rule of what is absolute
			continue
		}
		got, err := Path(c.flag, func(name string) string { return c.environ[name] }, c.home, c.goos)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(exampleText))
	for _, seed := range []string{"", "[[idp.x]]", "idp.'a\\u0000' = {url.x = [{}]}", "\ufeff[profile.\"\"]\nsource=''", "a=\"\xff\"",
		"[idp.a]\nurl='https://[::1'\n[profile.x]\nsource='x'"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("c", text)
		if err == nil {
			for _, name := range file.Names() {
				if p, err := file.Profile(name); err != nil || p.Root().Org.URL == "" {
					t.Errorf("%q: %+v, %v", name, p, err)
				}
			}
			return
		}
		problems, ok := err.(Problems)
		if !ok || len(problems) == 0 {
			t.Fatalf("%T %v", err, err)
		}
		lines := strings.Count(string(text), "\n") + 1
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Line > lines || p.Text == "" {
				t.Errorf("%+v", p)
			}
			if !session.IsVisible(p.Text) {
				t.Errorf("%q", p.Text)
			}
		}
	})
}
