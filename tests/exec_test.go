//go:build unix

package tests

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"stsx/tests/okta"
	"stsx/tests/require"
)

// TestExec: what the command is, once stsx has become it. One sign-in for all.
func TestExec(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod", "dev"), 0)
	seen := len(d.org.Log())
	for name, f := range map[string]func(*desk){
		"status":              execStatus,
		"signals":             execSignals,
		"pid":                 execPid,
		"not found":           execNotFound,
		"not executable":      execNotExecutable,
		"script":              execScript,
		"arguments":           execArguments,
		"standard input":      execStdin,
		"standard output":     execOutput,
		"closed files":        execClosed,
		"shell":               execShell,
		"flags":               execFlags,
		"default profile":     execDefaultProfile,
		"what a process has":  execInherits,
		"ignored signals":     execIgnored,
		"parent's file":       execFileOffset,
		"argument list":       execTooLong,
		"nothing is left out": execOnlyProcess,
	} {
		d.subtest(name, f)
	}
	t.Cleanup(func() {
		if log := d.org.Log(); len(log) != seen {
			t.Errorf("somebody went to the org: %v", log[seen:])
		}
	})
}

func execStatus(d *desk) {
	for _, status := range []int{0, 1, 2, 3, 4, 5, 7, 125, 126, 127, 130, 255} {
		r := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", "exit "+strconv.Itoa(status)), status)
		if r.stdout != "" || r.stderr != "" {
			d.Errorf("something was said: %s", r)
		}
	}
}

func execSignals(d *desk) {
	for name, signal := range map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "HUP": syscall.SIGHUP, "PIPE": syscall.SIGPIPE,
		"QUIT": syscall.SIGQUIT,
	} {
		r := d.run("exec", "prod", "--", "sh", "-c", "ulimit -c 0; kill -"+name+" $$")
		if r.signal != signal || r.stderr != "" {
			d.Errorf("want the end by %s, got %s", signal, r)
		}
	}
}

// execPid: the command is the process that was stsx.
func execPid(d *desk) {
	r := d.start("exec", "prod", "--", "sh", "-c", "echo $$ $PPID")
	pid := r.Process.Pid
	if got, want := r.wait().stdout, fmt.Sprintf("%d %d\n", pid, os.Getpid()); got != want {
		d.Errorf("pid and parent are %q, want %q", got, want)
	}
}

// execOnlyProcess: nothing of stsx is left beside the command: no child that
// the command didn't start.
func execOnlyProcess(d *desk) {
	onLinux(d)
	r := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", "cat /proc/$$/task/*/children; ls /proc/$$/task | wc -l; :"), 0)
	if lines := strings.Fields(r.stdout); len(lines) != 2 || lines[1] != "1" { // cat itself, one thread
		d.Errorf("children and number of threads: %q", r.stdout)
	}
}

func execNotFound(d *desk) {
	d = d.withFreshState()
	for _, argv := range [][]string{
		{"no-such-command"}, {"./no-such-command"}, {"/no/such/command", "x"}, {"", "x"}, {"no such command"},
	} {
		r := d.wantStatus(d.run(append([]string{"exec", "prod", "--"}, argv...)...), 127)
		d.wantText(r.stderr, "stsx: error: ", "not found")
		if argv[0] == "" {
			d.wantText(r.stderr, `""`)
		}
	}
	d.wantStatus(d.with("PATH=").run("exec", "prod", "--", "ls"), 127)
}

func execNotExecutable(d *desk) {
	d = d.withFreshState()
	dir := d.TempDir()
	plain := filepath.Join(dir, "plain")
	d.writeFile(plain, "echo no\n", 0o644)
	for _, name := range []string{plain, dir, dir + "/", "/", plain + "/x"} {
		r := d.wantStatus(d.run("exec", "prod", "--", name), 126)
		d.wantText(r.stderr, "stsx: error: can't execute "+name+": ")
	}
	// On PATH, as a shell and env(1) say it.
	r := d.wantStatus(d.with("PATH="+dir).run("exec", "prod", "--", "plain"), 126)
	d.wantText(r.stderr, "can't execute plain: permission denied")
}

func execScript(d *desk) {
	dir := d.TempDir()
	d.writeFile(filepath.Join(dir, "bare"), `echo "$STSX_ROLE $0 $1"`+"\n", 0o755)
	d.writeFile(filepath.Join(dir, "good"), "#!/bin/sh\n"+`echo "$STSX_ROLE $1"`+"\n", 0o755)
	d.writeFile(filepath.Join(dir, "orphan"), "#!/no/such/interpreter\n", 0o755)
	d.writeFile(filepath.Join(dir, "empty"), "", 0o755)
	in := func(argv ...string) runResult {
		script := `cd "$0" && exec "$@"`
		return d.runProgram(append([]string{"sh", "-c", script, dir, stsxPath, "exec", "prod", "--"}, argv...)...)
	}
	if r := d.wantStatus(in("./bare", "a b"), 0); r.stdout != "Admin ./bare a b\n" {
		d.Errorf("a script without #!: %s", r)
	}
	if r := d.wantStatus(in("./good", "a b"), 0); r.stdout != "Admin a b\n" {
		d.Errorf("a script by relative path: %s", r)
	}
	d.wantStatus(in("./empty"), 0)
	d.wantText(d.wantStatus(in("./orphan"), 126).stderr, "can't execute ./orphan", "interpreter")
	// By name, from an entry of PATH that is the current directory.
	d = d.with("PATH=.:" + os.Getenv("PATH"))
	if r := d.wantStatus(in("good", "x"), 0); r.stdout != "Admin x\n" {
		d.Errorf("from the current directory: %s", r)
	}
}

// execArguments: the command gets its arguments as they are, byte for byte.
func execArguments(d *desk) {
	onLinux(d)
	show := []string{"sh", "-c", "cat /proc/$$/cmdline; :", "zero"}
	for _, args := range [][]string{
		nil,
		{""},
		{"", "", " "},
		{"a b", "a\nb", "\t", "'", `"`, "$HOME", "`id`", `\`, "*", "~"},
		{"--"}, {"--", "--"}, {"-x"}, {"--verbose", "--region", "us-east-1"}, {"--help"}, {"-h"}, {"--password-stdin"},
		{"\xff\xfe\x80", "ü", "\u202e", "\x1b[31m", "\x7f"},
		{strings.Repeat("x", 100_000)},
		strings.Split(strings.Repeat("argument ", 20_000), " "),
	} {
		want := strings.Join(append(show[:len(show):len(show)], args...), "\x00") + "\x00"
		r := d.wantStatus(d.run(append(append([]string{"exec", "prod", "--"}, show...), args...)...), 0)
		if r.stdout != want {
			d.Errorf("the command got %.200q, want %.200q", r.stdout, want)
		}
	}
}

func execTooLong(d *desk) {
	r := d.run("exec", "prod", "--", "true", strings.Repeat("x", 130_000))
	d.wantStatus(r, 0)
	// What fits stsx's own command line may not fit beside the credentials.
	r = d.with("BIG="+strings.Repeat("x", 130_000)).run("exec", "prod", "--", "true")
	d.wantStatus(r, 0)
}

func execStdin(d *desk) {
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data)
	blob := "second\r\n\x00" + string(data)
	for name, c := range map[string]struct {
		in   string
		args []string
	}{
		"all of it":      {blob, []string{"exec", "prod", "--", "cat"}},
		"after password": {"hunter2\n" + blob, []string{"exec", "prod", "--password-stdin", "--", "cat"}},
		"after CRLF":     {"hunter2\r\n" + blob, []string{"--password-stdin", "exec", "prod", "--", "cat"}},
		"an empty line":  {"hunter2\n\n" + blob, []string{"exec", "prod", "--password-stdin", "--", "tail", "-c", "+2"}},
	} {
		if r := d.wantStatus(d.runWithStdin(c.in, c.args...), 0); r.stdout != blob {
			d.Errorf("%s: the command read %d bytes, want %d", name, len(r.stdout), len(blob))
		}
	}
	r := d.wantStatus(d.runWithStdin("hunter2", "exec", "prod", "--password-stdin", "--", "cat"), 0) // no line end: nothing is left
	if r.stdout != "" {
		d.Errorf("the command read %q", r.stdout)
	}
	d.wantText(d.wantStatus(d.runWithStdin("\nx", "exec", "prod", "--password-stdin", "--", "cat"), 125).stderr, "empty")
}

// execFileOffset: a file that is standard input goes on where the password's
// line ended, also for whoever reads it after the command.
func execFileOffset(d *desk) {
	path := filepath.Join(d.TempDir(), "in")
	d.writeFile(path, "hunter2\none\ntwo\n", 0o600)
	r := d.runProgram("sh", "-c", `{ "$0" exec prod --password-stdin -- sh -c 'read a; echo "$a"'; cat; } <`+path, stsxPath)
	if r.stdout != "one\ntwo\n" {
		d.Error(r)
	}
}

func execOutput(d *desk) {
	data := make([]byte, 1<<20)
	_, _ = rand.Read(data)
	path := filepath.Join(d.TempDir(), "blob")
	d.writeFile(path, string(data), 0o600)
	r := d.wantStatus(d.run("exec", "prod", "--verbose", "--", "sh", "-c", `cat "$0"; cat "$0" >&2`, path), 0)
	if r.stdout != string(data) || r.stderr != string(data) {
		d.Errorf("%d and %d bytes, want %d", len(r.stdout), len(r.stderr), len(data))
	}
	// A reader that goes away ends the command, quietly, as it would without stsx.
	r = d.runProgram("sh", "-c", `"$0" exec prod -- yes | head -n 1`, stsxPath)
	if r.stdout != "y\n" || r.stderr != "" {
		d.Error(r)
	}
}

// execClosed: stsx runs, and so does the command, with files closed.
func execClosed(d *desk) {
	for _, closed := range []string{"<&-", ">&-", "2>&-", "<&- >&- 2>&-"} {
		mark := filepath.Join(d.TempDir(), "mark")
		d.wantStatus(d.runProgram("sh", "-c", `"$0" exec prod -- sh -c 'echo "$STSX_ROLE" >"$0"; exit 7' "$1" `+closed, stsxPath, mark), 7)
		if text, err := os.ReadFile(mark); string(text) != "Admin\n" {
			d.Errorf("%s: %q, %v", closed, text, err)
		}
		d.wantStatus(d.withFreshState().runProgram("sh", "-c", `"$0" exec nosuch -- true `+closed, stsxPath), 125)
	}
}

func execShell(d *desk) {
	for _, args := range [][]string{{"exec", "prod"}, {"exec", "prod", "--"}} {
		if r := d.wantStatus(d.runWithStdin("echo $STSX_ROLE; exit 7", args...), 7); r.stdout != "Admin\n" || r.stderr != "" {
			d.Error(r)
		}
	}
	own := filepath.Join(d.TempDir(), "my shell")
	d.writeFile(own, "#!/bin/sh\n"+`echo "mine: $#"`+"\n", 0o755)
	if r := d.wantStatus(d.with("SHELL="+own).run("exec", "prod"), 0); r.stdout != "mine: 0\n" {
		d.Error(r)
	}
	if r := d.wantStatus(d.with("SHELL=").runWithStdin("echo $STSX_ROLE", "exec", "prod"), 0); r.stdout != "Admin\n" {
		d.Error(r)
	}
	d.wantText(d.wantStatus(d.withFreshState().with("SHELL=/no/such/shell").run("exec", "prod"), 127).stderr, "/no/such/shell")
}

func execFlags(d *desk) {
	region := []string{"sh", "-c", `echo "$AWS_REGION $*"`, "zero"}
	for want, args := range map[string][]string{
		"us-east-1 \n":                  append([]string{"--region", "us-east-1", "exec", "prod", "--"}, region...),
		"us-east-2 \n":                  append([]string{"exec", "--region", "us-east-2", "prod", "--"}, region...),
		"us-west-1 \n":                  append([]string{"exec", "prod", "--region=us-west-1", "--"}, region...),
		"us-west-2 \n":                  append([]string{"exec", "prod", "--region", "us-west-2"}, region...),
		"eu-west-1 --region x\n":        append(append([]string{"exec", "prod"}, region...), "--region", "x"),
		"eu-west-1 -- x\n":              append(append([]string{"exec", "prod"}, region...), "--", "x"),
		"eu-west-1 -- -- -h\n":          append(append([]string{"exec", "prod", "--"}, region...), "--", "--", "-h"),
		"eu-west-1 exec --password x\n": append(append([]string{"exec", "prod", "--quiet"}, region...), "exec", "--password", "x"),
	} {
		if r := d.wantStatus(d.run(args...), 0); r.stdout != want {
			d.Errorf("%q printed %q, want %q", args, r.stdout, want)
		}
	}
}

func execDefaultProfile(d *desk) {
	d = d.with("STSX_PROFILE=dev")
	if r := d.wantStatus(d.run("exec", "--", "sh", "-c", "echo $STSX_PROFILE $STSX_ROLE"), 0); r.stdout != "dev Dev\n" {
		d.Error(r)
	}
	if r := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", "echo $STSX_PROFILE $STSX_ROLE"), 0); r.stdout != "prod Admin\n" {
		d.Errorf("the name on the command line does not win: %s", r)
	}
	// `stsx exec "$P" …` with P unset is not a wish for the default.
	d.wantText(d.wantStatus(d.with("STSX_PROFILE=").run("exec", "--", "true"), 125).stderr, "which profile?", "available: prod")
	d.wantText(d.wantStatus(d.with("STSX_PROFILE=prdo").run("exec", "--", "true"), 125).stderr, "prdo", "prod")
}

// inheritedState prints all that a process has from its parent and that a program
// in between could spoil.
const inheritedState = `grep -E '^(SigBlk|SigIgn|SigCgt|NoNewPrivs|Seccomp|Cap|Umask)' /proc/self/status
ulimit -S -a; ulimit -H -a
ls /proc/self/fd
readlink /proc/$$/fd/7 /proc/$$/cwd /proc/$$/root
umask
ps -o ni= -p $$
cat /proc/self/oom_score_adj /proc/self/coredump_filter /proc/self/timerslack_ns /proc/self/personality
[ "$(ps -o sess= -p $$)" = "$(ps -o pgid= -p $$)" ] && echo leader
`

// execInherits: the command has what it would have without stsx: signals,
// limits, open files, directory, umask, priority.
func execInherits(d *desk) {
	onLinux(d)
	if d.runProgram("env", "--ignore-signal=HUP", "--block-signal=USR1", "true").status != 0 {
		d.Skip("env(1) of this machine does not set signals")
	}
	around := func(argv ...string) string {
		setup := `ulimit -S -n 200; ulimit -S -c 0; umask 027; exec 7</etc/passwd; cd /etc
exec env --ignore-signal=INT,HUP,TSTP,TTOU --block-signal=USR1,USR2 nice -n 3 "$@"`
		return d.wantStatus(d.runProgram(append([]string{"sh", "-c", setup, "sh"}, argv...)...), 0).stdout
	}
	for _, probe := range [][]string{{"sh", "-c", inheritedState}, {"grep", "^Sig[BI]", "/proc/self/status"}} { // a shell unblocks signals
		want, got := around(probe...), around(append([]string{stsxPath, "exec", "prod", "--"}, probe...)...)
		if got != want {
			d.Errorf("with stsx:\n%s\nwithout:\n%s", got, want)
		}
		if probe[0] == "sh" {
			d.wantText(want, "/etc/passwd", "0027", "leader")
		} else {
			// Make ignores signals beyond the standard ones for its children: only these are looked at.
			d.wantText(want, "SigBlk:\t0000000000000a00")
			if !regexp.MustCompile(`SigIgn:\t[0-9a-f]{8}[08]0280003`).MatchString(want) {
				d.Errorf("ignored signals:\n%s", want)
			}
		}
	}
	plain := d.wantStatus(d.runProgram("sh", "-c", inheritedState), 0).stdout
	if got := d.wantStatus(d.run("exec", "prod", "--", "sh", "-c", inheritedState), 0).stdout; got != plain {
		d.Errorf("with stsx:\n%s\nwithout:\n%s", got, plain)
	}
}

// execIgnored: what nohup or a shell in the background has told the command to
// ignore stays ignored, and does not end stsx either.
func execIgnored(d *desk) {
	nohup := require.Command(d, "nohup", "install coreutils")
	if r := d.runProgram(nohup, stsxPath, "exec", "prod", "--", "sh", "-c", "kill -HUP $$; exit 7"); r.status != 7 {
		d.Errorf("under nohup: %s", r)
	}
	for _, name := range []string{"HUP", "INT"} {
		r := d.runProgram("sh", "-c", `trap '' `+name+`; exec "$0" exec prod -- sh -c 'kill -`+name+` $$; exit 7'`, stsxPath)
		if r.status != 7 {
			d.Errorf("%s ended the command: %s", name, r)
		}
	}
}
