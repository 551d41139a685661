//go:build unix

package tests

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestBeside: what the command is and has while stsx runs beside it. One
// sign-in for all.
func TestBeside(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.expect(d.signed().run("login", "prod", "dev"), 0)
	for name, f := range map[string]func(*desk){
		"status":          besideStatus,
		"signals":         besideSignals,
		"passed on":       besidePassedOn,
		"not started":     besideNotStarted,
		"environment":     besideEnvironment,
		"inherits":        besideInherits,
		"standard input":  besideStdin,
		"output":          besideOutput,
		"nested":          besideNested,
		"default profile": besideShadowed,
		"killed":          besideKilled,
		"daemon":          besideDaemon,
		"job control":     besideJob,
		"stops by itself": besideStops,
		"Ctrl-C":          besideInterrupt,
		"hang-up":         besideHangup,
		"terminal":        besideTerminal,
	} {
		d.sub(name, f)
	}
}

// refresh is run with --refresh.
func (d *desk) refresh(argv ...string) result {
	d.Helper()
	return d.run(append([]string{"exec", "--refresh", "prod", "--"}, argv...)...)
}

func besideStatus(d *desk) {
	for _, status := range []int{0, 1, 2, 3, 4, 5, 125, 126, 127, 130, 255} {
		r := d.expect(d.refresh("sh", "-c", "exit "+strconv.Itoa(status)), status)
		if r.stdout != "" {
			d.Errorf("something was said: %s", r)
		}
	}
}

// besideSignals: stsx ends by the signal that ended the command, and leaves no
// core file of its own.
func besideSignals(d *desk) {
	dir := d.TempDir()
	for name, signal := range map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "PIPE": syscall.SIGPIPE, "QUIT": syscall.SIGQUIT,
		"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "ALRM": syscall.SIGALRM, "ABRT": syscall.SIGABRT, "SEGV": syscall.SIGSEGV,
	} {
		r := d.program("sh", "-c", `cd "$0" && ulimit -c unlimited 2>/dev/null; exec "$@"`, dir, stsx, "exec", "--refresh", "prod", "--", "sh", "-c", "ulimit -c 0; kill -"+name+" $$")
		if r.signal != signal || strings.Contains(r.stderr, "goroutine") {
			d.Errorf("want the end by %s, got %s", signal, r)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		d.Errorf("left behind: %v", left)
	}
}

// besidePassedOn: each signal that stsx gets alone reaches the command, once.
func besidePassedOn(d *desk) {
	for name, signal := range map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "WINCH": syscall.SIGWINCH, "CONT": syscall.SIGCONT,
	} {
		// The shell counts what it gets; the last one is told by SIGALRM to end.
		r := d.start("exec", "--refresh", "prod", "--", "sh", "-c",
			`n=0; trap 'n=$((n+1)); echo got $n' `+name+`; trap 'exit $((n+40))' ALRM; echo ready $$; while :; do sleep 0.05; done`)
		d.await("the command", func() bool { return strings.Contains(r.out.String(), "ready ") })
		child, _ := strconv.Atoi(strings.Fields(r.out.String())[1])
		if err := r.Process.Signal(signal); err != nil {
			d.Fatal(err)
		}
		d.await(name+" at the command", func() bool { return strings.Contains(r.out.String(), "got 1") || r.over() })
		if err := syscall.Kill(child, syscall.SIGALRM); err != nil {
			d.Fatal(err)
		}
		if got := r.wait(); got.status != 41 {
			d.Errorf("%s: %s", name, got)
		}
	}
	// One that the command ignores ends nothing.
	r := d.start("exec", "--refresh", "prod", "--", "sh", "-c", `trap '' TERM; echo ready; while ! test -e "$0"; do sleep 0.05; done; exit 7`, filepath.Join(d.home, "ignored"))
	d.await("the command", func() bool { return strings.Contains(r.out.String(), "ready") })
	_ = r.Process.Signal(syscall.SIGTERM)
	d.write(filepath.Join(d.home, "ignored"), "", 0o600)
	d.expect(r.wait(), 7)
}

func besideNotStarted(d *desk) {
	plain := filepath.Join(d.TempDir(), "plain")
	d.write(plain, "echo no\n", 0o644)
	orphan := filepath.Join(d.TempDir(), "orphan")
	d.write(orphan, "#!/no/such/interpreter\n", 0o755)
	bare := filepath.Join(d.TempDir(), "bare")
	d.write(bare, `echo "$STSX_ROLE $1"`+"\n", 0o755)
	d.says(d.expect(d.refresh("no-such-command"), 127).stderr, "not found")
	d.says(d.expect(d.refresh(plain), 126).stderr, "can't execute "+plain)
	d.says(d.expect(d.refresh(orphan), 126).stderr, "interpreter")
	if r := d.expect(d.refresh(bare, "a b"), 0); r.stdout != "Admin a b\n" {
		d.Error(r)
	}
	d.says(d.expect(d.elsewhere().run("exec", "--refresh", "prod", "--no-input", "--", "true"), 3).stderr, "the password for "+jane+" is needed")
}

// besideEnvironment: no credentials, where to get them, and whose they are.
func besideEnvironment(d *desk) {
	parent := d.with("AWS_ACCESS_KEY_ID=AKIAOLD", "AWS_SECRET_ACCESS_KEY=old", "AWS_SESSION_TOKEN=old", "AWS_PROFILE=old", "STSX_EXPIRES=1", "AWS_CREDENTIAL_EXPIRATION=old",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/old", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/old", "STSX_PASSWORD=canary", "OTHER=stays")
	r := parent.expect(parent.refresh("env", "-0"), 0)
	got := variablesOf(r.stdout)
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "STSX_EXPIRES", "AWS_CREDENTIAL_EXPIRATION",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "STSX_PASSWORD",
	} {
		if value, there := got[name]; there {
			d.Errorf("%s is %q", name, value)
		}
	}
	for name, want := range map[string]string{
		"STSX_PROFILE": "prod", "STSX_ACCOUNT": "123456789012", "STSX_ROLE": "Admin", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "OTHER": "stays",
	} {
		if got[name] != want {
			d.Errorf("%s is %q", name, got[name])
		}
	}
	if !strings.HasPrefix(got["AWS_CONTAINER_CREDENTIALS_FULL_URI"], "http://127.0.0.1:") || len(got["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) < 43 {
		d.Errorf("%v", got)
	}
	if strings.Contains(r.stdout, "ASIA") {
		d.Error("credentials are in the environment")
	}
	// The token is in no argument of any process.
	onLinux(d)
	if r := d.expect(d.refresh("sh", "-c", `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | awk 'index($0, ENVIRON["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) { n++ } /AWS_CONTAINER_AUTHORIZATION_TOKEN/ { me++ } END { print n + 0, (me > 0) }'`), 0); strings.TrimSpace(r.stdout) != "0 1" {
		d.Errorf("%s processes have it", r.stdout)
	}
}

// besideInherits: the process group, files, limits and ignored signals are those
// that the command would have without stsx.
func besideInherits(d *desk) {
	onLinux(d)
	probe := []string{"sh", "-c", strings.ReplaceAll(inherited, `[ "$(ps -o sess= -p $$)" = "$(ps -o pgid= -p $$)" ] && echo leader`, "ps -o pgid= -p $$ | tr -d ' '")}
	around := func(argv ...string) string {
		setup := `ulimit -S -n 200; ulimit -S -c 0; umask 027; exec 7</etc/passwd; cd /etc; trap '' INT HUP; exec nice -n 3 "$@"`
		out := d.expect(d.program(append([]string{"sh", "-c", setup, "sh"}, argv...)...), 0).stdout
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return strings.Join(lines[:len(lines)-1], "\n") // the group is another run's
	}
	want, got := around(probe...), around(append([]string{stsx, "exec", "--refresh", "prod", "--"}, probe...)...)
	if got != want {
		d.Errorf("with stsx:\n%s\nwithout:\n%s", got, want)
	}
	r := d.start("exec", "--refresh", "prod", "--", "sh", "-c", "ps -o pgid= -p $$")
	if group := strings.TrimSpace(r.wait().stdout); group != strconv.Itoa(r.Process.Pid) {
		d.Errorf("the command's group is %s, stsx is %d", group, r.Process.Pid)
	}
}

func besideStdin(d *desk) {
	blob := strings.Repeat("second\r\n\x00", 100_000)
	if r := d.expect(d.feed("hunter2\n"+blob, "exec", "--refresh", "prod", "--password-stdin", "--", "cat"), 0); r.stdout != blob {
		d.Errorf("the command read %d bytes, want %d", len(r.stdout), len(blob))
	}
	for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
		mark := filepath.Join(d.TempDir(), "mark")
		d.expect(d.program("sh", "-c", `"$0" exec --refresh prod -- sh -c 'echo "$STSX_ROLE" >"$0"; exit 7' "$1" `+closed, stsx, mark), 7)
		if text, err := os.ReadFile(mark); string(text) != "Admin\n" {
			d.Errorf("%s: %q, %v", closed, text, err)
		}
	}
}

// besideOutput: a reader that goes away ends the command, quietly.
func besideOutput(d *desk) {
	r := d.program("sh", "-c", `"$0" exec --refresh --quiet prod -- yes | head -n 1`, stsx)
	if r.stdout != "y\n" || r.stderr != "" {
		d.Error(r)
	}
}

// besideNested: an exec inside has its own profile's credentials alone, and one
// with --refresh an endpoint of its own.
func besideNested(d *desk) {
	show := `echo "$STSX_PROFILE ${AWS_ACCESS_KEY_ID:+key} ${AWS_CONTAINER_CREDENTIALS_FULL_URI:-none}"`
	if r := d.expect(d.refresh(stsx, "exec", "dev", "--", "sh", "-c", show), 0); r.stdout != "dev key none\n" {
		d.Error(r)
	}
	r := d.expect(d.refresh("sh", "-c", `echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; exec "$0" exec --refresh dev -- sh -c 'echo "$STSX_PROFILE ${AWS_ACCESS_KEY_ID-none}"; echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'`, stsx), 0)
	if lines := strings.Fields(r.stdout); len(lines) != 4 || lines[1] != "dev" || lines[2] != "none" || lines[0] == lines[3] {
		d.Error(r)
	}
	if r := d.expect(d.run("exec", "prod", "--", stsx, "exec", "--refresh", "dev", "--", "sh", "-c", show), 0); !strings.HasPrefix(r.stdout, "dev  http://127.0.0.1:") {
		d.Error(r)
	}
}

// besideShadowed: where the SDKs would take the keys of [default] instead, and
// say nothing, stsx does not start the command. That they would is AWS's doing,
// and shown with boto3.
func besideShadowed(d *desk) {
	python := boto(d.T)
	file := filepath.Join(d.TempDir(), "aws")
	d = d.with("AWS_SHARED_CREDENTIALS_FILE="+file, "AWS_EC2_METADATA_DISABLED=true")
	whose := `import boto3; print(boto3.Session().get_credentials().access_key[:4])`
	if r := d.expect(d.refresh(python, "-c", whose), 0); r.stdout != "ASIA\n" {
		d.Error(r)
	}
	d.write(file, "[other]\naws_access_key_id = AKIAX\n[default]\nregion = eu-west-1\n", 0o600)
	d.expect(d.refresh("true"), 0)
	d.write(file, "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n", 0o600)
	r := d.expect(d.refresh(python, "-c", whose), 125)
	d.says(r.stderr, "takes aws_access_key_id in [default] of "+file, "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	inside := d.refresh
	d.write(file, "", 0o600)
	r = inside("sh", "-c", `printf '[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n' >"$0"; exec "$1" -c "$2"`, file, python, whose)
	if d.expect(r, 0); r.stdout != "AKIA\n" {
		d.Errorf("boto3 asks the endpoint first by now: %s", r)
	}
	for _, text := range []string{"[default]\ncredential_process = x\n", "[profile default]\nrole_arn = x\nsource_profile = y\n", "[default]\nsso_session = x\n"} {
		d.write(file, text, 0o600)
		d.says(d.expect(d.with("AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_CONFIG_FILE="+file).refresh("true"), 125).stderr, "default] of "+file, "AWS_CONFIG_FILE=/dev/null")
	}
}

// besideKilled: kill -9 leaves the command, and nothing else.
func besideKilled(d *desk) {
	r := d.start("exec", "--refresh", "prod", "--", "sh", "-c", `echo $$ "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; while ! test -e "$0"; do sleep 0.05; done`, filepath.Join(d.home, "killed"))
	d.await("the command", func() bool { return strings.Count(r.out.String(), "\n") == 1 })
	words := strings.Fields(r.out.String())
	child, _ := strconv.Atoi(words[0])
	host := strings.TrimSuffix(strings.TrimPrefix(words[1], "http://"), "/credentials")
	if !listens(host) {
		d.Errorf("nobody listens on %s", host)
	}
	_ = r.Process.Kill()
	r.wait()
	if listens(host) {
		d.Error("somebody still listens")
	}
	if err := syscall.Kill(child, 0); err != nil {
		d.Errorf("the command is gone: %v", err)
	}
	d.write(filepath.Join(d.home, "killed"), "", 0o600)
	d.await("the end of the command", func() bool { return syscall.Kill(child, 0) != nil })
	d.unlocked()
}

// besideDaemon: what the command leaves running outlives it, and the endpoint
// does not.
func besideDaemon(d *desk) {
	mark := filepath.Join(d.home, "daemon")
	r := d.expect(d.refresh("sh", "-c", `(while ! test -e "$0"; do sleep 0.05; done; echo over >"$0.over") </dev/null >/dev/null 2>&1 & echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; exit 7`, mark), 7)
	if listens(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(r.stdout), "http://"), "/credentials")) {
		d.Error("somebody still listens")
	}
	d.write(mark, "", 0o600)
	d.await("the daemon's end", func() bool { _, err := os.Stat(mark + ".over"); return err == nil })
}

func listens(host string) bool {
	c, err := net.DialTimeout("tcp", host, 10*time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// holds is a program that waits, and says when it has been let go on. (A shell won't
// do: dash, when it is stopped in the middle of starting something, is one that
// nothing stops. Nor will what reads: it may take what is typed for bash.)
const holds = `
import os, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGCONT, lambda *_: os.write(1, b"goes on\n"))
os.write(1, b"ready\n")
while True:
    signal.pause()
`

// shell is an interactive bash at a terminal.
func (d *desk) shell() *terminal {
	bash := require.Command(d, "bash", "install bash")
	require.Command(d, "python3", "install Python")
	shell := d.with("PS1=> ", "STSX="+stsx, "HISTFILE=", "HOLDS="+holds).on(bash, "--norc", "--noprofile", "-i")
	shell.expect("> ")
	return shell
}

// besideJob: Ctrl-Z, fg, bg and Ctrl-C in an interactive shell mean both, in a
// pipeline too.
func besideJob(d *desk) {
	shell := d.shell()
	shell.send("\"$STSX\" exec --refresh --quiet prod -- python3 -c \"$HOLDS\" | cat\r")
	shell.expect("ready")
	for range 8 { // what goes wrong between two processes that stop at once does so now and then
		shell.send("\x1a")
		shell.expect("Stopped")
		shell.expect("> ")
		shell.send("fg\r")
		shell.expect("goes on")
	}
	shell.send("\x03")
	shell.expect("> ")
	shell.send("echo sta\"\"tus=${PIPESTATUS[0]}\r")
	shell.expect("status=130")
	shell.send("\"$STSX\" exec --refresh --quiet prod -- python3 -c \"$HOLDS\"\r")
	shell.expect("ready")
	shell.send("\x1a")
	shell.expect("Stopped")
	shell.expect("> ")
	shell.send("bg\r")
	shell.expect("> ")
	shell.send("kill %1; wait %1; echo sta\"\"tus=$?\r")
	shell.expect("status=143")
	shell.send("exit 0\r")
	if r := shell.wait(); r.status != 0 {
		d.Error(r)
	}
}

// besideStops: a command that stops itself alone, as pagers do at Ctrl-Z, is a
// stopped job of the shell's, which fg lets go on.
func besideStops(d *desk) {
	shell := d.shell()
	shell.send("\"$STSX\" exec --refresh --quiet prod -- sh -c 'kill -TSTP $$; echo went o\"\"n; exit 7'\r")
	shell.expect("Stopped")
	shell.expect("> ")
	shell.send("fg\r")
	shell.expect("went on")
	shell.expect("> ")
	shell.send("echo sta\"\"tus=$?\r")
	shell.expect("status=7")
	// So is a shell, which is a group of its own, with jobs of its own.
	shell.send("PS1='in''side> ' \"$STSX\" exec --refresh --quiet prod -- bash --norc --noprofile -i\r")
	shell.expect("inside> ")
	shell.send("suspend\r")
	shell.expect("Stopped")
	shell.expect("> ")
	shell.send("fg\r")
	shell.expect("inside> ")
	shell.send("python3 -c \"$HOLDS\"\r")
	shell.expect("ready")
	shell.send("\x1a")
	shell.expect("Stopped")
	shell.expect("inside> ")
	shell.send("fg\r")
	shell.expect("goes on")
	shell.send("\x03")
	shell.expect("inside> ")
	shell.send("exit 5\r")
	shell.expect("> ")
	shell.send("echo sta\"\"tus=$?\r")
	shell.expect("status=5")
	shell.send("exit 0\r")
	if r := shell.wait(); r.status != 0 {
		d.Error(r)
	}
}

// besideInterrupt: the command gets a terminal's Ctrl-C and Ctrl-\ once.
func besideInterrupt(d *desk) {
	term := d.open("exec", "--refresh", "--quiet", "prod", "--", "sh", "-c",
		`n=0; trap 'n=$((n+1)); echo caught $n' INT QUIT; trap 'exit $((n+40))' ALRM; echo ready $$; while :; do sleep 0.05; done`)
	term.expect("ready ")
	term.send("\x03")
	term.expect("caught 1")
	term.send("\x1c")
	term.expect("caught 2")
	child, _ := strconv.Atoi(strings.Fields(strings.SplitAfter(term.text(), "ready ")[1])[0])
	if err := syscall.Kill(child, syscall.SIGALRM); err != nil {
		d.Fatal(err)
	}
	if r := term.wait(); r.status != 42 {
		d.Error(r)
	}
}

func besideHangup(d *desk) {
	term := d.open("exec", "--refresh", "--quiet", "prod", "--", "sh", "-c", `trap 'echo hung >up; exit 9' HUP; echo ready; while :; do sleep 0.05; done`)
	term.expect("ready")
	term.hangUp()
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}

// besideTerminal: the command has the terminal, in the foreground, as it was.
func besideTerminal(d *desk) {
	d.home = d.TempDir() // where the files of terminalModes are
	term := d.on("sh", "-c", `stty -a >before
"$0" exec --refresh --quiet prod -- sh -c 'stty -a >during; test -t 0 && test -t 1 && test -t 2 && echo tty; tty; test -r /dev/tty && echo control
ps -o pgid=,tpgid= -p $$ | { read a b; test "$a" = "$b" && echo foreground; }'
stty -a >after; tty; cmp before during && cmp before after && echo same`, stsx)
	if r := term.wait(); r.status != 0 {
		d.Error(r)
	}
	<-term.ended
	lines := strings.Fields(term.text())
	if len(lines) != 6 || lines[0] != "tty" || lines[1] != lines[4] || lines[2] != "control" || lines[3] != "foreground" || lines[5] != "same" {
		d.Errorf("the screen: %q", lines)
	}
}

// asks is a command that asks the endpoint as an SDK does, or runs a program that
// does, when the file that says so is there: each line that it prints is an answer.
const asks = `
import json, os, subprocess, sys, time, urllib.error, urllib.request
at = 0
while True:
    at += 1
    while not os.path.exists(sys.argv[1] + str(at)):
        time.sleep(0.02)
    what = open(sys.argv[1] + str(at)).read()
    if what == "over":
        sys.exit(7)
    if what != "ask":
        done = subprocess.run(what, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        print("answer", at, " ".join((done.stdout + done.stderr).split()), flush=True)
        continue
    question = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
    try:
        answer = json.loads(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(question).read())
        print("answer", at, answer["AccessKeyId"], answer["RoleArn"], flush=True)
    except urllib.error.HTTPError as e:
        print("answer", at, e.code, e.read().decode(), flush=True)
`

// asker is such a command under stsx.
type asker struct {
	*desk
	out  func() string
	file string
	n    int
}

func (d *desk) asker() *asker { return &asker{desk: d, file: filepath.Join(d.TempDir(), "ask-")} }

func (a *asker) argv(flags ...string) []string {
	python := require.Command(a, "python3", "install Python")
	return append(append([]string{"exec", "--refresh"}, flags...), "--", python, "-c", asks, a.file)
}

// ask has it ask once more, and returns the answer.
func (a *asker) ask() string {
	a.Helper()
	return a.does("ask")
}

// does has it ask, or run what it is told, and returns the answer.
func (a *asker) does(what string) string {
	a.Helper()
	a.n++
	path, answer := a.file+strconv.Itoa(a.n), ""
	a.write(path+".new", what, 0o600)
	if err := os.Rename(path+".new", path); err != nil {
		a.Fatal(err)
	}
	a.await("an answer", func() bool {
		_, after, ok := strings.Cut(a.out(), "answer "+strconv.Itoa(a.n)+" ")
		answer, _, _ = strings.Cut(after, "\n")
		return ok && strings.Contains(after, "\n")
	})
	return strings.TrimSpace(answer)
}

func (a *asker) over() {
	a.Helper()
	a.n++
	a.write(a.file+"new", "over", 0o600)
	if err := os.Rename(a.file+"new", a.file+strconv.Itoa(a.n)); err != nil {
		a.Fatal(err)
	}
}

// TestNeedsPerson: where a session can't be renewed without a person, they are
// told, on their desktop and by the SDK; what they get in another terminal is
// used at once. Nothing is asked on the command's terminal.
func TestNeedsPerson(t *testing.T) {
	t.Parallel()
	org, err := okta.Start(okta.Config{Engine: okta.Gen2, Users: noFactorPerson(), AssertionLifetime: 15 * time.Second})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	requireBrowser(t)
	d := deskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{admin: {}}})
	d.aws.SetLifetime(2 * time.Second)
	a := d.asker()
	// It stands for the desktop, of which there is none here.
	desktop := filepath.Join(d.TempDir(), "notify-send")
	d.write(desktop, "#!/bin/sh\nprintf '%s\\n' \"$@\" \"code=$STSX_MFA_CODE\" >>\"$0.said\"\n", 0o755)
	term := d.with("DISPLAY=:none", "STSX_MFA_CODE=000000", "PATH="+filepath.Dir(desktop)+":"+os.Getenv("PATH")).open(a.argv("prod", "--username", jane)...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.expect("Okta password for " + jane)
	term.send(janePassword + "\r")
	term.expect("stsx: prod can't be renewed without you, since remember is not set for acme")
	said := func() string { text, _ := os.ReadFile(desktop + ".said"); return string(text) }
	d.await("a message on the desktop", func() bool { return strings.Contains(said(), "stsx login --force prod --username "+jane) })
	if !strings.Contains(said(), "\nstsx: prod\n") || !strings.Contains(said(), "\ncode=\n") {
		t.Errorf("the message is %q", said())
	}
	answer := ""
	d.await("the end of the session", func() bool { answer = a.ask(); return strings.HasPrefix(answer, "503 ") })
	d.says(answer, `{"Code":"CredentialsUnavailable","Message":"the credentials of prod ended at `, "a sign-in to acme needs a person", "Run stsx login --force prod --username "+jane+" in another terminal")
	for name, program := range map[string]string{
		"boto3": boto(t) + ` -c 'import boto3; boto3.client("sts").get_caller_identity()'`,
		"Go":    goSDK + "=1 AWS_MAX_ATTEMPTS=1 " + os.Args[0],
	} {
		if shown := a.does("AWS_EC2_METADATA_DISABLED=true " + program); !strings.Contains(shown, "a sign-in to acme needs a person. Run stsx login --force prod --username "+jane) {
			t.Errorf("%s shows %s", name, shown)
		}
	}
	if d.count(okta.PasswordTried) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.aws.SetLifetime(0)
	d.expect(d.with("STSX_PASSWORD="+janePassword).run("login", "--force", "prod", "--username", jane), 0)
	if answer := a.ask(); !strings.HasPrefix(answer, "ASIA") || !strings.HasSuffix(answer, admin) {
		t.Errorf("after the sign-in elsewhere: %s", answer)
	}
	a.over()
	if r := term.wait(); r.status != 7 || strings.Count(r.stdout, "password") != 1 {
		t.Error(r)
	}
	if n := strings.Count(said(), "\nstsx: prod\n"); n != 1 {
		t.Errorf("%d messages on the desktop", n)
	}
}

// TestRenewsUnattended: with a password and a command for codes stsx signs in
// again by itself, with a browser; a chained profile's source is renewed with
// it, and confirm is asked once.
func TestRenewsUnattended(t *testing.T) {
	t.Parallel()
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson(), AssertionLifetime: 15 * time.Second})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	requireBrowser(t)
	d := deskAt(t, org, aws.Config{Lifetime: 20 * time.Second, Roles: map[string]aws.RoleConfig{admin: {}, audit: {Sources: []string{admin}}}})
	d.edit("[profile.audit]\nrole = \"Audit\"", "[profile.audit]\nsource = \"prod\"\nrole = \""+audit+"\"\nconfirm = true")
	a := d.asker()
	term := d.with("STSX_PASSWORD=" + janePassword).open(a.argv("audit")...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.expect("Use audit")
	term.send("y\r")
	first := a.ask()
	if !strings.HasPrefix(first, "ASIA") || !strings.HasSuffix(first, audit) {
		t.Fatalf("it got %s", first)
	}
	d.await("other credentials", func() bool { now := a.ask(); return strings.HasPrefix(now, "ASIA") && now != first })
	if d.count(okta.PasswordTried) < 2 { // the assertion of the first sign-in is over by then
		t.Errorf("the org logged %v", d.org.Log())
	}
	a.over()
	if r := term.wait(); r.status != 7 || strings.Count(r.stdout, "Use audit") != 1 {
		t.Error(r)
	}
	d.alone()
}

// TestRefreshedRole: the role that was chosen for a profile without one is not
// asked for again, and is no other.
func TestRefreshedRole(t *testing.T) {
	t.Parallel()
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	requireBrowser(t)
	d := deskAt(t, org, aws.Config{Lifetime: 5 * time.Second, Roles: map[string]aws.RoleConfig{admin: {}, dev: {}}}).remembering()
	a := d.asker()
	term := d.with("STSX_PASSWORD=" + janePassword).open(a.argv("any")...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.expect("Role for any")
	term.send("Dev\r")
	first := a.ask()
	if !strings.HasPrefix(first, "ASIA") || !strings.HasSuffix(first, dev) {
		t.Fatalf("it got %s", first)
	}
	d.await("other credentials", func() bool {
		now := a.ask()
		if strings.HasPrefix(now, "ASIA") && !strings.HasSuffix(now, dev) {
			t.Fatalf("it got %s", now)
		}
		return strings.HasPrefix(now, "ASIA") && now != first
	})
	d.seen(1, 0, d.count(okta.Asserted)) // the rest came from the session that is remembered
	a.over()
	if r := term.wait(); r.status != 7 {
		t.Error(r)
	}
}
