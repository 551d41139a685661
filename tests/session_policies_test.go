//go:build unix

package tests

import (
	"net/url"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// TestReadOnly: STS is asked for the policy, the full session and the read-only one are kept
// apart, and the command's own stsx gets no more.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()}).withRemember().with("STSX_PASSWORD=" + janePassword)
	key := func(flags ...string) string {
		t.Helper()
		args := append(append([]string{"exec"}, flags...), "prod", "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID")
		return strings.TrimSpace(d.wantStatus(d.run(args...), 0).stdout)
	}
	full, limited := key(), key("--read-only")
	if full == limited || key() != full || key("--read-only") != limited {
		t.Errorf("%s and %s", full, limited)
	}
	want := url.Values{"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"}}
	if log := d.aws.Log(); len(log) != 2 || log[0].Extras != "" || log[1].Extras != want.Encode() {
		t.Errorf("%+v", log)
	}
	d.wantText(d.wantStatus(d.run("status"), 0).stdout, "ONLY", "read-only")
	below := d.with("STSX_ONLY=read-only")
	d.wantText(below.wantStatus(below.run("process", "prod"), 3).stderr, "using prod beyond STSX_ONLY (read-only)")
	d.wantText(below.wantStatus(below.run("process", "--read-only", "prod"), 0).stdout, limited)
}
