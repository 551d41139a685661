//go:build unix

package tests

import (
	"fmt"
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
	d.wantStatus(d.withPasswordAndCode().run("login", "prod", "dev"), 0)
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
		d.subtest(name, f)
	}
}

// runRefresh is run with --refresh.
func (d *desk) runRefresh(argv ...string) runResult {
	d.Helper()
	return d.run(append([]string{"exec", "--refresh", "prod", "--"}, argv...)...)
}

func besideStatus(d *desk) {
	for _, status := range []int{0, 1, 2, 3, 4, 5, 125, 126, 127, 130, 255} {
		r := d.wantStatus(d.runRefresh("sh", "-c", "exit "+strconv.Itoa(status)), status)
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
		"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "PIPE": syscall.SIGPIPE,
		"QUIT": syscall.SIGQUIT,
		"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "ALRM": syscall.SIGALRM, "ABRT": syscall.SIGABRT, "SEGV": syscall.SIGSEGV,
	} {
		r := d.runProgram("sh", "-c", `cd "$0" && ulimit -c unlimited 2>/dev/null; exec "$@"`, dir, stsxPath, "exec", "--refresh", "prod",
			"--", "sh", "-c", "ulimit -c 0; kill -"+name+" $$")
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
		"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "USR1": syscall.SIGUSR1,
		"USR2": syscall.SIGUSR2, "WINCH": syscall.SIGWINCH, "CONT": syscall.SIGCONT,
	} {
		// The shell counts what it gets; the last one is told by SIGALRM to end.
		r := d.start("exec", "--refresh", "prod", "--", "sh", "-c",
			`n=0; trap 'n=$((n+1)); echo got $n' `+name+`; trap 'exit $((n+40))' ALRM; echo ready $$; while :; do sleep 0.05; done`)
		d.waitFor("the command", func() bool { return strings.Contains(r.out.String(), "ready ") })
		child, _ := strconv.Atoi(strings.Fields(r.out.String())[1])
		if err := r.Process.Signal(signal); err != nil {
			d.Fatal(err)
		}
		d.waitFor(name+" at the command", func() bool { return strings.Contains(r.out.String(), "got 1") || r.hasEnded() })
		if err := syscall.Kill(child, syscall.SIGALRM); err != nil {
			d.Fatal(err)
		}
		if got := r.wait(); got.status != 41 {
			d.Errorf("%s: %s", name, got)
		}
	}
	// One that the command ignores ends nothing.
	r := d.start("exec", "--refresh", "prod", "--", "sh", "-c",
		`trap '' TERM; echo ready; while ! test -e "$0"; do sleep 0.05; done; exit 7`, filepath.Join(d.home, "ignored"))
	d.waitFor("the command", func() bool { return strings.Contains(r.out.String(), "ready") })
	_ = r.Process.Signal(syscall.SIGTERM)
	d.writeFile(filepath.Join(d.home, "ignored"), "", 0o600)
	d.wantStatus(r.wait(), 7)
}

func besideNotStarted(d *desk) {
	plain := filepath.Join(d.TempDir(), "plain")
	d.writeFile(plain, "echo no\n", 0o644)
	orphan := filepath.Join(d.TempDir(), "orphan")
	d.writeFile(orphan, "#!/no/such/interpreter\n", 0o755)
	bare := filepath.Join(d.TempDir(), "bare")
	d.writeFile(bare, `echo "$STSX_ROLE $1"`+"\n", 0o755)
	d.wantText(d.wantStatus(d.runRefresh("no-such-command"), 127).stderr, "not found")
	d.wantText(d.wantStatus(d.runRefresh(plain), 126).stderr, "can't execute "+plain)
	d.wantText(d.wantStatus(d.runRefresh(orphan), 126).stderr, "interpreter")
	if r := d.wantStatus(d.runRefresh(bare, "a b"), 0); r.stdout != "Admin a b\n" {
		d.Error(r)
	}
	d.wantText(d.wantStatus(d.withFreshState().run("exec", "--refresh", "prod", "--no-input", "--", "true"), 3).stderr,
		"the password for "+jane+" is required")
}

// besideEnvironment: no credentials, where to get them, and whose they are.
func besideEnvironment(d *desk) {
	parent := d.with("AWS_ACCESS_KEY_ID=AKIAOLD", "AWS_SECRET_ACCESS_KEY=old", "AWS_SESSION_TOKEN=old", "AWS_PROFILE=old", "STSX_EXPIRES=1",
		"AWS_CREDENTIAL_EXPIRATION=old",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/old", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/old", "STSX_PASSWORD=canary", "OTHER=stays")
	r := parent.wantStatus(parent.runRefresh("env", "-0"), 0)
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
		"STSX_PROFILE": "prod", "STSX_ACCOUNT": "123456789012", "STSX_ROLE": "Admin", "AWS_REGION": "eu-west-1",
		"AWS_DEFAULT_REGION": "eu-west-1", "OTHER": "stays", "AWS_CREDENTIAL_PROFILES_FILE": filepath.Join(d.home, ".aws", "credentials"),
	} {
		if got[name] != want {
			d.Errorf("%s is %q", name, got[name])
		}
	}
	if !strings.HasPrefix(got["AWS_CONTAINER_CREDENTIALS_FULL_URI"], "http://127.0.0.1:") ||
		len(got["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) < 43 {
		d.Errorf("%v", got)
	}
	if strings.Contains(r.stdout, "ASIA") {
		d.Error("credentials are in the environment")
	}
	// The token is in no argument of any process.
	onLinux(d)
	if r := d.wantStatus(d.runRefresh("sh", "-c",
		`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | awk 'index($0, ENVIRON["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) { n++ } /AWS_CONTAINER_AUTHORIZATION_TOKEN/ { me++ } END { print n + 0, (me > 0) }'`), 0); strings.TrimSpace(r.stdout) != "0 1" {
		d.Errorf("%s processes have it", r.stdout)
	}
}

// besideInherits: the process group, files, limits and ignored signals are those
// that the command would have without stsx.
func besideInherits(d *desk) {
	onLinux(d)
	probe := []string{"sh", "-c", strings.ReplaceAll(inheritedState, `[ "$(ps -o sess= -p $$)" = "$(ps -o pgid= -p $$)" ] && echo leader`,
		"ps -o pgid= -p $$ | tr -d ' '")}
	around := func(argv ...string) string {
		setup := `ulimit -S -n 200; ulimit -S -c 0; umask 027; exec 7</etc/passwd; cd /etc; trap '' INT HUP; exec nice -n 3 "$@"`
		out := d.wantStatus(d.runProgram(append([]string{"sh", "-c", setup, "sh"}, argv...)...), 0).stdout
		lines := strings.Split(strings.TrimSpace(out), "\n")
		return strings.Join(lines[:len(lines)-1], "\n") // the group is another run's
	}
	want, got := around(probe...), around(append([]string{stsxPath, "exec", "--refresh", "prod", "--"}, probe...)...)
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
	if r := d.wantStatus(d.runWithStdin("hunter2\n"+blob, "exec", "--refresh", "prod", "--password-stdin", "--", "cat"),
		0); r.stdout != blob {
		d.Errorf("the command read %d bytes, want %d", len(r.stdout), len(blob))
	}
	for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
		mark := filepath.Join(d.TempDir(), "mark")
		d.wantStatus(d.runProgram("sh", "-c", `"$0" exec --refresh prod -- sh -c 'echo "$STSX_ROLE" >"$0"; exit 7' "$1" `+closed, stsxPath,
			mark), 7)
		if text, err := os.ReadFile(mark); string(text) != "Admin\n" {
			d.Errorf("%s: %q, %v", closed, text, err)
		}
	}
}

// besideOutput: a reader that goes away ends the command, quietly.
func besideOutput(d *desk) {
	r := d.runProgram("sh", "-c", `"$0" exec --refresh --quiet prod -- yes | head -n 1`, stsxPath)
	if r.stdout != "y\n" || r.stderr != "" {
		d.Error(r)
	}
}

// besideNested: an exec inside has its own profile's credentials alone, and one
// with --refresh an endpoint of its own.
func besideNested(d *desk) {
	show := `echo "$STSX_PROFILE ${AWS_ACCESS_KEY_ID:+key} ${AWS_CONTAINER_CREDENTIALS_FULL_URI:-none}"`
	if r := d.wantStatus(d.runRefresh(stsxPath, "exec", "dev", "--", "sh", "-c", show), 0); r.stdout != "dev key none\n" {
		d.Error(r)
	}
	r := d.wantStatus(d.runRefresh("sh", "-c",
		`echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; exec "$0" exec --refresh dev -- sh -c 'echo "$STSX_PROFILE ${AWS_ACCESS_KEY_ID-none}"; echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"'`, stsxPath), 0)
	if lines := strings.Fields(r.stdout); len(lines) != 4 || lines[1] != "dev" || lines[2] != "none" || lines[0] == lines[3] {
		d.Error(r)
	}
	if r := d.wantStatus(d.run("exec", "prod", "--", stsxPath, "exec", "--refresh", "dev", "--", "sh", "-c", show),
		0); !strings.HasPrefix(r.stdout, "dev  http://127.0.0.1:") {
		d.Error(r)
	}
}

// besideShadowed: where the SDKs would take the keys of [default] instead, and
// say nothing, stsx does not start the command. That they would is AWS's doing,
// and shown with boto3.
func besideShadowed(d *desk) {
	python := botoPython(d.T)
	file := filepath.Join(d.TempDir(), "aws")
	d = d.with("AWS_SHARED_CREDENTIALS_FILE="+file, "AWS_EC2_METADATA_DISABLED=true")
	whose := `import boto3; print(boto3.Session().get_credentials().access_key[:4])`
	if r := d.wantStatus(d.runRefresh(python, "-c", whose), 0); r.stdout != "ASIA\n" {
		d.Error(r)
	}
	d.writeFile(file, "[other]\naws_access_key_id = AKIAX\n[default]\nregion = eu-west-1\n", 0o600)
	d.wantStatus(d.runRefresh("true"), 0)
	d.writeFile(file, "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n", 0o600)
	r := d.wantStatus(d.runRefresh(python, "-c", whose), 125)
	d.wantText(r.stderr, "takes aws_access_key_id in [default] of "+file, "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	inside := d.runRefresh
	d.writeFile(file, "", 0o600)
	r = inside("sh", "-c", `printf '[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n' >"$0"; exec "$1" -c "$2"`,
		file, python, whose)
	if d.wantStatus(r, 0); r.stdout != "AKIA\n" {
		d.Errorf("boto3 asks the endpoint first by now: %s", r)
	}
	for _, text := range []string{"[default]\ncredential_process = x\n", "[profile default]\nrole_arn = x\nsource_profile = y\n",
		"[default]\nsso_session = x\n"} {
		d.writeFile(file, text, 0o600)
		d.wantText(d.wantStatus(d.with("AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_CONFIG_FILE="+file).runRefresh("true"), 125).stderr,
			"default] of "+file, "AWS_CONFIG_FILE=/dev/null")
	}
}

// besideKilled: kill -9 leaves the command, and nothing else.
func besideKilled(d *desk) {
	r := d.start("exec", "--refresh", "prod", "--", "sh", "-c",
		`echo $$ "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; while ! test -e "$0"; do sleep 0.05; done`, filepath.Join(d.home, "killed"))
	d.waitFor("the command", func() bool { return strings.Count(r.out.String(), "\n") == 1 })
	words := strings.Fields(r.out.String())
	child, _ := strconv.Atoi(words[0])
	host := strings.TrimSuffix(strings.TrimPrefix(words[1], "http://"), "/credentials")
	if !hasListener(host) {
		d.Errorf("nobody listens on %s", host)
	}
	_ = r.Process.Kill()
	r.wait()
	if hasListener(host) {
		d.Error("somebody still listens")
	}
	if err := syscall.Kill(child, 0); err != nil {
		d.Errorf("the command is gone: %v", err)
	}
	d.writeFile(filepath.Join(d.home, "killed"), "", 0o600)
	d.waitFor("the end of the command", func() bool { return syscall.Kill(child, 0) != nil })
	d.wantNoLock()
}

// besideDaemon: what the command leaves running outlives it, and the endpoint
// does not.
func besideDaemon(d *desk) {
	mark := filepath.Join(d.home, "daemon")
	r := d.wantStatus(d.runRefresh("sh", "-c",
		`(while ! test -e "$0"; do sleep 0.05; done; echo over >"$0.over") </dev/null >/dev/null 2>&1 & echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI"; exit 7`, mark), 7)
	if hasListener(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(r.stdout), "http://"), "/credentials")) {
		d.Error("somebody still listens")
	}
	d.writeFile(mark, "", 0o600)
	d.waitFor("the daemon's end", func() bool { _, err := os.Stat(mark + ".over"); return err == nil })
}

// waitingProgram is a program that waits, and says when it has been let go on. (A shell won't
// do: dash, when it is stopped in the middle of starting something, is one that
// nothing stops. Nor will what reads: it may take what is typed for bash.)
const waitingProgram = `
import os, signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGCONT, lambda *_: os.write(1, b"goes on\n"))
os.write(1, b"ready\n")
while True:
    signal.pause()
`

// openShell is an interactive bash at a terminal.
func (d *desk) openShell() *terminal {
	bash := require.Command(d, "bash", "install bash")
	require.Command(d, "python3", "install Python")
	shell := d.with("PS1=> ", "STSX="+stsxPath, "HISTFILE=", "HOLDS="+waitingProgram).openProgram(bash, "--norc", "--noprofile", "-i")
	shell.waitFor("> ")
	return shell
}

// besideJob: Ctrl-Z, fg, bg and Ctrl-C in an interactive shell mean both, in a
// pipeline too.
func besideJob(d *desk) {
	shell := d.openShell()
	shell.typeText("\"$STSX\" exec --refresh --quiet prod -- python3 -c \"$HOLDS\" | cat\r")
	shell.waitFor("ready")
	for range 8 { // what goes wrong between two processes that stop at once does so now and then
		shell.typeText("\x1a")
		shell.waitFor("Stopped")
		shell.waitFor("> ")
		shell.typeText("fg\r")
		shell.waitFor("goes on")
	}
	shell.typeText("\x03")
	shell.waitFor("> ")
	shell.typeText("echo sta\"\"tus=${PIPESTATUS[0]}\r")
	shell.waitFor("status=130")
	shell.typeText("\"$STSX\" exec --refresh --quiet prod -- python3 -c \"$HOLDS\"\r")
	shell.waitFor("ready")
	shell.stopJob()
	shell.waitFor("> ")
	shell.typeText("bg\r")
	shell.waitFor("> ")
	shell.typeText("kill %1; wait %1; echo sta\"\"tus=$?\r")
	shell.waitFor("status=143")
	shell.exitShell()
}

// besideStops: a command that stops itself alone, as pagers do at Ctrl-Z, is a
// stopped job of the shell's, which fg lets go on.
func besideStops(d *desk) {
	shell := d.openShell()
	shell.typeText("\"$STSX\" exec --refresh --quiet prod -- sh -c 'kill -TSTP $$; echo went o\"\"n; exit 7'\r")
	shell.waitFor("Stopped")
	shell.waitFor("> ")
	shell.typeText("fg\r")
	shell.waitFor("went on")
	shell.waitFor("> ")
	shell.wantLastStatus(7)
	// So is a shell, which is a group of its own, with jobs of its own.
	shell.typeText("PS1='in''side> ' \"$STSX\" exec --refresh --quiet prod -- bash --norc --noprofile -i\r")
	shell.waitFor("inside> ")
	shell.typeText("suspend\r")
	shell.waitFor("Stopped")
	shell.waitFor("> ")
	shell.typeText("fg\r")
	shell.waitFor("inside> ")
	shell.typeText("python3 -c \"$HOLDS\"\r")
	shell.waitFor("ready")
	shell.stopJob()
	shell.waitFor("inside> ")
	shell.typeText("fg\r")
	shell.waitFor("goes on")
	shell.typeText("\x03")
	shell.waitFor("inside> ")
	shell.typeText("exit 5\r")
	shell.waitFor("> ")
	shell.wantLastStatus(5)
	shell.exitShell()
}

// besideInterrupt: the command gets a terminal's Ctrl-C and Ctrl-\ once.
func besideInterrupt(d *desk) {
	term := d.openTerminal("exec", "--refresh", "--quiet", "prod", "--", "sh", "-c",
		`n=0; trap 'n=$((n+1)); echo caught $n' INT QUIT; trap 'exit $((n+40))' ALRM; echo ready $$; while :; do sleep 0.05; done`)
	term.waitFor("ready ")
	term.typeText("\x03")
	term.waitFor("caught 1")
	term.typeText("\x1c")
	term.waitFor("caught 2")
	child, _ := strconv.Atoi(strings.Fields(strings.SplitAfter(term.text(), "ready ")[1])[0])
	if err := syscall.Kill(child, syscall.SIGALRM); err != nil {
		d.Fatal(err)
	}
	if r := term.wait(); r.status != 42 {
		d.Error(r)
	}
}

func besideHangup(d *desk) {
	term := d.openTerminal("exec", "--refresh", "--quiet", "prod", "--", "sh", "-c",
		`trap 'echo hung >up; exit 9' HUP; echo ready; while :; do sleep 0.05; done`)
	term.waitFor("ready")
	term.hangUp()
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}

// besideTerminal: the command has the terminal, in the foreground, as it was.
func besideTerminal(d *desk) {
	d.home = d.TempDir() // where the files of terminalModes are
	term := d.openProgram("sh", "-c", `stty -a >before
"$0" exec --refresh --quiet prod -- sh -c 'stty -a >during; test -t 0 && test -t 1 && test -t 2 && echo tty; tty; test -r /dev/tty && echo control
ps -o pgid=,tpgid= -p $$ | { read a b; test "$a" = "$b" && echo foreground; }'
stty -a >after; tty; cmp before during && cmp before after && echo same`, stsxPath)
	if r := term.wait(); r.status != 0 {
		d.Error(r)
	}
	<-term.ended
	lines := strings.Fields(term.text())
	if len(lines) != 6 || lines[0] != "tty" || lines[1] != lines[4] || lines[2] != "control" || lines[3] != "foreground" ||
		lines[5] != "same" {
		d.Errorf("the screen: %q", lines)
	}
}

// askingProgram is a command that asks the endpoint as an SDK does, or runs a program that
// does, when the file that says so is there: each line that it prints is an answer.
const askingProgram = `
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

// endpointClient is such a command under stsx.
type endpointClient struct {
	*desk
	out  func() string
	file string
	n    int
}

func (d *desk) newEndpointClient() *endpointClient {
	return &endpointClient{desk: d, file: filepath.Join(d.TempDir(), "ask-")}
}

func (a *endpointClient) execArgs(flags ...string) []string {
	python := require.Command(a, "python3", "install Python")
	return append(append([]string{"exec", "--refresh"}, flags...), "--", python, "-c", askingProgram, a.file)
}

// askEndpoint has it ask once more, and returns the answer.
func (a *endpointClient) askEndpoint() string {
	a.Helper()
	return a.runCommand("ask")
}

// runCommand has it ask, or run what it is told, and returns the answer.
func (a *endpointClient) runCommand(what string) string {
	a.Helper()
	a.n++
	path, answer := a.file+strconv.Itoa(a.n), ""
	a.writeFile(path+".new", what, 0o600)
	if err := os.Rename(path+".new", path); err != nil {
		a.Fatal(err)
	}
	a.waitFor("an answer", func() bool {
		_, after, ok := strings.Cut(a.out(), "answer "+strconv.Itoa(a.n)+" ")
		answer, _, _ = strings.Cut(after, "\n")
		return ok && strings.Contains(after, "\n")
	})
	return strings.TrimSpace(answer)
}

func (a *endpointClient) endProgram() {
	a.Helper()
	a.n++
	a.writeFile(a.file+"new", "over", 0o600)
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
	d := newDeskAt(t, org, aws.Config{Roles: map[string]aws.RoleConfig{adminRole: {}}})
	d.aws.SetLifetime(2 * time.Second)
	a := d.newEndpointClient()
	// It stands for the desktop, of which there is none here.
	desktop := filepath.Join(d.TempDir(), "notify-send")
	d.writeFile(desktop, "#!/bin/sh\nprintf '%s\\n' \"$@\" \"code=$STSX_MFA_CODE\" >>\"$0.said\"\n", 0o755)
	term := d.with("DISPLAY=:none", "STSX_MFA_CODE=000000", "PATH="+filepath.Dir(desktop)+":"+
		os.Getenv("PATH")).openTerminal(a.execArgs("prod", "--username", jane)...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.waitFor("Okta password for " + jane)
	term.typeText(janePassword + "\r")
	term.waitFor("stsx: prod can't be renewed without you, since remember is not set for acme")
	said := func() string { text, _ := os.ReadFile(desktop + ".said"); return string(text) }
	d.waitFor("a message on the desktop", func() bool { return strings.Contains(said(), "stsx login --force prod --username "+jane) })
	if !strings.Contains(said(), "\nstsx: prod\n") || !strings.Contains(said(), "\ncode=\n") {
		t.Errorf("the message is %q", said())
	}
	answer := ""
	d.waitFor("the end of the session", func() bool { answer = a.askEndpoint(); return strings.HasPrefix(answer, "503 ") })
	d.wantText(answer, `{"Code":"InputRequired","Message":"the credentials of prod ended at `, "a sign-in to acme needs you",
		"Run stsx login --force prod --username "+jane+" in another terminal")
	for name, program := range map[string]string{
		"boto3": botoPython(t) + ` -c 'import boto3; boto3.client("sts").get_caller_identity()'`,
		"Go":    goSDKEnv + "=1 AWS_MAX_ATTEMPTS=1 " + os.Args[0],
	} {
		if shown := a.runCommand("AWS_EC2_METADATA_DISABLED=true " + program); !strings.Contains(shown,
			"a sign-in to acme needs you. Run stsx login --force prod --username "+jane) {
			t.Errorf("%s shows %s", name, shown)
		}
	}
	if d.countEvents(okta.PasswordTried) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.aws.SetLifetime(0)
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "--force", "prod", "--username", jane), 0)
	if answer := a.askEndpoint(); !strings.HasPrefix(answer, "ASIA") || !strings.HasSuffix(answer, adminRole) {
		t.Errorf("after the sign-in elsewhere: %s", answer)
	}
	a.endProgram()
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
	d := newDeskAt(t, org, aws.Config{Lifetime: 20 * time.Second,
		Roles: map[string]aws.RoleConfig{adminRole: {}, auditRole: {Sources: []string{adminRole}}}})
	d.editConfig("[profile.audit]\nrole = \"Audit\"", "[profile.audit]\nsource = \"prod\"\nrole = \""+auditRole+"\"\nconfirm = true")
	a := d.newEndpointClient()
	term := d.with("STSX_PASSWORD=" + janePassword).openTerminal(a.execArgs("audit")...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.waitFor("Use audit")
	term.typeText("y\r")
	first := a.askEndpoint()
	if !strings.HasPrefix(first, "ASIA") || !strings.HasSuffix(first, auditRole) {
		t.Fatalf("it got %s", first)
	}
	d.waitFor("other credentials", func() bool { now := a.askEndpoint(); return strings.HasPrefix(now, "ASIA") && now != first })
	if d.countEvents(okta.PasswordTried) < 2 { // the assertion of the first sign-in is over by then
		t.Errorf("the org logged %v", d.org.Log())
	}
	a.endProgram()
	if r := term.wait(); r.status != 7 || strings.Count(r.stdout, "Use audit") != 1 {
		t.Error(r)
	}
	d.wantNoBrowserOrLock()
}

// TestRefreshedRole: the role that was chosen for a profile without one is not
// asked for again, and is no other.
func TestRefreshedRole(t *testing.T) {
	t.Parallel()
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: noFactorPerson()})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	requireBrowser(t)
	d := newDeskAt(t, org, aws.Config{Lifetime: 5 * time.Second,
		Roles: map[string]aws.RoleConfig{adminRole: {}, devRole: {}}}).withRemember()
	a := d.newEndpointClient()
	term := d.with("STSX_PASSWORD=" + janePassword).openTerminal(a.execArgs("any")...)
	a.out = func() string { return strings.ReplaceAll(term.text(), "\r", "") }
	term.waitFor("Role for any")
	term.typeText("Dev\r")
	first := a.askEndpoint()
	if !strings.HasPrefix(first, "ASIA") || !strings.HasSuffix(first, devRole) {
		t.Fatalf("it got %s", first)
	}
	d.waitFor("other credentials", func() bool {
		now := a.askEndpoint()
		if strings.HasPrefix(now, "ASIA") && !strings.HasSuffix(now, devRole) {
			t.Fatalf("it got %s", now)
		}
		return strings.HasPrefix(now, "ASIA") && now != first
	})
	d.wantSeen(1, 0, d.countEvents(okta.Asserted)) // the rest came from the session that is remembered
	a.endProgram()
	if r := term.wait(); r.status != 7 {
		t.Error(r)
	}
}
