package commands

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func TestSuggest(t *testing.T) {
	var roles []session.Role
	for _, arn := range []string{
		"arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::222222222222:role/team/Admin", "arn:aws:iam::111111111111:role/other/Admin",
		"arn:aws:iam::111111111111:role/AWS_Read.Only@x", "arn:aws:iam::111111111111:role/dev", "arn:aws:iam::111111111111:role/+=",
	} {
		role, err := session.ParseRole(arn)
		if err != nil {
			t.Fatal(err)
		}
		roles = append(roles, role)
	}
	own := []session.Table{{Kind: "profile", Name: "dev"}, {Kind: "idp", Name: "aws"}}
	want := []string{"admin-111111111111", "admin-222222222222", "admin-111111111111-2", "aws_read-only-x", "dev-111111111111", "aws"}
	if got := suggestNames(own, roles); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for address, want := range map[string]string{
		"https://acme.okta.com/home/x": "acme", "https://Login.example.com/app": "login", "http://127.0.0.1:80/x": "okta",
		"http://[::1]/x": "okta", "https://ü.example/x": "aws",
	} {
		if got := orgName(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}

func TestCheckRegion(t *testing.T) {
	for region, fits := range map[string]bool{"eu-west-1": true, "us-gov-west-1": false, "cn-north-1": false, "": false,
		"euwest1": false, "EU-WEST-1": false, "eu west 1": false} {
		if got := checkRegion(region, "aws"); (got == "") != fits {
			t.Errorf("%s: %q", region, got)
		}
	}
}

// firstRun is a wizard from nothing to the first session.
func firstRun() []exchange {
	return []exchange{
		{"AWS app link", appLink}, {"Okta username", "jane"}, {"what your 2 accounts are called?", "n"},
		{"Choose roles", "Admin team/Audit"},
		{"Name for 123456789012 Admin", "prod one"}, {"Name for 210987654321 team/Audit", ""}, {"Region (Enter: eu-west-1)", ""},
		{"Write this?", ""},
	}
}

const firstFile = "[idp.acme]\nurl      = \"" + appLink + "\"\nusername = \"jane\"\n\n[profile.\"prod one\"]\nrole   = \"" + admin +
	"\"\nregion = \"eu-west-1\"\n\n[profile.audit]\nrole   = \"" + auditRole + "\"\nregion = \"eu-west-1\"\n"

// TestWizard: from nothing to open sessions with one sign-in, with what is asked in one pass.
func TestWizard(t *testing.T) {
	d := newWizardDesk(t, firstRun()...)
	d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
	if code := d.run(); code != 0 || len(d.script) != 0 || d.text() != firstFile {
		t.Fatalf("%d, left %v\n%s\n%s", code, d.script, d.err, d.text())
	}
	want := []string{"123456789012/Admin", "123456789012/Dev", "210987654321/team/Audit"}
	if d.signIns != 1 || len(d.kept) != 2 || !slices.Equal(d.options, want) {
		t.Errorf("%d sign-ins, %d sessions, list %q", d.signIns, len(d.kept), d.options)
	}
	d.wantSaid("nothing is saved until you confirm", "it looks like https://acme.okta.com/home/amazon_aws/",
		"new file "+d.path()+":\n[idp.acme]",
		"prod one: Admin in 123456789012, 1h00m left", `next: stsx exec "prod one" -- aws sts get-caller-identity`)
	// The first command needs no sign-in.
	d.Replace = func(string, []string, []string) error { return nil }
	if code := d.run("login", "prod one", "audit"); code != 0 || d.signIns != 1 {
		t.Errorf("%d, %d sign-ins, %s", code, d.signIns, d.err)
	}
}

// TestWizardIsLeft: at whichever question it is left, nothing has changed, and that is said.
func TestWizardIsLeft(t *testing.T) {
	for i := range firstRun() {
		script := firstRun()[:i+1]
		script[i].answer = "^C"
		d := newWizardDesk(t, script...)
		d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
		if code := d.run(); code != 130 || d.text() != "" || len(d.kept) != 0 {
			t.Errorf("%q: %d, %s", script[i].prompt, code, d.err)
		}
		d.wantSaid("nothing was changed")
	}
	script := firstRun()
	script[len(script)-1].answer = "n"
	d := newWizardDesk(t, script...)
	d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
	if code := d.run(); code != 1 || d.text() != "" || !strings.Contains(d.err.String(), "cancelled: nothing was changed") {
		t.Errorf("%d, %s", code, d.err)
	}
}

// TestWizardAsksAgain: an answer that does not fit is asked for again, however often.
func TestWizardAsksAgain(t *testing.T) {
	d := newWizardDesk(t,
		exchange{"AWS app link", ""}, exchange{"AWS app link", "http://acme.okta.com"}, exchange{"AWS app link", "two words"},
		exchange{"AWS app link", "acme.okta.com"}, exchange{"find the AWS app?", "n"}, exchange{"Use it anyway?", ""},
		exchange{"AWS app link", "https://acme.okta.com/login/login.htm?fromURI=%2Fhome%2Famazon_aws%2F0oa1b2c3d4e5%2F272"},
		exchange{"Okta username", ""}, exchange{"Okta username", ""}, exchange{"Okta username", ""}, exchange{"Okta username", "jane"},
		exchange{"accounts are called?", "n"}, exchange{"Choose roles", "all"},
		exchange{"Name for", "-x"}, exchange{"Name for", "\u202ex"}, exchange{"Name for", "--"}, exchange{"Name for", "x"},
		exchange{"Name for", "x"}, exchange{"Name for", "x"}, exchange{"Name for", "y"}, exchange{"Name for", "z"},
		exchange{"Region (Enter: eu-west-3)", "mars-1"}, exchange{"Region", "cn-north-1"}, exchange{"Region", "eu-west-1a"},
		exchange{"Region", "eu-wset-1"}, exchange{"Region", "eu-west-1"}, exchange{"Write this?", "y"})
	d.region = "eu-west-3"
	if code := d.run(); code != 0 || len(d.script) != 0 {
		t.Fatalf("%d, left %v\n%s", code, d.script, d.err)
	}
	if text := d.text(); !strings.Contains(text, appLink) || strings.Count(text, `region = "eu-west-1"`) != 3 {
		t.Errorf("%s", text)
	}
	d.wantSaid("App Embed Link", "url is http", "that is your Okta home page", "there is a profile x already", "would be taken for a flag",
		`"mars-1" is not an AWS region`, "is in AWS China", "is an availability zone")
}

// TestWizardAtHome: whatever address of the org is pasted, the app is found there, with one sign-in.
func TestWizardAtHome(t *testing.T) {
	const sandbox = "https://acme.okta.com/home/amazon_aws/0oaSandbox/272"
	both := []session.App{{Label: "AWS", Link: appLink + "?fromHome=true"},
		{Label: "Sandbox", Link: strings.Replace(sandbox, "acme.okta.com", "login.acme.example", 1)}}
	const found = "found your AWS app at acme.okta.com: AWS"
	const none, refusal = "lists no AWS app for you: ask your Okta administrator", "did not list your apps (HTTP status 403)"
	for name, c := range map[string]struct {
		pasted  string
		apps    []session.App
		refused error
		script  []exchange // once signed in
		link    string
		said    string
	}{
		"one":         {"acme.okta.com", both[:1], nil, nil, appLink, found},
		"the console": {"https://acme-admin.okta.com/admin/dashboard", both[:1], nil, nil, appLink, found},
		"several":     {"https://acme.okta.com/app/UserHome?iss=x", both, nil, []exchange{{"Which AWS app", "Sandbox"}}, sandbox, ""},
		"none":        {"https://acme.okta.com/enduser/catalog", nil, nil, []exchange{{"AWS app link", appLink}}, appLink, none},
		"no link":     {"acme.okta.com/x", []session.App{{Link: "ftp://x"}}, nil, []exchange{{"AWS app link", appLink}}, appLink, none},
		"refused": {"https://acme.okta.com/login/login.htm", nil, errors.New("HTTP status 403"), []exchange{
			{"AWS app link", "acme.okta.com"}, {"AWS app link", "https://other.okta.com/home/amazon_aws/0oa/272"},
			{"AWS app link", appLink}}, appLink, refusal},
	} {
		script := append([]exchange{{"AWS app link", c.pasted}, {"Sign in at acme.okta.com and find the AWS app?", ""},
			{"Okta username", "jane"}}, c.script...)
		d := newWizardDesk(t, append(script, firstRun()[2:]...)...)
		d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
		d.apps, d.refused = c.apps, c.refused
		if code := d.run(); code != 0 || len(d.script) != 0 || d.text() != strings.Replace(firstFile, appLink, c.link, 1) {
			t.Errorf("%s: %d, left %v\n%s\n%s", name, code, d.script, d.err, d.text())
		}
		if d.signIns != 1 || len(d.kept) != 2 || d.home != "https://acme.okta.com/app/UserHome" {
			t.Errorf("%s: %d sign-ins, %d sessions, at %s", name, d.signIns, len(d.kept), d.home)
		}
		d.wantSaid(c.said)
	}
	// An app that the configuration has already goes into no second table.
	d := newWizardDesk(t, exchange{"Sign in at", "another app"}, exchange{"AWS app link", "acme.okta.com"},
		exchange{"find the AWS app?", ""}, exchange{"Okta username", "jane"}, exchange{"accounts are called?", "n"},
		exchange{"Choose roles", "Dev"}, exchange{"Name for", ""}, exchange{"Region", ""}, exchange{"Write this?", ""})
	d.apps = both[:1]
	const mine = "[idp.mine]\nurl = \"" + appLink + "\"\nusername = \"jane\"\n"
	d.write(mine)
	if code := d.run(); code != 0 || d.text() != mine+"\n[profile.dev]\nrole = \""+devRole+"\"\n" || len(d.kept) != 1 {
		t.Errorf("%d, %d sessions, %s\n%s", code, len(d.kept), d.err, d.text())
	}
}

// TestWizardAgain: a profile that is there can get another name, region or duration or be
// taken away, however it names its role, and all else stays byte for byte.
func TestWizardAgain(t *testing.T) {
	const mine = "# mine\n[idp.acme] # the org\nurl = \"" + appLink + "\"\nusername = \"jane\"\n\n[profile.p]\nrole = \"" + admin +
		"\"\nregion = 'eu-west-1' # near\n[profile.audit]\nrole = \"Audit\" # by its name\naccount = \"210987654321\"\n"
	const later = "\n[profile.dev]\nrole = \"" + devRole + "\"\n"
	moved := strings.Replace(mine, "'eu-west-1'", `"eu-west-3"`, 1)
	signIn := []exchange{{"Sign in at", "acme"}, {"accounts are called?", "n"}}
	writeIt, keep := exchange{"Write this?", ""}, exchange{"Change names, regions or durations of the 2 profiles you have?", ""}
	dev := []exchange{{"Name for 123456789012 Dev", ""}, {"Region (Enter: none)", ""}, writeIt}
	change := func(answers ...string) []exchange {
		script := []exchange{{"Choose roles", "nothing new"}, {keep.prompt, "y"}}
		for i, prompt := range []string{"Name for 123456789012 Admin", "Region of p (Enter: eu-west-1)", "Duration of p (Enter: none)",
			"Name for 210987654321 team/Audit", "Region of audit (Enter: none)", "Duration of audit (Enter: none)"} {
			script = append(script, exchange{prompt, answers[i]})
		}
		return script
	}
	renamed := strings.Replace(mine, "[profile.p]", "[profile.\"my p\"]", 1)
	for name, c := range map[string]struct {
		script []exchange
		want   string
		opened int
	}{
		"one more":   {append([]exchange{{"Choose roles", "Dev"}, keep}, dev...), mine + later, 1},
		"a region":   {append(change("", "eu-west-3", "", "", "", ""), writeIt), moved, 0},
		"the same":   {change("", "", "", "", "", ""), mine, 0},
		"not at all": {[]exchange{{"Choose roles", "nothing new"}, keep}, mine, 0},
		"new keys": {append(change("", "", "", "", "us-east-1", "8h"), writeIt),
			mine + "region = \"us-east-1\"\nduration = \"8h\"\n", 0},
		"a name": {append(change("my p", "", "", "", "", ""), writeIt), renamed, 0},
		"wrong ones": {append(slices.Insert(slices.Insert(change("audit", "", "13h", "", "", ""), 3,
			exchange{"Name for 123456789012 Admin", "my p"}), 6, exchange{"Duration of p", "8"}, exchange{"Duration of p", ""}),
			writeIt), renamed, 0},
		"one less": {append([]exchange{{"Choose roles", "-Admin (has profile p)"},
			{"durations of the 1 profile you have?", ""}}, writeIt), strings.Replace(mine, "[profile.p]\nrole = \""+admin+
			"\"\nregion = 'eu-west-1' # near\n", "", 1), 0},
		"no": {append(change("", "eu-west-3", "", "", "", ""), exchange{"Write this?", "n"}), mine, 0},
	} {
		d := newWizardDesk(t, append(slices.Clone(signIn), c.script...)...)
		d.write(mine)
		code := d.run()
		if (code == 0) != (name != "no") || len(d.script) != 0 || d.text() != c.want || d.signIns != 1 || len(d.kept) != c.opened {
			t.Errorf("%s: %d, left %v, %d sign-ins, %d sessions, %s\n%s", name, code, d.script, d.signIns, len(d.kept), d.err, d.text())
		}
		if name == "the same" {
			d.wantSaid("is already up to date")
		}
	}
}

// TestWizardOthers: profiles of another idp and those that are assumed from one are not this
// list's, and one that another is assumed from stays.
func TestWizardOthers(t *testing.T) {
	const mine = "[idp.acme]\nurl = \"" + appLink + "\"\nusername = \"jane\"\n" +
		"[idp.other]\nurl = \"https://b.okta.com/home/amazon_aws/0oa/1\"\n" +
		"[profile.p]\nidp = \"acme\"\nrole = \"" + admin + "\"\n[profile.q]\nidp = \"other\"\nrole = \"" + admin +
		"\"\n[profile.far]\nsource = \"p\"\nrole = \"" + devRole + "\"\n"
	d := newWizardDesk(t, exchange{"Sign in at", "acme"}, exchange{"accounts are called?", "n"},
		exchange{"Choose roles", "team/Audit -Admin (has profile p)"}, exchange{"durations of the 1 profile you have?", ""},
		exchange{"Name for 210987654321", ""}, exchange{"Region", ""}, exchange{"Write this?", ""})
	d.write(mine)
	want := mine + "\n[profile.audit]\nidp  = \"acme\"\nrole = \"" + auditRole + "\"\n"
	if code := d.run(); code != 0 || len(d.script) != 0 || d.text() != want {
		t.Errorf("%d, left %v, %s\n%s", code, d.script, d.err, d.text())
	}
	d.wantSaid("p stays: far is assumed from it")
	list := []string{"123456789012/Admin (has profile p)", "123456789012/Dev", "210987654321/team/Audit"}
	if !slices.Equal(d.options, list) {
		t.Errorf("%q", d.options)
	}
}

// TestWizardSessions: an assertion that has become too old is left alone, and a role that
// AWS refuses keeps no other from being opened.
func TestWizardSessions(t *testing.T) {
	d := newWizardDesk(t, firstRun()...)
	d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
	d.onAnswer = func(prompt string) {
		if strings.Contains(prompt, "Write this?") {
			d.clock = d.clock.Add(time.Hour)
		}
	}
	if code := d.run(); code != 0 || d.signIns != 1 || len(d.assumed) != 0 || d.text() != firstFile {
		t.Errorf("%d, %d sign-ins, %v\n%s", code, d.signIns, d.assumed, d.err)
	}
	d.wantSaid("next: stsx exec")

	script := firstRun()
	script[3].answer = "Refused Admin"
	script[5].prompt = "Name for 210987654321 Refused"
	d = newWizardDesk(t, script...)
	d.Environ = append(d.Environ, "AWS_REGION=eu-west-1")
	d.granted = []string{admin, "arn:aws:iam::210987654321:role/Refused", devRole}
	if code := d.run(); code != 0 || len(d.kept) != 1 {
		t.Errorf("%d, %d kept\n%s", code, len(d.kept), d.err)
	}
	d.wantSaid("prod one: Admin in 123456789012", "refused was not opened: ", "next: stsx exec")
}

// TestWizardOffers: the shell hook's line and profiles for the AWS CLI are offered once
// the configuration is written, and only a yes writes them.
func TestWizardOffers(t *testing.T) {
	const zshLine = "eval \"$(stsx init zsh)\"\n"
	for _, c := range []struct{ shell, answer, rc, want string }{
		{"bash", "y", "alias ll='ls -l'", "alias ll='ls -l'\neval \"$(stsx init bash)\"\n"},
		{"bash", "n", "alias ll='ls -l'\n", "alias ll='ls -l'\n"},
		{"bash", "y", "", "eval \"$(stsx init bash)\"\n"},
		{"bash", "", "# eval \"$(stsx init bash)\"\n", "# eval \"$(stsx init bash)\"\n"},
		{"zsh", "y", "", zshLine},
		{"zsh", "not asked", zshLine, zshLine},
		{"bash", "not asked", "eval \"$(stsx init bash)\"\n", "eval \"$(stsx init bash)\"\n"},
	} {
		script := firstRun()
		if c.answer != "not asked" {
			script = append(script, exchange{"Add it?", c.answer})
		}
		d := newWizardDesk(t, append(script, exchange{"Write this too", c.answer})...)
		d.awsDiff = "diff\n+[profile audit]\n"
		d.Environ = []string{"AWS_REGION=eu-west-1", "SHELL=/bin/" + c.shell, "HOME=" + d.dir, "ZDOTDIR=" + d.dir,
			"PATH=" + filepath.Join(d.dir, "bin")}
		if err := os.MkdirAll(filepath.Join(d.dir, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		rc := filepath.Join(d.dir, "."+c.shell+"rc")
		for path, text := range map[string]string{rc: c.rc, filepath.Join(d.dir, "bin", "stsx"): "#!/bin/sh\n"} {
			if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if code := d.run(); code != 0 || len(d.script) != 0 {
			t.Errorf("%+v: %d, left %v\n%s", c, code, d.script, d.err)
		}
		if got, err := os.ReadFile(rc); err != nil || string(got) != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
		if d.awsWrote != (c.answer == "y") {
			t.Errorf("%+v: profiles were written: %v", c, d.awsWrote)
		}
		d.wantSaid("+[profile audit]", "next: stsx exec")
	}
}

// TestWizardManyRoles: the names of many roles are agreed to at once.
func TestWizardManyRoles(t *testing.T) {
	d := newWizardDesk(t, exchange{"AWS app link", appLink}, exchange{"Okta username", "jane"}, exchange{"Choose roles", "all"},
		exchange{"Are these names right?", ""}, exchange{"Region", ""}, exchange{"Write this?", ""})
	d.granted = nil
	for i := range 30 {
		d.granted = append(d.granted, fmt.Sprintf("arn:aws:iam::123456789012:role/R%02d", i))
	}
	if code := d.run(); code != 0 || strings.Count(d.text(), "[profile.r") != 30 || len(d.kept) != 30 || d.signIns != 1 {
		t.Errorf("%d, %d sessions, %d sign-ins\n%s", code, len(d.kept), d.signIns, d.err)
	}
}
