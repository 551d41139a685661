//go:build unix

package tests

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestFaultsBefore: what goes wrong before the password is asked for. No whole
// sign-in, so one desk serves all.
func TestFaultsBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic}).with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE=000000")
	for name, f := range map[string]func(*desk){
		"no HOME":                    faultNoHome,
		"no browser":                 faultNoBrowser,
		"browser path is missing":    faultBrowserPath,
		"browser ends at once":       faultBrowserEnds,
		"browser hangs":              faultBrowserHangs,
		"org refuses":                faultRefuses,
		"org's name is unknown":      faultName,
		"org's certificate is bad":   faultCertificate,
		"org hangs":                  faultHangs,
		"state is no directory":      faultNoDirectory,
		"another's state":            faultOtherOwner,
		"read-only home, no session": faultReadOnly,
		"full disk":                  faultFull,
	} {
		d.subtest(name, f)
	}
	t.Cleanup(d.wantNoBrowserOrLock)
}

// withOwnHome is the desk at a HOME of its own, with the same configuration but for
// what change does to it.
func (d *desk) withOwnHome(change ...string) *desk {
	d.Helper()
	text, err := os.ReadFile(filepath.Join(d.home, ".config", "stsx", "config.toml"))
	if err != nil {
		d.Fatal(err)
	}
	more := *d
	more.home = d.TempDir()
	more.env = append(slices.Clone(d.env), "HOME="+more.home)
	more.writeConfig(strings.NewReplacer(change...).Replace(string(text)))
	return &more
}

// wantFailure runs exec and wants an error of stsx's own: status 125 (or the one
// given), a first line with all parts, no browser and no profile left.
func (d *desk) wantFailure(status int, parts ...string) runResult {
	d.Helper()
	r := d.wantStatus(d.run("exec", "prod", "--", "echo", "ran"), status)
	d.wantText(r.stderr, append([]string{"stsx: error: "}, parts...)...)
	for _, crash := range []string{"goroutine ", "panic", "%!", "<nil>", "context deadline exceeded"} {
		if strings.Contains(r.stderr, crash) {
			d.Errorf("%q is no language for people: %s", crash, r.stderr)
		}
	}
	if r.stdout != "" {
		d.Errorf("on stdout: %s", r.stdout)
	}
	d.Log(r.stderr)
	d.wantNoBrowserProfile()
	return r
}

func faultNoHome(d *desk) {
	d = d.withOwnHome()
	d.env = slices.DeleteFunc(d.env, func(e string) bool { return strings.HasPrefix(e, "HOME=") })
	d.wantFailure(125, "HOME")
	d.with("HOME=").wantFailure(125, "HOME")
}

func faultNoBrowser(d *desk) {
	d = d.withOwnHome()
	bin := d.TempDir()
	if err := os.Symlink(require.Command(d, "echo", "install coreutils"), filepath.Join(bin, "echo")); err != nil {
		d.Fatal(err)
	}
	d.with("PATH="+bin).wantFailure(125, "found no Chrome", "install Chromium", "--browser-path")
}

func faultBrowserPath(d *desk) {
	d = d.withOwnHome()
	d.with("STSX_BROWSER_PATH=/no/such/browser").wantFailure(125, "/no/such/browser", "no such file")
	d.with("STSX_BROWSER_PATH=no-such-browser").wantFailure(125, "no-such-browser", "PATH")
	d.with("STSX_BROWSER_PATH="+d.home).wantFailure(125, d.home, "directory")
	plain := filepath.Join(d.home, "plain")
	d.writeFile(plain, "", 0o644)
	d.with("STSX_BROWSER_PATH="+plain).wantFailure(125, plain, "not executable")
	r := d.wantStatus(d.run("exec", "prod", "--browser-path", "/no/such/flag", "--", "true"), 125)
	d.wantText(r.stderr, "/no/such/flag")
}

func faultBrowserEnds(d *desk) {
	d = d.withOwnHome()
	fake := filepath.Join(d.home, "fake-browser")
	d.writeFile(fake,
		"#!/bin/sh\necho 'chrome: error while loading shared libraries: libnss3.so: cannot open shared object file' >&2\nexit 127\n", 0o755)
	d.with("STSX_BROWSER_PATH="+fake).wantFailure(125, fake, "libnss3.so", "install the missing library")
	d.writeFile(fake, "#!/bin/sh\nexit 1\n", 0o755)
	d.with("STSX_BROWSER_PATH="+fake).wantFailure(125, fake, "ended at once")
	d.writeFile(fake, "#!/no/such/interpreter\n", 0o755)
	d.with("STSX_BROWSER_PATH="+fake).wantFailure(125, fake)
}

func faultBrowserHangs(d *desk) {
	d = d.withOwnHome(`username = `, "timeout = \"10s\"\nusername = ")
	fake := filepath.Join(d.home, "fake-browser")
	child := fmt.Sprintf("1000.%09d", time.Now().Nanosecond()) // seconds to sleep, and a name
	d.writeFile(fake, "#!/bin/sh\nsleep "+child+" & wait\n", 0o755)
	started := time.Now()
	d.with("STSX_BROWSER_PATH="+fake).wantFailure(125, fake, "10s")
	if took := time.Since(started); took > 25*time.Second {
		d.Errorf("it took %s", took)
	}
	for _, p := range listProcesses() {
		if slices.Contains(p.argv, child) || slices.Contains(p.argv, fake) {
			d.Errorf("still there: %q", p.argv)
		}
	}
}

// withOrgURL is the desk with another org's URL, and little patience.
func (d *desk) withOrgURL(url string) *desk {
	return d.withOwnHome(d.org.EmbedURL(), url+"/home/amazon_aws/0oa1/272", `username = `, "timeout = \"10s\"\nusername = ")
}

func faultRefuses(d *desk) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.Fatal(err)
	}
	host := closed.Addr().String()
	_ = closed.Close()
	d.withOrgURL("http://"+host).wantFailure(125, host, "refused")
}

func faultName(d *desk) {
	d.withOrgURL("https://no-such-org.invalid").wantFailure(125, "no-such-org.invalid")
}

func faultCertificate(d *desk) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	d.Cleanup(server.Close)
	d.withOrgURL(server.URL).wantFailure(125, strings.TrimPrefix(server.URL, "https://"), "certificate")
}

func faultHangs(d *desk) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { _ = silent.Close() })
	host := silent.Addr().String()
	started := time.Now()
	d.withOrgURL("http://"+host).wantFailure(125, host, "within 10s")
	if took := time.Since(started); took > 25*time.Second {
		d.Errorf("it took %s", took)
	}
}

func faultNoDirectory(d *desk) {
	d = d.withOwnHome()
	d.writeFile(filepath.Join(d.home, ".local", "state"), "a file\n", 0o600)
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
	d.wantText(r.stderr, "stsx: error: ", filepath.Join(d.home, ".local", "state"), "not a directory")
}

func faultOtherOwner(d *desk) {
	if os.Geteuid() != 0 {
		d.Skip("only root can give a directory away")
	}
	d = d.withOwnHome()
	state := filepath.Join(d.home, ".local", "state", "stsx")
	if err := os.MkdirAll(state, 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.Chown(state, 12345, 12345); err != nil {
		d.Fatal(err)
	}
	r := d.run("exec", "prod", "--", "true")
	d.wantText(r.stderr, state, "belongs to uid 12345")
}

// runInMountNamespace runs stsx in a mount namespace of its own, after script has changed
// what is mounted; $1 is HOME.
func (d *desk) runInMountNamespace(script string, args ...string) runResult {
	d.Helper()
	unshare, err := exec.LookPath("unshare")
	if err == nil {
		err = exec.Command(unshare, "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt").Run()
	}
	require.Part(d, "a mount namespace", err == nil, fmt.Sprint("unshare -rm: ", err))
	script = "set -e\n" + script + "\nshift\nexec \"$@\""
	return d.runProgram(append([]string{unshare, "-rm", "sh", "-c", script, "sh", d.home, stsxPath}, args...)...)
}

// faultReadOnly: no place for locks, sessions or a profile. It is said, and the sign-in goes on: its code is not a right one.
func faultReadOnly(d *desk) {
	d = d.withOwnHome()
	r := d.runInMountNamespace(`mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"`, "exec", "prod", "--", "echo", "ran")
	d.wantText(d.wantStatus(r, 4).stderr, "stsx: error: ", d.home, "can't be written")
}

// faultFull: no room for a profile, then hardly any.
func faultFull(d *desk) {
	for _, size := range []string{"4k", "64k", "1m"} {
		d := d.withOwnHome(`username = `, "timeout = \"20s\"\nusername = ")
		r := d.runInMountNamespace(`mkdir -p "$1/.local/state"
mount -t tmpfs -o size=`+size+` tmpfs "$1/.local/state"`, "exec", "prod", "--", "echo", "ran")
		d.Log(size, r)
		if r.status != 125 && r.status != 4 { // the code is not a right one: with room enough it gets that far
			d.Errorf("%s: %s", size, r)
		}
		d.wantText(r.stderr, "stsx: error: ")
		if len(d.browserProcesses()) > 0 {
			d.Errorf("still there: %v", d.browserProcesses())
		}
	}
}

// TestReadOnlyHome: a session that is kept can be used from a home that can't
// be written.
func TestReadOnlyHome(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	sealed := fileTree(t, filepath.Join(d.home, ".local", "state", "stsx", "sessions"))
	// In a user namespace there is another kernel keyring: the key is not found
	// there, unless root keeps its own.
	unshare := require.Command(t, "unshare", "install util-linux")
	script := `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`
	if os.Geteuid() != 0 {
		t.Skip("needs root: an ordinary user's mount namespace comes with another kernel keyring")
	}
	r := d.runProgram(unshare, "-m", "sh", "-c", script, d.home, stsxPath, "exec", "prod", "--", "sh", "-c",
		"echo $STSX_ROLE; touch "+d.home+"/x 2>/dev/null || echo read-only")
	if d.wantStatus(r, 0); r.stdout != "Admin\nread-only\n" || r.stderr != "" {
		t.Error(r)
	}
	if after := fileTree(t, filepath.Join(d.home, ".local", "state", "stsx", "sessions")); len(after) != len(sealed) {
		t.Errorf("kept were %d files, are %d", len(sealed), len(after))
	}
}

// TestFullForSession: the disk is full when the session is to be kept: the
// command runs all the same, and is told why the next will sign in again.
func TestFullForSession(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.writeFile(filepath.Join(d.home, ".local", "state", "stsx", "sessions"), "in the way\n", 0o600)
	r := d.wantStatus(d.withPasswordAndCode().run("exec", "prod", "--", "sh", "-c", "echo $STSX_ROLE"), 0)
	d.wantText(r.stderr, "this session is not saved for the next command: ", "sessions")
	if r.stdout != "Admin\n" {
		t.Error(r)
	}
	d.wantNoBrowserProfile()
}

// TestFastClock: the assertion is over before it begins, by this machine's clock.
// TestRefusals has what AWS refuses.
func TestFastClock(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Clock: func() time.Time { return time.Now().Add(-20 * time.Minute) }})
	d.withPasswordAndCode().wantFailure(125, "the line clock of stsx doctor")
}
