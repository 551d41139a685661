//go:build unix

package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestDurations: the profile's, the assertion's, an hour; the longest allowed
// is found, said and remembered for a week.
func TestDurations(t *testing.T) {
	t.Parallel()
	h := time.Hour
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson(), SessionDuration: 2 * h}).withRemember()
	d = d.with("STSX_PASSWORD="+janePassword, "XDG_CACHE_HOME="+filepath.Join(t.TempDir(), "cache"))
	expect := func(want ...time.Duration) {
		t.Helper()
		if got := d.askedDurations("AssumeRoleWithSAML"); !slices.Equal(got, want) {
			t.Fatalf("STS was asked for %v, not %v", got, want)
		}
	}
	d.wantStatus(d.run("login", "prod"), 0) // Admin: at most four hours
	expect(2 * h)
	r := d.wantStatus(d.run("login", "prod", "--duration", "12h"), 0)
	expect(2*h, 12*h, 8*h, 4*h)
	d.wantText(r.stderr, "Admin in 123456789012 does not allow sessions of 12h; this one lasts 4h, and so will the next",
		"prod: Admin in 123456789012, 3h59m left")
	r = d.wantStatus(d.run("login", "prod", "--duration", "10h"), 0) // another session, the same role
	expect(2*h, 12*h, 8*h, 4*h, 4*h)
	if strings.Contains(r.stderr, "does not allow") {
		t.Errorf("it is said again: %s", r)
	}
	// What was learnt more than a week ago is found out anew. It is no secret:
	// the file can be read, and a broken one is none.
	path := filepath.Join(d.envValue("XDG_CACHE_HOME"), "stsx", "durations.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var learnt map[string]map[string]any
	if err := json.Unmarshal(text, &learnt); err != nil || len(learnt) != 1 || learnt[adminRole]["seconds"] != float64(4*3600) {
		t.Fatalf("%s: %v", text, err)
	}
	learnt[adminRole]["learnt"] = time.Now().Add(-8 * 24 * h)
	text, _ = json.Marshal(learnt)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	d.wantStatus(d.run("login", "prod", "--duration", "5h"), 0)
	expect(2*h, 12*h, 8*h, 4*h, 4*h, 5*h, 4*h)
}

// TestChainedRole: assumed from its source's session, for an hour at most.
func TestChainedRole(t *testing.T) {
	t.Parallel()
	requireBrowser(t)
	const chained = "arn:aws:iam::210987654321:role/ops/Deploy"
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	d := newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {}, devRole: {},
		chained: {Sources: []string{adminRole}}}}).with("STSX_PASSWORD=" + janePassword)
	d.writeConfig("[idp.acme]\nurl = \"" + org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n" +
		"[profile.prod]\nrole = \"" + adminRole + "\"\nregion = \"eu-west-1\"\n[profile.dev]\nrole = \"" + devRole + "\"\n" +
		"[profile.deploy]\nsource = \"prod\"\nrole = \"" + chained +
		"\"\nduration = \"8h\"\nregion = \"eu-west-3\"\nexternal_id = \"x-1\"\n" +
		"session_name = \"jane@deploy\"\nsource_identity = \"jane\"\ntags = { Project = \"a b\" }\ntransitive_tags = [\"Project\"]\n" +
		"policy = '{\"Statement\": {\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}'\n" +
		"policy_arns = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]\n" +
		"[profile.denied]\nsource = \"dev\"\nrole = \"" + chained + "\"\n")
	r := d.wantStatus(d.run("exec", "deploy", "--", "sh", "-c", "echo $STSX_PROFILE $STSX_ACCOUNT $STSX_ROLE $AWS_REGION"), 0)
	if r.stdout != "deploy 210987654321 Deploy eu-west-3\n" {
		t.Errorf("%s", r)
	}
	var key string
	for _, c := range d.aws.Log() {
		if c.Action == "AssumeRole" {
			key = c.AccessKey
			if c.Duration != time.Hour || c.Role != chained || c.Region != "eu-west-3" {
				t.Errorf("%+v", c)
			}
			want := url.Values{
				"RoleSessionName": {"jane@deploy"}, "SourceIdentity": {"jane"}, "ExternalId": {"x-1"},
				"Policy":            {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`},
				"Tags.member.1.Key": {"Project"}, "Tags.member.1.Value": {"a b"}, "TransitiveTagKeys.member.1": {"Project"},
				"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"},
			}
			if got := c.Extras; got != want.Encode() {
				t.Errorf("the call said %s", got)
			}
		}
	}
	who := d.wantStatus(d.run("whoami", "deploy", "--json"), 0)
	d.wantText(who.stdout, `"account": "210987654321"`, `assumed-role/Deploy/jane@deploy"`)
	source := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID"), 0)
	if strings.TrimSpace(source.stdout) != key || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("signed with %s, and the source's session is %s", key, source)
	}
	// Forced, it is assumed anew from the source's session: no sign-in.
	d.wantStatus(d.run("login", "deploy", "--force"), 0)
	if n := len(d.askedDurations("AssumeRole")); n != 2 || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("%d calls, %d sign-ins", n, d.countEvents(okta.Asserted))
	}
	d.wantText(d.wantStatus(d.run("exec", "deploy", "--role", adminRole, "--", "true"), 5).stderr, "is not authorized")
	r = d.wantStatus(d.run("exec", "denied", "--", "true"), 5)
	d.wantText(r.stderr, "is not authorized to perform: sts:AssumeRole", "AccessDenied", "stsx: hint: ")
}

// TestRefusals: each of AWS's refusals is status 5 with what to do, and never
// shows the assertion. One sign-in each, all at once at one desk.
func TestRefusals(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withRemember()
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("roles"), 0) // signs in for all of them
	d = d.withoutBrowser()
	refusal := func(code, message string) []aws.Fault {
		return []aws.Fault{aws.Refuse(http.StatusForbidden, code, message)}
	}
	nobody := []string{"AWS_ENDPOINT_URL=http://127.0.0.1:9", "AWS_ENDPOINT_URL_STS=http://127.0.0.1:9"}
	for _, c := range []struct {
		name   string
		config aws.Config
		env    []string
		faults []aws.Fault
		status int
		want   []string
	}{
		{"signature", aws.Config{}, nil, refusal("InvalidIdentityToken", "Response signature invalid"), 5,
			[]string{"Response signature invalid (InvalidIdentityToken)", "hint: the SAML provider in AWS does not trust"}},
		{"trust", aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {Denied: true}}}, nil, nil, 5,
			[]string{"Not authorized to perform sts:AssumeRoleWithSAML (AccessDenied)", "hint: the role's trust policy"}},
		{"too late", aws.Config{Clock: func() time.Time { return time.Now().Add(time.Hour) }}, nil, nil, 5,
			[]string{"AWS said: ", "Token must be redeemed within 5 minutes of issuance (ExpiredTokenException)",
				"hint: the assertion came too late", "clock"}},
		{"another account", aws.Config{AccountOverride: "999999999999"}, nil, nil, 5,
			[]string{`STS answered with "arn:aws:sts::999999999999:assumed-role/Admin/`, "that is not the role asked for",
				"is damaged, and is not used"}},
		{"nothing listens", aws.Config{}, nobody, nil, 125,
			[]string{"127.0.0.1:9", "connection refused", "run stsx doctor: its lines sts, proxy and tls"}},
		{"down, then", aws.Config{}, nil, []aws.Fault{aws.Throttle(), aws.Unavailable()}, 0, nil}, // the last: it is served from now on
	} {
		t.Run(c.name, func(t *testing.T) {
			d := d.forTest(t).withAWS(c.config).with(c.env...)
			d.aws.Fail("AssumeRoleWithSAML", c.faults...)
			if c.status == 0 {
				d.wantStatus(d.run("exec", "prod", "--", "true"), 0)
				return
			}
			r := d.wantFailure(c.status, c.want...)
			if strings.Contains(r.stderr, "PD94") || strings.Contains(r.stderr, "PHNhbW") {
				t.Errorf("%s", r)
			}
			d.wantText(d.run("status").stdout, "no active sessions")
		})
	}
}

// TestPartitions: the assertion is taken from that partition's sign-in page, and
// STS is asked in the profile's region and the role's partition, through the
// proxy of the environment and with its CA; at the FIPS and the dual-stack
// endpoint when the environment says so, as the AWS SDKs do.
func TestPartitions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		region, acs, host string // region: "" = the profile has none
		fips, dual, both  string
	}{
		"aws": {"eu-west-1", "https://eu-west-1.signin.aws.amazon.com/saml", "sts.eu-west-1.amazonaws.com",
			"sts-fips.eu-west-1.amazonaws.com", "sts.eu-west-1.api.aws", "sts-fips.eu-west-1.api.aws"},
		"aws-us-gov": {"", "https://signin.amazonaws-us-gov.com/saml", "sts.us-gov-west-1.amazonaws.com",
			// GovCloud's usual one is a FIPS endpoint
			"sts.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.api.aws", "sts-fips.us-gov-west-1.api.aws"},
		"aws-cn": {"cn-north-1", "https://signin.amazonaws.cn/saml", "sts.cn-north-1.amazonaws.com.cn",
			"sts-fips.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.api.amazonwebservices.com.cn",
			"sts-fips.cn-north-1.api.amazonwebservices.com.cn"},
		"aws-eusc": {"", "https://signin.amazonaws-eusc.eu/saml", "sts.eusc-de-east-1.amazonaws.eu",
			"sts-fips.eusc-de-east-1.amazonaws.eu", "sts.eusc-de-east-1.api.amazonwebservices.eu",
			"sts-fips.eusc-de-east-1.api.amazonwebservices.eu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, proxy := newProxyDesk(t, name, c.acs, c.region, c.host, c.fips, c.dual, c.both)
			d.withRemember()
			r := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", "echo $STSX_ACCOUNT $STSX_ROLE $AWS_REGION"), 0)
			if want := strings.TrimSpace("123456789012 Admin "+c.region) + "\n"; r.stdout != want {
				t.Errorf("%s", r)
			}
			if hosts := proxy.Hosts(); !slices.Equal(hosts, []string{c.host + ":443"}) {
				t.Errorf("the proxy was asked for %q", hosts)
			}
			const fips, dual = "AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=True"
			for host, env := range map[string][]string{c.fips: {fips}, c.dual: {dual}, c.both: {fips, dual}} {
				before := len(proxy.Asked())
				d.wantText(d.wantStatus(d.with(env...).run("whoami", "prod"), 0).stdout, "assumed-role/Admin/")
				if asked := proxy.Asked()[before:]; len(asked) != 1 || asked[0].Host != host+":443" {
					t.Errorf("%v: the proxy was asked for %v", env, asked)
				}
			}
			if name != "aws" {
				return
			}
			d.wantText(d.wantStatus(d.with("AWS_USE_FIPS_ENDPOINT=1").run("whoami", "prod"), 1).stderr,
				`AWS_USE_FIPS_ENDPOINT is "1", and has to be true or false`)
			for name, c := range map[string]struct {
				env    []string
				args   []string
				status int
				want   string
			}{
				"no CA": {[]string{"AWS_CA_BUNDLE="}, nil, 125, "name its CA in AWS_CA_BUNDLE"},
				"broken CA": {[]string{"AWS_CA_BUNDLE=/dev/null"}, nil, 125,
					"reading AWS_CA_BUNDLE: /dev/null is not a file"},
				"NO_PROXY": {[]string{"NO_PROXY=127.0.0.1,.amazonaws.com"}, nil, 125,
					"assuming arn:aws:iam::123456789012:role/Admin"},
				"another partition": {nil, []string{"--region", "cn-north-1"}, 125, `region "cn-north-1" is in AWS China, but the role`},
			} {
				before := len(proxy.Asked())
				d := d.withoutBrowser().with(c.env...)
				r := d.wantStatus(d.run(append(append([]string{"exec", "prod", "--duration", "2h"}, c.args...), "--", "true")...), c.status)
				d.wantText(r.stderr, c.want)
				if asked := proxy.Asked()[before:]; name != "no CA" && len(asked) > 0 {
					t.Errorf("%s: the proxy was asked: %v", name, asked)
				}
			}
		})
	}
}
