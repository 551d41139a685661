//go:build unix

package tests

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/config"
	"stsx/session/vault"
	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// servedKey is the access key of a session that storeSession has left for a profile.
func servedKey(profile string) string { return "ASIA" + strings.ToUpper(profile) }

// newServeDesk is a desk without an org, whose configuration has prod, dev and audit.
func newServeDesk(t *testing.T) *desk {
	t.Helper()
	d := newBareDesk(t, aws.Config{Roles: map[string]aws.RoleConfig{}})
	d.writeConfig("[idp.acme]\nurl = \"https://acme.okta.com/home/amazon_aws/0oa1/272\"\nusername = \"" + jane + "\"\n" + deskProfiles)
	return d.withoutBrowser()
}

// storeSession leaves an open session of a profile, as a sign-in of another stsx would.
func (d *desk) storeSession(name string, life time.Duration) {
	d.Helper()
	profiles, err := config.Load(d.configPath())
	if err != nil {
		d.Fatal(err)
	}
	p, err := profiles.Profile(name)
	if err != nil {
		d.Fatal(err)
	}
	store := vault.New(vault.Options{Dir: filepath.Join(d.home, ".local", "state", "stsx"), Getenv: d.envValue})
	now := time.Now()
	role := session.Role{ARN: adminRole}
	if p.Role != adminRole {
		role.ARN = "arn:aws:iam::123456789012:role/" + p.Role
	}
	err = store.Put(context.Background(), p.Key(), session.Session{
		Profile: name, Role: role, Region: p.Region, ARN: "arn:aws:sts::123456789012:assumed-role/Admin/" + jane, Issued: now,
		Credentials: session.Credentials{AccessKeyID: servedKey(name), SecretAccessKey: session.NewSecret("secret-of-" + name),
			SessionToken: session.NewSecret("token-of-" + name), Expires: now.Add(life)},
	})
	if err != nil {
		d.Fatal(err)
	}
}

// serve starts stsx serve, and waits until it serves.
func (d *desk) serve(args ...string) *runningProgram {
	d.Helper()
	r := d.start(append([]string{"serve"}, args...)...)
	d.waitFor("stsx serve", func() bool { return strings.Contains(r.err.String(), "stsx: ask with: ") || r.hasEnded() })
	return r
}

// end ends a serve by a signal, and waits for it.
func (r *runningProgram) end(signal os.Signal) runResult {
	r.Helper()
	_ = r.Process.Signal(signal)
	return r.wait()
}

// wantServed asks at a socket for a profile, with "" for the only one, and gets it.
func (d *desk) wantServed(socket, profile string) {
	d.Helper()
	d.wantStatus(d.run(append([]string{"process", "--socket", socket}, strings.Fields(profile)...)...), 0)
}

// wantUnserved asks at a socket for a profile, and is told texts.
func (d *desk) wantUnserved(socket, profile string, status int, texts ...string) {
	d.Helper()
	d.wantText(d.wantStatus(d.run(append([]string{"process", "--socket", socket}, strings.Fields(profile)...)...), status).stderr, texts...)
}

// socketIn is a short path for a socket in a folder of its own.
func (d *desk) socketIn() string {
	d.Helper()
	dir, err := os.MkdirTemp("/tmp", "serve-") // shorter than a test's own, and other users reach it
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s.sock")
}

// TestServe: who asks at the socket gets those profiles and no others, each hand-over is
// said and logged, and nothing is left behind.
func TestServe(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.editConfig("username", "log = true\nusername")
	d.storeSession("prod", time.Hour)
	d.storeSession("dev", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "dev", "--socket", socket)
	for _, name := range []string{"prod", "dev"} {
		answer := d.wantStatus(d.run("process", "--socket", socket, name), 0).stdout
		d.wantText(answer, `"Version": 1`, `"AccessKeyId": "`+servedKey(name)+`"`, `"SecretAccessKey": "secret-of-`+name+`"`,
			`"SessionToken": "token-of-`+name+`"`, `"Expiration": "20`)
	}
	d.wantUnserved(socket, "", 1, `which profile? There are "prod", "dev"`)
	d.wantUnserved(socket, "audit", 1, `there are those of "prod", "dev"`)
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	d.waitFor("what was handed over", func() bool { return strings.Count(r.err.String(), " left) to ") == 2 })
	d.wantText(r.err.String(), "ask with: stsx process --socket "+socket+" prod", "prod (Admin in 123456789012, 59m left) to ",
		"dev (Dev in 123456789012, 59m left) to ")
	if strings.Contains(r.err.String()+r.out.String(), "secret-of") || r.out.String() != "" {
		t.Errorf("%s%s", r.out, r.err)
	}
	if got := r.end(syscall.SIGTERM); got.status != 128+int(syscall.SIGTERM) {
		t.Error(got)
	}
	d.wantText(d.wantStatus(d.run("log"), 0).stdout, "serve", servedKey("prod"), servedKey("dev"))
	d.wantNothingIn(filepath.Dir(socket))
	d.wantUnserved(socket, "", 1, "is not there", "stsx serve PROFILE --socket PATH")
}

// wantNothingIn fails the test where a folder has something in it.
func (d *desk) wantNothingIn(dir string) {
	d.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		d.Errorf("left behind: %v, %v", left, err)
	}
}

// TestServeEnds: by each signal, by --for and by --idle, and nothing is left.
func TestServeEnds(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		socket := d.socketIn()
		r := d.serve("prod", "--socket", socket, "--port", "0")
		if got := r.end(signal); got.status != 128+int(signal) {
			t.Error(got)
		}
		d.wantNothingIn(filepath.Dir(socket))
	}
	for flag, text := range map[string]string{
		"--for": "ended: the 1s of --for are over\n", "--idle": "ended: 1s without a hand-over (--idle)\n",
	} {
		socket := d.socketIn()
		d.wantText(d.wantStatus(d.run("serve", "prod", "--socket", socket, "--port", "0", flag, "1s"), 0).stderr, text)
		d.wantNothingIn(filepath.Dir(socket))
	}
}

// TestServeUsualSocket: in the folder of the login, or else in the state folder.
func TestServeUsualSocket(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	login, open := filepath.Dir(d.socketIn()), filepath.Dir(d.socketIn())
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(d.home, ".local", "state")
	for variable, want := range map[string]string{login: login, open: state, "relative": state, "/nowhere": state, "": state} {
		r := d.with("XDG_RUNTIME_DIR=" + variable).serve("prod")
		d.wantText(r.err.String(), "--socket "+filepath.Join(want, "stsx", "serve.sock"))
		if variable == login {
			info, err := os.Stat(filepath.Join(login, "stsx"))
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("%v, %v", info, err)
			}
		}
		r.end(syscall.SIGTERM)
	}
}

// TestServeBadSocket: what can't be a socket is an error before anybody signs in, and
// nothing is left or changed.
func TestServeBadSocket(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	dir := filepath.Dir(d.socketIn())
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	file, link, other := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "other.sock")
	d.writeFile(file, "kept", 0o600)
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for path, want := range map[string]string{
		filepath.Join(dir, strings.Repeat("x", 108)): "bytes, and the system takes 10",
		filepath.Join(open, "s.sock"):                "is open to other users (mode 0755)",
		"/tmp/stsx-serve-test.sock":                  "is open to other users (mode 0777)",
		file:                                         "something else is there",
		link:                                         "something else is there",
		filepath.Join(file, "s.sock"):                "is not a directory",
		other:                                        "is in use by another program",
		"":                                           "--socket is empty",
	} {
		status := 1
		if path == "" {
			status = 2
		}
		if path == "/tmp/stsx-serve-test.sock" && os.Geteuid() != 0 {
			want = "belongs to root"
		}
		r := d.wantStatus(d.run("serve", "prod", "--socket", path), status)
		d.wantText(r.stderr, want, "stsx: hint: ")
		d.wantStatus(d.run("process", "--socket", path, "prod"), status) // nor is it a server
	}
	left, _ := os.ReadDir(dir)
	if text := textOf(t, file); text != "kept" || len(left) != 4 {
		t.Errorf("%q, %v", text, left)
	}
	d.wantNothingIn(open)
}

// TestServeInUse: a living server's socket is left to it, a killed one's is taken over.
func TestServeInUse(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	socket := d.socketIn()
	first := d.serve("prod", "--socket", socket, "--port", "0")
	d.wantText(d.wantStatus(d.run("serve", "prod", "--socket", socket), 1).stderr,
		fmt.Sprintf("is in use by another stsx serve (pid %d)", first.Process.Pid), "name another with --socket")
	port := strings.TrimPrefix(strings.Split(first.out.String(), "/credentials")[0], "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:")
	other := d.socketIn()
	d.wantText(d.wantStatus(d.run("serve", "prod", "--socket", other, "--port", port), 1).stderr, "port 127.0.0.1:"+port+" is in use")
	d.wantNothingIn(filepath.Dir(other))
	first.end(syscall.SIGKILL)
	d.wantUnserved(socket, "", 1, "has no server any more")
	second := d.serve("prod", "--socket", socket)
	d.wantServed(socket, "")
	second.end(syscall.SIGTERM)
	d.wantNothingIn(filepath.Dir(socket))
}

// TestServeChanges: a profile that the configuration no longer has, or has otherwise, is
// handed out no more, and the others are.
func TestServeChanges(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	d.storeSession("dev", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "dev", "--socket", socket)
	before := d.readConfig()
	for change, want := range map[[2]string]string{
		{"[profile.prod]", "[profile.other]"}:                                     "does not have this profile any more; start",
		{"[profile.prod]", "[profile.prod]\nconfirm = true"}:                      "something else of this profile now",
		{"[profile.prod]", "[profile.prod]\nallowed_accounts=[\"1\"]"}:            "can't be read",
		{`role   = "` + adminRole + `"`, `role = "` + auditRole + `"`}:            "something else of this profile now",
		{"[profile.prod]", "[profile.prod]\nallowed_accounts=[\"210987654321\"]"}: "can't be read",
	} {
		d.editConfig(change[0], change[1])
		d.wantUnserved(socket, "prod", 1, "stsx: error: stsx serve: prod: the configuration ", want)
		d.writeConfig(before)
	}
	d.editConfig("[profile.prod]", "[profile.other]")
	d.wantServed(socket, "dev")
	d.writeConfig(before)
	d.wantServed(socket, "prod")
	r.end(syscall.SIGTERM)
}

// TestServeWithoutTerminal: where a session is missing the caller learns what to do, and
// gets the one that another stsx signs in to.
func TestServeWithoutTerminal(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.editConfig("[profile.audit]", "[profile.asked]\nrole = \"Dev\"\naccount = \"123456789012\"\nconfirm = true\n\n[profile.audit]")
	socket := d.socketIn()
	d.storeSession("asked", time.Hour)
	r := d.serve("prod", "asked", "--socket", socket)
	d.wantText(r.err.String(), "stsx: prod: a sign-in to acme is required", "Run, where it runs: stsx login prod")
	d.wantUnserved(socket, "prod", 3, "stsx serve has no terminal to ask on. Run, where it runs: stsx login prod")
	d.wantUnserved(socket, "asked", 3, "a yes to using asked is required")
	d.storeSession("prod", time.Hour)
	d.wantServed(socket, "prod")
	r.end(syscall.SIGTERM)
}

// TestServeConfirms: one question for all that wait, at the terminal of the server; its
// answer is what they get.
func TestServeConfirms(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.editConfig("[profile.prod]", "[profile.prod]\nconfirm = true")
	d.storeSession("prod", time.Hour)
	for answer, status := range map[string]int{"y": 0, "n": 1} {
		socket := d.socketIn()
		term := d.openTerminal("serve", "prod", "--socket", socket)
		term.waitFor("serving prod")
		callers := make([]*runningProgram, 20)
		for i := range callers {
			callers[i] = d.start("process", "--socket", socket, "prod")
		}
		term.waitFor("Use prod (")
		term.typeText(answer + "\r")
		for _, caller := range callers {
			if got := caller.wait(); got.status != status {
				t.Errorf("%q: %s", answer, got)
			}
		}
		if n := strings.Count(term.text(), "prod is wanted by "); n != 1 {
			t.Errorf("%d questions: %s", n, term.text())
		}
		term.typeText("\x03")
		if got := term.wait(); got.status != 130 {
			t.Error(got)
		}
		d.wantNothingIn(filepath.Dir(socket))
	}
}

// TestServeLimits: what the client can't say, and a session that is limited stays so.
func TestServeLimits(t *testing.T) {
	t.Parallel()
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "--socket", socket)
	below := d.with("STSX_ONLY=read-only")
	d.wantText(below.wantStatus(below.run("process", "--socket", socket), 3).stderr, "a yes to using prod beyond STSX_ONLY (read-only)")
	d.wantText(below.wantStatus(below.run("serve", "prod", "--socket", d.socketIn()), 3).stderr, "beyond STSX_ONLY (read-only)")
	for _, flags := range [][]string{{"--read-only"}, {"--role", "Dev"}, {"--region", "eu-west-1"}, {"--duration", "1h"}} {
		d.wantText(d.wantStatus(d.run(append([]string{"process", "--socket", socket}, flags...)...), 2).stderr, "is up to stsx serve")
	}
	r.end(syscall.SIGTERM)
	// The full session is no answer to a limited request.
	limited := d.serve("--read-only", "prod", "--socket", socket)
	d.wantUnserved(socket, "", 3, "stsx login prod --read-only")
	limited.end(syscall.SIGTERM)
}

// TestServeOtherUser: another user gets nothing, though the folder and the socket were
// opened to them.
func TestServeOtherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	nobody, err := user.Lookup("nobody")
	require.Part(t, "the user nobody", err == nil, "every system has it")
	d := newServeDesk(t)
	d.storeSession("prod", time.Hour)
	socket := d.socketIn()
	r := d.serve("prod", "--socket", socket)
	perl := require.Command(t, "perl", "install Perl")
	asNobody := func() (string, error) {
		command := exec.CommandContext(t.Context(), perl, "-MIO::Socket::UNIX", "-e", `
			$SIG{PIPE} = "IGNORE"; $| = 1;
			my $s = IO::Socket::UNIX->new($ARGV[0]) or die "$!\n";
			syswrite($s, "GET /credentials HTTP/1.1\r\nHost: stsx\r\n\r\n");
			sysread($s, my $got, 4096);
			print "got (", $got // "", ")\n";`, socket)
		var uid, gid uint32
		if _, err := fmt.Sscan(nobody.Uid, &uid); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(nobody.Gid, &gid); err != nil {
			t.Fatal(err)
		}
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
		command.Dir = "/"
		out, err := command.CombinedOutput()
		return string(out), err
	}
	if out, err := asNobody(); err == nil || !strings.Contains(out, "Permission denied") {
		t.Errorf("%s, %v", out, err)
	}
	if err := errors.Join(os.Chmod(filepath.Dir(socket), 0o755), os.Chmod(socket, 0o666)); err != nil {
		t.Fatal(err)
	}
	if out, err := asNobody(); err != nil || out != "got ()\n" {
		t.Errorf("%s, %v", out, err)
	}
	d.waitFor("the line about it", func() bool { return strings.Contains(r.err.String(), "of another user (uid "+nobody.Uid+")") })
	d.wantServed(socket, "")
	r.end(syscall.SIGTERM)
}

// TestServeSignsIn: where there is no session, one sign-in at the server's terminal is
// enough for all that wait.
func TestServeSignsIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	d.editConfig("[profile.prod]", "[profile.prod]\nconfirm = true") // so it is not opened at the start
	socket := d.socketIn()
	term := d.openTerminal("serve", "prod", "--socket", socket)
	term.waitFor("ask with: ")
	callers := make([]*runningProgram, 20)
	for i := range callers {
		callers[i] = d.start("process", "--socket", socket, "prod")
	}
	term.waitFor("Use prod (")
	term.typeText("y\r")
	term.waitFor("prod is wanted, and needs a sign-in", "Okta password for "+jane)
	term.typeText(janePassword + "\r")
	for _, caller := range callers {
		d.wantText(d.wantStatus(caller.wait(), 0).stdout, `"AccessKeyId": "ASIA`)
	}
	if n := d.countAssumed(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	term.typeText("\x03")
	if got := term.wait(); got.status != 130 {
		t.Error(got)
	}
	d.wantNothingIn(filepath.Dir(socket))
}
