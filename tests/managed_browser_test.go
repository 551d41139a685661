//go:build linux

package tests

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// withManagedBrowser is the desk with a google-chrome that is under policies. alone: it is the configured one.
func (d *desk) withManagedBrowser(policies string, alone bool) *desk {
	d.Helper()
	chromium := require.Command(d, "chromium", "apt-get install chromium")
	out, err := exec.Command("unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /etc/chromium").CombinedOutput()
	require.Part(d, "a mount namespace with /etc/chromium", err == nil, fmt.Sprintf("unshare -rm: %v: %s", err, out))
	folder, etc := d.TempDir(), d.TempDir()
	d.writeFile(filepath.Join(etc, "policies", "managed", "test.json"), policies, 0o644)
	// In the namespace the browser is root, for whom there is no sandbox.
	d.writeFile(filepath.Join(folder, "google-chrome-stable"), `#!/bin/sh
exec unshare -rm sh -c 'mount --bind "$0" /etc/chromium && exec "$@"' '`+etc+`' '`+chromium+`' --no-sandbox "$@"
`, 0o755)
	if alone {
		d = d.with("STSX_BROWSER_PATH=google-chrome-stable")
	}
	return d.with("PATH=" + folder + ":" + d.envValue("PATH"))
}

const (
	debuggingForbidden = `{"RemoteDebuggingAllowed": false}`
	headlessForbidden  = `{"HeadlessMode": 2}`
	toolsForbidden     = `{"DeveloperToolsAvailability": 2}`
)

// TestManagedBrowser: what the policies of a company's browsers leave is used, and what they forbid is named.
func TestManagedBrowser(t *testing.T) {
	t.Parallel()
	onlyCure := "hint: set browser_path to another Chrome, Chromium, Edge or Brave, or ask whoever manages this computer"
	for name, c := range map[string]struct {
		policies string
		another  bool     // there is a browser without policies
		display  bool     // there is a display
		args     []string // of stsx
		says     []string
		fails    bool
	}{
		"debugging forbidden": {policies: debuggingForbidden, fails: true, says: []string{
			"google-chrome-stable: your administrator's policy RemoteDebuggingAllowed=false forbids stsx to use this browser " +
				`(it said: "DevTools remote debugging is disallowed by the system admin.")`, onlyCure,
		}},
		"debugging forbidden, in a window": {policies: debuggingForbidden, fails: true, display: true,
			args: []string{"--browser", "visible"}, says: []string{"policy RemoteDebuggingAllowed=false", onlyCure}},
		"debugging forbidden, another browser": {policies: debuggingForbidden, another: true, says: []string{
			"policy RemoteDebuggingAllowed=false forbids stsx to use this browser", "disallowed by the system admin.\"): using ",
			"/chromium\n"}},
		"headless forbidden": {policies: headlessForbidden, fails: true, says: []string{
			"google-chrome-stable: your administrator's policy HeadlessMode=2 forbids this browser to run without a window " +
				`(it said: "Headless mode is disallowed by the system admin.")`,
			`hint: set browser = "auto" or "visible" where there is a display; else set browser_path`,
		}},
		"headless forbidden, with a display": {policies: headlessForbidden, another: true, display: true,
			says: []string{"policy HeadlessMode=2", "disallowed by the system admin.\"): using a window\n"}},
		"headless forbidden, no window wanted": {policies: headlessForbidden, fails: true, display: true,
			args: []string{"--browser", "headless"}, says: []string{"policy HeadlessMode=2"}},
		"headless forbidden, another browser": {policies: headlessForbidden, another: true,
			says: []string{"policy HeadlessMode=2", "using ", "/chromium\n"}},
		"developer tools forbidden": {policies: toolsForbidden, fails: true, says: []string{
			"google-chrome-stable: your administrator's policy DeveloperToolsAvailability=2 forbids stsx to use this browser\n", onlyCure,
		}},
		"developer tools forbidden, another browser": {policies: toolsForbidden, another: true,
			says: []string{"policy DeveloperToolsAvailability=2", "using ", "/chromium\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, okta.Config{Users: noFactorPerson()})
			if c.display {
				d = d.withDisplay()
			}
			d = d.withManagedBrowser(c.policies, !c.another).with("STSX_PASSWORD=" + janePassword)
			r := d.run(append(append([]string{"exec", "prod"}, c.args...), "--", "echo", "in")...)
			d.wantText(r.stderr, c.says...)
			if n := strings.Count(r.stderr, "policy "); n != 1 {
				t.Errorf("said %d times: %s", n, r.stderr)
			}
			if c.fails {
				d.wantStatus(r, 125)
			} else {
				d.wantStatus(r, 0)
				d.wantOneSignIn(0)
			}
			d.wantNoBrowserOrLock()
			d.wantNoBrowserProfile()
		})
	}
}

// TestHeadlessShell: Chromium's build without windows signs in; a window is another browser's.
func TestHeadlessShell(t *testing.T) {
	t.Parallel()
	if filepath.Base(browserPath(t)) != "chromium" {
		t.Skip("the browser here is not Debian's Chromium, whose headless shell this asks for")
	}
	shell := require.Command(t, "chromium-headless-shell", "apt-get install chromium-headless-shell")
	d := newDesk(t, okta.Config{Users: noFactorPerson()}).withDisplay().with("STSX_PASSWORD="+janePassword, "STSX_BROWSER_PATH="+shell)
	d.wantStatus(d.run("exec", "prod", "--", "true"), 0)
	visible := d.start("login", "prod", "--force", "--browser", "visible")
	d.waitFor("a window", func() bool { return len(d.windowTitles()) > 0 })
	d.wantStatus(visible.wait(), 0)
	d.wantNoBrowserOrLock()
}
