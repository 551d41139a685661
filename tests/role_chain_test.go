//go:build unix

package tests

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

const (
	there  = "arn:aws:iam::210987654321:role/Admin"
	deep   = "arn:aws:iam::333333333333:role/path/Deep"
	deploy = "arn:aws:iam::123456789012:role/ops/Deploy"
)

// TestChain: a role of a role of a role, each asked for with the session before
// it and what its profile says, as STS received it; circles are refused.
func TestChain(t *testing.T) {
	t.Parallel()
	const profiles = `[profile.prod]
role = "` + adminRole + `"
duration = "8h"
region = "eu-west-1"
[profile.there]
source = "prod"
role = "{role}"
account = "210987654321"
duration = "8h"
region = "eu-west-2"
tags = { Project = "a b", Team = "x" }
transitive_tags = ["Project"]
[profile.deep]
source = "there"
role = "` + deep + `"
external_id = "x-1"
source_identity = "jane"
region = "eu-west-3"
`
	d := newChainDesk(t, okta.Config{}, profiles)
	r := d.wantStatus(d.run("exec", "deep", "--", "sh", "-c", "echo $STSX_ACCOUNT $STSX_ROLE $AWS_REGION"), 0)
	if r.stdout != "333333333333 Deep eu-west-3\n" {
		t.Error(r)
	}
	log := d.aws.Log()
	if len(log) != 3 || d.countEvents(okta.Asserted) != 1 {
		t.Fatalf("%d sign-ins, %+v", d.countEvents(okta.Asserted), log)
	}
	keys := map[string]string{}
	for _, profile := range []string{"prod", "there"} {
		keys[profile] = strings.TrimSpace(d.wantStatus(d.run("exec", profile, "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID"), 0).stdout)
	}
	for i, want := range []struct {
		action, role, region, key string
		duration                  time.Duration
		extras                    url.Values
	}{
		{"AssumeRoleWithSAML", adminRole, "eu-west-1", "", 8 * time.Hour, nil},
		{"AssumeRole", there, "eu-west-2", keys["prod"], time.Hour, url.Values{"RoleSessionName": {jane},
			"Tags.member.1.Key": {"Project"}, "Tags.member.1.Value": {"a b"}, "Tags.member.2.Key": {"Team"}, "Tags.member.2.Value": {"x"},
			"TransitiveTagKeys.member.1": {"Project"}}},
		{"AssumeRole", deep, "eu-west-3", keys["there"], time.Hour,
			url.Values{"RoleSessionName": {jane}, "ExternalId": {"x-1"}, "SourceIdentity": {"jane"}}},
	} {
		c := log[i]
		if c.Action != want.action || c.Role != want.role || c.AccessKey != want.key || c.Duration != want.duration ||
			c.Extras != want.extras.Encode() {
			t.Errorf("call %d is %+v, not %+v", i, c, want)
		}
		if want.action == "AssumeRole" && c.Region != want.region { // AssumeRoleWithSAML is not signed, so it says none
			t.Errorf("call %d is for %s, not %s", i, c.Region, want.region)
		}
	}
	circle := filepath.Join(d.home, "circle.toml")
	d.writeFile(circle, textOf(t, d.configPath())+`
[profile.a]
source = "b"
role = "`+deep+`"
[profile.b]
source = "c"
role = "`+deep+`"
[profile.c]
source = "a"
role = "`+deep+`"
`, 0o600)
	d.wantText(d.wantStatus(d.run("login", "prod", "--config", circle), 1).stderr,
		`the sources of profile "a" go in a circle: a → b → c → a`)
}

// TestGuards: what the configuration forbids costs no sign-in where that is
// known before, and nothing is asked of AWS.
func TestGuards(t *testing.T) {
	t.Parallel()
	d := newChainDesk(t, okta.Config{SessionDuration: 8 * time.Hour}, `remember = true
allowed_accounts = ["123456789012"]
[profile.prod]
role = "`+adminRole+`"
confirm = true
[profile.deploy]
source = "prod"
role = "`+deploy+`"
[profile.far]
role = "Audit"
[profile.own]
role = "Admin"
allowed_accounts = ["999999999999"]
[profile.short]
role = "Dev"
max_duration = "1h"
`)
	const guard = `may not use account 210987654321: allowed_accounts in the configuration names 123456789012`
	d.wantText(d.wantStatus(d.run("exec", "far", "--role", auditRole, "--", "true"), 5).stderr, guard,
		"hint: allowed_accounts in your configuration blocks this")
	d.wantText(d.wantStatus(d.run("login", "short", "--duration", "8h"), 2).stderr,
		"--duration is above max_duration of short, which is 1h")
	d.wantText(d.wantStatus(d.run("exec", "deploy", "--", "true"), 3).stderr, "a yes to using deploy is required",
		"the profile prod says confirm = true")
	term := d.openTerminal("exec", "deploy", "--", "true")
	term.waitFor("Use deploy (role " + deploy + ") from prod (role ")
	term.waitFor("[y/N]")
	term.typeText("\r")
	if r := term.wait(); r.status != 125 {
		t.Error(r)
	}
	if n := d.countEvents(okta.Requested); n != 0 {
		t.Errorf("%d sign-ins were begun", n)
	}
	d.wantText(d.wantStatus(d.run("exec", "far", "--", "true"), 5).stderr, guard)
	d.wantText(d.wantStatus(d.run("exec", "own", "--", "true"), 5).stderr,
		`"own" may not use account 123456789012: allowed_accounts in the configuration names 999999999999`)
	if log := d.aws.Log(); len(log) != 0 {
		t.Errorf("AWS was asked: %+v", log)
	}
	// The assertion's eight hours are not asked for.
	d.wantStatus(d.run("login", "short"), 0)
	if got := d.askedDurations("AssumeRoleWithSAML"); len(got) != 1 || got[0] != time.Hour {
		t.Errorf("STS was asked for %v", got)
	}
	term = d.openTerminal("exec", "deploy", "--", "echo", "it is", "done")
	term.waitFor("[y/N]")
	term.typeText("y\r")
	term.waitFor("it is done")
	if r := term.wait(); r.status != 0 {
		t.Error(r)
	}
	// Its session is in the store now, and still it is asked.
	d.wantStatus(d.run("exec", "deploy", "--", "true"), 3)
}
