//go:build unix

package tests

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

// removedVariables is every variable that would name other credentials beside the
// session's, shadow them, or that holds a secret of stsx's own.
func removedVariables() []string {
	return []string{
		"AWS_PROFILE=nonexistent", "AWS_DEFAULT_PROFILE=nonexistent", "AWS_SECURITY_TOKEN=old",
		"AWS_ROLE_ARN=arn:aws:iam::1:role/x", "AWS_ROLE_SESSION_NAME=x", "AWS_WEB_IDENTITY_TOKEN_FILE=/no/such/token",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=t",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/no/such/token",
		"AWS_ACCESS_KEY=old", "AWS_SECRET_KEY=old", "AWS_CREDENTIAL_FILE=/x", "AWS_SESSION_EXPIRATION=2000-01-01T00:00:00Z",
		"AWS_ACCOUNT_ID=111111111111", "AWS_CREDENTIAL_SCOPE=x", "AWS_BEARER_TOKEN_BEDROCK=t",
		"STSX_PASSWORD=canary-password", "STSX_MFA_CODE=000000",
	}
}

// replacedVariables is what the parent says of variables that the session sets.
func replacedVariables() []string {
	return []string{
		"AWS_ACCESS_KEY_ID=AKIAOLD", "AWS_SECRET_ACCESS_KEY=old", "AWS_SESSION_TOKEN=old", "AWS_CREDENTIAL_EXPIRATION=2000-01-01T00:00:00Z",
		"STSX_PROFILE=old", "STSX_ACCOUNT=1", "STSX_ROLE=old", "STSX_EXPIRES=1",
	}
}

// keptVariables is what has nothing to do with who one is.
func keptVariables() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=http://127.0.0.1:1", "AWS_CA_BUNDLE=", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=/no/such/config", "AWS_SHARED_CREDENTIALS_FILE=/no/such/credentials", "AWS_SDK_LOAD_CONFIG=1",
		"HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1", "https_proxy=http://127.0.0.1:1",
		"ALL_PROXY=socks5://127.0.0.1:1",
		"STSX_USERNAME=" + jane, "STSX_CONFIG=", "NOT_AWS_PROFILE=x", "aws_profile=x", "EMPTY=", "LINES_=a\nb", "EQUALS==a=b=",
		"BYTES=\xff\xfe",
	}
}

// TestEnvironment: what the command finds in its environment, to the letter.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	// A parent as unhelpful as can be, during the sign-in too.
	d.writeFile(filepath.Join(d.home, ".aws", "config"), "[profile broken\nrole_arn ==\nsource_profile = broken", 0o600)
	d.writeFile(filepath.Join(d.home, ".aws", "credentials"), "[default]\naws_access_key_id = AKIADISK\n[[[", 0o600)
	old := time.Now().Add(-time.Hour)
	files := filepath.Join(d.home, ".aws")
	for _, name := range []string{"config", "credentials", ""} {
		if err := os.Chtimes(filepath.Join(files, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	before := fileTree(t, files)
	parent := slices.Concat(removedVariables()[:len(removedVariables())-2], replacedVariables())
	signing := d.with(parent...).with("STSX_PROFILE=")
	signing.wantStatus(signing.withPasswordAndCode().run("login", "prod", "dev"), 0)
	for name, f := range map[string]func(*desk){
		"all of it":    environmentWhole,
		"each removed": environmentEach,
		"region":       environmentRegion,
		"twice":        environmentTwice,
	} {
		d.subtest(name, f)
	}
	t.Cleanup(func() {
		if after := fileTree(t, files); !maps.Equal(before, after) {
			t.Errorf("~/.aws was %v, is %v", before, after)
		}
	})
}

// environmentWhole compares the whole environment with the promise.
func environmentWhole(d *desk) {
	d = d.with(slices.Concat(removedVariables(), replacedVariables(), keptVariables())...)
	got := variablesOf(d.wantStatus(d.run("exec", "prod", "--", "env", "-0"), 0).stdout)
	want := map[string]string{}
	for _, entry := range d.env {
		name, value, _ := strings.Cut(entry, "=")
		want[name] = value
	}
	for _, entry := range removedVariables() {
		name, _, _ := strings.Cut(entry, "=")
		delete(want, name)
	}
	for name, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "STSX_PROFILE": "prod", "STSX_ACCOUNT": "123456789012",
		"STSX_ROLE": "Admin",
	} {
		want[name] = value
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"STSX_EXPIRES"} {
		if got[name] == "" || got[name] == want[name] {
			d.Errorf("%s is %q", name, got[name])
		}
		delete(want, name)
	}
	end, err := time.Parse(time.RFC3339, got["AWS_CREDENTIAL_EXPIRATION"])
	if err != nil || !strings.HasSuffix(got["AWS_CREDENTIAL_EXPIRATION"], "Z") {
		d.Errorf("AWS_CREDENTIAL_EXPIRATION is not RFC 3339 in UTC: %q", got["AWS_CREDENTIAL_EXPIRATION"])
	}
	if got["STSX_EXPIRES"] != strconv.FormatInt(end.Unix(), 10) || time.Until(end) < 50*time.Minute || time.Until(end) > time.Hour {
		d.Errorf("STSX_EXPIRES is %s, AWS_CREDENTIAL_EXPIRATION %s", got["STSX_EXPIRES"], got["AWS_CREDENTIAL_EXPIRATION"])
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
		"STSX_EXPIRES"} {
		delete(got, name)
	}
	if !maps.Equal(got, want) {
		d.Errorf("the environment is\n%q, want\n%q", got, want)
	}
}

func variablesOf(text string) map[string]string {
	out := map[string]string{}
	for _, entry := range strings.Split(strings.TrimSuffix(text, "\x00"), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		out[name] = value
	}
	return out
}

// environmentEach: a variable is removed on its own, too.
func environmentEach(d *desk) {
	for _, entry := range removedVariables() {
		name, _, _ := strings.Cut(entry, "=")
		got := variablesOf(d.wantStatus(d.with(entry).run("exec", "prod", "--", "env", "-0"), 0).stdout)
		if value, there := got[name]; there {
			d.Errorf("%s is %q", name, value)
		}
	}
}

func environmentRegion(d *desk) {
	show := []string{"--", "sh", "-c", "echo ${AWS_REGION-none} ${AWS_DEFAULT_REGION-none}"}
	for _, c := range []struct {
		profile string
		env     []string
		flags   []string
		want    string
	}{
		{profile: "prod", want: "eu-west-1 eu-west-1"},
		{profile: "prod", env: []string{"AWS_REGION=us-east-1"}, want: "eu-west-1 eu-west-1"},
		{profile: "prod", flags: []string{"--region", "us-west-2"}, want: "us-west-2 us-west-2"},
		{profile: "dev", env: []string{"AWS_REGION=us-east-1"}, want: "us-east-1 none"},
		{profile: "dev", env: []string{"AWS_DEFAULT_REGION=us-east-1"}, want: "none us-east-1"},
		{profile: "dev", flags: []string{"--region", "us-west-2"}, env: []string{"AWS_REGION=us-east-1"}, want: "us-west-2 us-west-2"},
	} {
		here := *d
		here.env = slices.DeleteFunc(slices.Clone(d.env), func(e string) bool {
			return strings.HasPrefix(e, "AWS_") && strings.Contains(e, "REGION")
		})
		r := here.with(c.env...).run(append(append([]string{"exec", c.profile}, c.flags...), show...)...)
		if d.wantStatus(r, 0); r.stdout != c.want+"\n" {
			d.Errorf("%+v printed %q", c, r.stdout)
		}
	}
}

// environmentTwice: a variable that the parent's environment holds twice, as
// exec allows and os/exec does not, is removed twice, and set once.
func environmentTwice(d *desk) {
	out, err := os.Create(filepath.Join(d.TempDir(), "out"))
	if err != nil {
		d.Fatal(err)
	}
	defer out.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		d.Fatal(err)
	}
	defer null.Close()
	env := append(slices.Clone(d.env), "AWS_PROFILE=a", "STSX_PASSWORD=first", "AWS_ACCESS_KEY_ID=one", "X=first", "AWS_ACCESS_KEY_ID=two",
		"STSX_PASSWORD=second",
		"AWS_PROFILE=b", "X=second", "AWS_PROFILE", "NOVALUE", "=odd")
	p, err := os.StartProcess(stsxPath, []string{stsxPath, "exec", "prod", "--", "cat", "/proc/self/environ"},
		&os.ProcAttr{Env: env, Dir: d.home, Files: []*os.File{null, out, out}})
	if err != nil {
		d.Fatal(err)
	}
	if state, err := p.Wait(); err != nil || !state.Success() {
		d.Fatal(state, err)
	}
	text, err := os.ReadFile(out.Name())
	if err != nil {
		d.Fatal(err)
	}
	count := map[string]int{}
	for _, entry := range splitNUL(text) {
		name, _, _ := strings.Cut(entry, "=")
		count[name]++
	}
	if count["AWS_PROFILE"] != 0 || count["STSX_PASSWORD"] != 0 || count["AWS_ACCESS_KEY_ID"] != 1 || count["X"] == 0 ||
		count["NOVALUE"] != 1 {
		d.Errorf("the environment is %q", splitNUL(text))
	}
	if strings.Contains(string(text), "X=second\x00") && !strings.Contains(string(text), "X=first\x00") {
		d.Error("of two, the second is left: getenv of the command would have found the first")
	}
}
