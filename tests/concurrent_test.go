//go:build unix

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// newGatedDesk is a desk whose sign-ins wait for their code until open is called.
func newGatedDesk(t *testing.T) (d *desk, open func()) {
	d = newDesk(t, okta.Config{Engine: okta.Gen2})
	gate := filepath.Join(d.home, "gate")
	d.writeConfig(fmt.Sprintf(`
[idp.acme]
url         = %q
username    = %q
mfa_command = ["sh", "-c", "while ! test -e '%s'; do sleep 0.1; done; cat '%s'"]

[profile.prod]
role = %q
`, d.org.EmbedURL(), jane, gate, gate, adminRole))
	return d.with("STSX_PASSWORD=" + janePassword), func() {
		d.writeFile(gate+".new", d.factorCode(okta.GoogleTOTP)+"\n", 0o600)
		if err := os.Rename(gate+".new", gate); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTwenty: twenty at once with no session. One signs in, the others say
// whom they wait for and use what it got.
func TestTwenty(t *testing.T) {
	t.Parallel()
	d, open := newGatedDesk(t)
	runs := make([]*runningProgram, 20)
	for i := range runs {
		runs[i] = d.start("exec", "prod", "--", "sh", "-c", `echo "$AWS_ACCESS_KEY_ID $AWS_SESSION_TOKEN"`)
	}
	waiting := func() (n int) {
		for _, r := range runs {
			if strings.Contains(r.err.String(), "waiting for stsx (pid ") {
				n++
			}
		}
		return n
	}
	d.waitFor("19 that wait", func() bool { return waiting() == 19 })
	var holder *runningProgram
	for _, r := range runs {
		if !strings.Contains(r.err.String(), "waiting for ") {
			holder = r
		}
	}
	open()
	for _, r := range runs {
		got := d.wantStatus(r.wait(), 0)
		if got.stdout == "" || got.stdout != runs[0].wait().stdout {
			t.Errorf("credentials of its own: %q", got.stdout)
		}
		if r != holder {
			d.wantText(got.stderr, fmt.Sprintf("waiting for stsx (pid %d), which is signing in for prod", holder.Process.Pid))
		}
	}
	if d.countEvents(okta.PasswordTried) != 1 || d.countEvents(okta.CodeTried) != 1 || d.countEvents(okta.Asserted) != 1 ||
		len(d.aws.Log()) != 1 {
		t.Errorf("the org logged %v, AWS %v", d.org.Log(), d.aws.Log())
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// TestTwentyWrong: twenty at once with a password that is wrong. Okta hears it
// once: twenty times would lock the account.
func TestTwentyWrong(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic}).with("STSX_PASSWORD=wrong")
	runs := make([]*runningProgram, 20)
	for i := range runs {
		runs[i] = d.start("exec", "prod", "--", "touch", filepath.Join(d.home, "started-"+strconv.Itoa(i)))
	}
	for _, r := range runs {
		d.wantText(d.wantStatus(r.wait(), 4).stderr, "stsx: error: Okta said: ", "stsx: hint: ")
	}
	if n := d.countEvents(okta.PasswordTried); n != 1 {
		t.Errorf("the wrong password was sent %d times", n)
	}
	if started, _ := filepath.Glob(filepath.Join(d.home, "started-*")); len(started) > 0 {
		t.Errorf("commands were run: %v", started)
	}
	d.wantNoBrowserOrLock()
	d.wantNoBrowserProfile()
}

// TestHolderKilled: the one that signs in is killed while others wait: one of
// them goes on in its place, and all run.
func TestHolderKilled(t *testing.T) {
	t.Parallel()
	onLinux(t)
	d, open := newGatedDesk(t)
	holder := d.start("exec", "prod", "--", "true")
	d.waitFor("the password at the org", func() bool { return d.countEvents(okta.PasswordTried) == 1 })
	runs := make([]*runningProgram, 5)
	for i := range runs {
		runs[i] = d.start("exec", "prod", "--", "echo", "in")
	}
	for _, r := range runs {
		d.waitFor("one that waits", func() bool { return strings.Contains(r.err.String(), "waiting for stsx (pid ") })
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	open()
	for _, r := range runs {
		if got := d.wantStatus(r.wait(), 0); got.stdout != "in\n" {
			t.Error(got)
		}
	}
	if d.countEvents(okta.Asserted) != 1 || d.countEvents(okta.PasswordTried) != 2 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserOrLock()
	// The dead one's Chromium may have written into its profile after that was
	// swept: the next run finds it.
	open()
	d.wantStatus(d.run("login", "prod", "--force"), 0)
	d.wantNoBrowserProfile()
}
