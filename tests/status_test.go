//go:build unix

package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestSessions is the life of sessions at one desk: opened together, served
// without browser or STS, listed, told apart and forgotten.
func TestSessions(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
	signIns := func(want int) {
		t.Helper()
		if n := d.countEvents(okta.Asserted); n != want {
			t.Fatalf("%d sign-ins, want %d", n, want)
		}
	}
	r := d.wantStatus(d.run("login", "prod", "dev", "audit"), 0)
	signIns(1)
	if r.stdout != "" {
		t.Errorf("%s", r)
	}
	d.wantText(r.stderr, "prod: Admin in 123456789012, 59m left", "dev: Dev in 123456789012, 59m left",
		"audit: team/Audit in 210987654321, 59m left")
	calls := len(d.aws.Log())

	// Served from what is kept: no browser can be found, no STS answers, the
	// password is wrong.
	away := d.with("STSX_PASSWORD=hunter2", "STSX_BROWSER_PATH=/nowhere", "AWS_ENDPOINT_URL=http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_STS=http://127.0.0.1:1")
	r = away.wantStatus(away.run("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE $AWS_REGION $AWS_DEFAULT_REGION"), 0)
	if r.stdout != "Admin eu-west-1 eu-west-1\n" || r.stderr != "" {
		t.Errorf("%s", r)
	}
	r = away.wantStatus(away.run("exec", "prod", "--region", "eu-west-3", "--", "sh", "-c", "echo $AWS_REGION"), 0)
	if r.stdout != "eu-west-3\n" {
		t.Errorf("%s", r)
	}
	away.wantStatus(away.run("login", "prod", "dev", "audit"), 0)
	if len(d.aws.Log()) != calls {
		t.Errorf("STS was asked: %v", d.aws.Log()[calls:])
	}

	r = d.wantStatus(d.run("status"), 0)
	d.wantText(r.stdout,
		"PROFILE  ACCOUNT       ROLE        LEFT\naudit    210987654321  team/Audit  59m\ndev      123456789012  Dev         59m\nprod  "+
			"   123456789012  Admin       59m\n",
		"\nsession encryption key: kernel keyring\npasswords: not saved: ")
	var report struct {
		Sessions []map[string]any
		Key      string `json:"session_key"`
	}
	if err := json.Unmarshal([]byte(d.wantStatus(d.run("status", "--json"), 0).stdout), &report); err != nil || len(report.Sessions) != 3 ||
		report.Key != "kernel keyring" {
		t.Fatalf("%+v, %v", report, err)
	}
	expires, err := time.Parse(time.RFC3339, report.Sessions[2]["expires"].(string))
	if s := report.Sessions[2]; err != nil || time.Until(expires) > time.Hour || s["profile"] != "prod" || s["role_arn"] != adminRole ||
		!strings.HasPrefix(s["arn"].(string), "arn:aws:sts::123456789012:assumed-role/Admin/") || s["only"] != "" || len(s) != 9 {
		t.Errorf("%v", s)
	}

	// --role and --duration have sessions of their own, which are the profile's
	// when it comes to forgetting.
	r = d.wantStatus(d.run("exec", "prod", "--role", "Dev", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	signIns(2)
	if r.stdout != "Dev\n" {
		t.Errorf("%s", r)
	}
	away.wantStatus(away.run("exec", "prod", "--role", "Dev", "--", "true"), 0)
	if r := away.wantStatus(away.run("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE"), 0); r.stdout != "Admin\n" {
		t.Errorf("the other role's session is served: %s", r)
	}
	away.wantStatus(away.run("exec", "prod", "--duration", "30m", "--", "true"), 125)
	d.wantText(d.wantStatus(d.run("logout", "prod"), 0).stderr, "2 sessions removed")
	away.wantStatus(away.run("exec", "prod", "--", "true"), 125)
	away.wantStatus(away.run("exec", "dev", "--", "true"), 0)

	// Editing what a profile asks for never serves the session of before.
	for name, edit := range map[string]func(string) string{
		"role": func(s string) string { return strings.Replace(s, `"Dev"`, `"Admin"`, 1) },
		"user": func(s string) string { return strings.Replace(s, jane, "joe@acme.example", 1) },
		"url":  func(s string) string { return strings.Replace(s, "/home/", "//home/", 1) },
	} {
		path := filepath.Join(d.home, ".config", "stsx", "config.toml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := filepath.Join(t.TempDir(), name+".toml")
		if edited := edit(string(text)); edited == string(text) || os.WriteFile(changed, []byte(edited), 0o600) != nil {
			t.Fatal(name)
		}
		if r := away.run("exec", "dev", "--config", changed, "--", "true"); r.status != 125 {
			t.Errorf("after editing the %s: %s", name, r)
		}
	}

	// --force signs in anew, once for all; --all is every profile, and one that
	// needs a person doesn't keep the others from being opened.
	d.wantStatus(d.run("login", "dev", "audit", "--force"), 0)
	signIns(3)
	d.wantStatus(d.run("logout", "--all"), 0)
	r = d.wantStatus(d.run("login", "--all"), 3)
	signIns(4)
	d.wantText(r.stderr, "prod: Admin in", "dev: Dev in", "audit: team/Audit in", "any: a choice among the 3 roles for any is required")
	away.wantStatus(away.run("exec", "audit", "--", "true"), 0)
	d.wantText(d.wantStatus(d.run("logout", "--all"), 0).stderr, "all sessions removed")
	d.wantText(d.run("status").stdout, "no active sessions")
	d.wantNoBrowserProfile()
}

// TestLastMinutes: a session within five minutes of its end counts as ended.
func TestLastMinutes(t *testing.T) {
	t.Parallel()
	requireBrowser(t)
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	d := newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {}}, Lifetime: 299 * time.Second}).withRemember()
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("exec", "prod", "--", "true"), 0)
	d.wantStatus(d.withoutBrowser().run("exec", "prod", "--", "true"), 0)
	if n := d.countEvents(okta.Asserted); n != 2 {
		t.Errorf("%d sign-ins", n)
	}
	d.wantText(d.run("status").stdout, "prod     123456789012  Admin  4m")
}

// TestConfirmFirst: a profile with confirm = true is used after a yes only.
func TestConfirmFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).with("STSX_PASSWORD=" + janePassword)
	d.writeConfig("[idp.acme]\nurl = \"" + d.org.EmbedURL() + "\"\nusername = \"" + jane +
		"\"\n[profile.prod]\nrole = \"Admin\"\nconfirm = true\n")
	term := d.openTerminal("exec", "prod", "--", "echo", "in")
	term.waitFor("Use prod (role Admin)? [y/N]")
	term.typeText("\r")
	if r := term.wait(); r.status != 125 || d.countEvents(okta.Requested) != 0 {
		t.Errorf("%s\n%v", r, d.org.Log())
	}
	term = d.openTerminal("exec", "prod", "--", "echo", "it is", "done")
	term.waitFor("[y/N]")
	term.typeText("y\r")
	term.waitFor("it is done")
	term.wait()
	term = d.openTerminal("login", "prod", "--force")
	term.waitFor("[y/N]")
	term.typeText("n\r")
	if r := term.wait(); r.status != 1 {
		t.Error(r)
	}
}

// TestFullOutput: data that can't be written is an error, for each verb.
func TestFullOutput(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withRemember().with("STSX_PASSWORD="+janePassword,
		"stsx="+stsxPath)
	for _, line := range []string{"", "help", "help exec", "version", "status", "status --json", "roles", "roles --json"} {
		r := d.runProgram("sh", "-c", `exec "$stsx" `+line+` >/dev/full`)
		if r.status != 1 {
			t.Errorf("stsx %s: %s", line, r)
		}
		d.wantText(r.stderr, "stsx: error: ", "no space left on device")
	}
	// Go's runtime puts /dev/null in the place of a closed standard output, which
	// then can't be told from one that was asked for: nothing breaks.
	r := d.runProgram("sh", "-c", `exec "$stsx" login prod >&-`)
	d.wantStatus(r, 0)
	d.wantStatus(d.runProgram("sh", "-c", `exec "$stsx" status >&-`), 0)
	d.wantText(d.run("status").stdout, "prod")
}
