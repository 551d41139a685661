//go:build unix

package tests

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"stsx/tests/aws"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// newFleetDesk is a desk with n profiles, p000 and so on, over some roles, and with
// "more" of the configuration.
func newFleetDesk(t *testing.T, n int, more string, tune ...func(*aws.Config)) *desk {
	t.Helper()
	requireBrowser(t)
	const roles = 50
	user := noFactorPerson()[0]
	user.Roles = nil
	known := map[string]aws.RoleConfig{}
	role := func(i int) string {
		return fmt.Sprintf("arn:aws:iam::%012d:role/R%02d", 100000000000+i%roles/10, i%roles)
	}
	for i := range min(n, roles) {
		user.Roles = append(user.Roles, role(i)+fmt.Sprintf(",arn:aws:iam::%012d:saml-provider/okta", 100000000000+i/10))
		known[role(i)] = aws.RoleConfig{}
	}
	org, err := okta.Start(okta.Config{Engine: okta.Classic, Users: []okta.User{user}})
	require.Part(t, "the Okta Sign-In Widget", err == nil, fmt.Sprint(err))
	t.Cleanup(func() { _ = org.Close() })
	config := aws.Config{Roles: known}
	for _, tuned := range tune {
		tuned(&config)
	}
	d := newDeskAt(t, org, config).with("STSX_PASSWORD=" + janePassword)
	var text strings.Builder
	fmt.Fprintf(&text, "[idp.acme]\nurl = %q\nusername = %q\n", org.EmbedURL(), jane)
	for i := range n {
		fmt.Fprintf(&text, "[profile.p%03d]\nrole = %q\nregion = \"eu-west-1\"\n", i, role(i))
	}
	d.writeConfig(text.String() + more)
	return d
}

// eachLine is a line of stsx each --json.
type eachLine struct {
	Profile  string
	Account  string
	Role     string
	ExitCode *int `json:"exit_code"`
	Signal   *string
	Error    *string
	Duration float64
	Stdout   string
	Stderr   string
	Raw      *string `json:"stdout_base64"`
	RawErr   *string `json:"stderr_base64"`
}

func (d *desk) eachLines(text string) map[string]eachLine {
	d.Helper()
	out := map[string]eachLine{}
	for line := range strings.Lines(text) {
		var one eachLine
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&one); err != nil {
			d.Fatalf("%v in %q", err, line)
		}
		out[one.Profile] = one
	}
	return out
}

// TestEachOfFiveHundred: one sign-in, five hundred real processes, each with
// its own session's credentials and no other's.
func TestEachOfFiveHundred(t *testing.T) {
	t.Parallel()
	const n = 500
	d := newFleetDesk(t, n, "")
	r := d.wantStatus(d.run("each", "*", "--json", "--jobs", "16", "--", "sh", "-c",
		`echo "$STSX_PROFILE $STSX_ACCOUNT $STSX_ROLE $AWS_ACCESS_KEY_ID $AWS_REGION"; env | grep -cE 'SECRET_ACCESS_KEY|STSX_PASSWORD' >&2`), 0)
	if strings.Contains(r.stderr, "p0") || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("%d sign-ins; %s", d.countEvents(okta.Asserted), r.stderr)
	}
	lines := d.eachLines(r.stdout)
	keys := map[string]bool{}
	for i := range n {
		name := fmt.Sprintf("p%03d", i)
		got := lines[name]
		words := strings.Fields(got.Stdout)
		if len(words) != 5 || words[0] != name || words[1] != got.Account || words[2] != got.Role ||
			words[2] != fmt.Sprintf("R%02d", i%50) || words[4] != "eu-west-1" || got.Stderr != "1\n" || *got.ExitCode != 0 ||
			got.Error != nil || got.Signal != nil || got.Duration <= 0 {
			t.Fatalf("%s: %+v", name, got)
		}
		keys[words[3]] = true
	}
	if len(keys) != n || len(d.askedDurations("AssumeRoleWithSAML")) != n {
		t.Errorf("%d keys, %d calls", len(keys), len(d.askedDurations("AssumeRoleWithSAML")))
	}

	// The sessions are there for the next: login --all has nothing to do, and
	// says so for each; forced it signs in once.
	away := d.with("STSX_BROWSER_PATH=/nowhere", "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	r = away.wantStatus(away.run("login", "--all"), 0)
	if strings.Count(r.stderr, "\n") != n {
		t.Errorf("%d lines", strings.Count(r.stderr, "\n"))
	}
	r = away.wantStatus(away.run("each", "p0*", "--", "sh", "-c", "echo a; echo b"), 0)
	for i, line := range slices.Sorted(strings.SplitSeq(strings.TrimSpace(r.stdout), "\n")) {
		if want := fmt.Sprintf("p%03d | %c", i/2, "ab"[i%2]); line != want || i > 199 {
			t.Fatalf("line %d is %q", i, line)
		}
	}
}

// TestEach is what a run may be asked for, and how it can end, at one desk.
func TestEach(t *testing.T) {
	t.Parallel()
	d := newFleetDesk(t, 4,
		"[profile.\"team/a b\"]\nrole = \"R00\"\n[profile.none]\nsource = \"p000\"\nrole = "+
			"\"arn:aws:iam::210987654321:role/None\"\n[profile.far]\nsource = \"p000\"\nrole = \"arn:aws:iam::210987654321:role/Far\"\n")
	r := d.wantStatus(d.run("login", "--all"), 5)
	d.wantText(r.stderr, "stsx: error: 2 of 7 profiles were not opened:\n",
		"\n  none: assuming arn:aws:iam::210987654321:role/None: AWS said: ",
		"\n  far: assuming arn:aws:iam::210987654321:role/Far: AWS said: ", "stsx: hint: ", "p003: R03 in 100000000000")

	t.Run("usage", func(t *testing.T) {
		for line, want := range map[string]string{
			"each p000 echo":                             `each needs "--" before the command`,
			"each -- echo":                               `each needs the names or patterns of profiles`,
			"each p000 --":                               `each needs a command after "--"`,
			"each p00 -- echo":                           `there is no profile "p00"`,
			"each q-* -- echo":                           "no profile matches \"q-*\"; there are p000",
			"each pp00* -- echo":                         "no profile matches \"pp00*\"; did you mean p000",
			"each p[ -- echo":                            "is not a pattern",
			"each -j 0 * -- echo":                        "--jobs is between 1 and 1000",
			"each --json --group * -- echo":              "don't go together",
			"each --fail-fast --keep-going p000 -- echo": "don't go together",
		} {
			r := d.wantStatus(d.run(strings.Fields(line)...), 125)
			d.wantText(r.stderr, want)
			if r.stdout != "" {
				t.Errorf("%s: %s", line, r)
			}
		}
		d.wantText(d.wantStatus(d.run("each", "*", "--", "no-such-command"), 127).stderr, "command not found")
		d.wantStatus(d.run("each", "p*", "--", "/etc/passwd"), 126)
	})
	t.Run("patterns", func(t *testing.T) {
		for words, want := range map[string]string{
			"p00?": "p000 p001 p002 p003", "p00[13] p001": "p001 p003", "*a*b": "team/a b", "t*": "team/a b", "p003 p000": "p000 p003",
		} {
			r := d.wantStatus(d.run(append(append([]string{"each", "--jobs=1"}, strings.Fields(words)...), "--", "sh", "-c",
				`echo "$STSX_PROFILE"`)...), 0)
			var got []string
			for line := range strings.Lines(r.stdout) {
				_, name, _ := strings.Cut(strings.TrimSpace(line), "| ")
				got = append(got, name)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q", words, r.stdout)
			}
		}
	})
	t.Run("the child's world", func(t *testing.T) {
		r := d.wantStatus(d.runWithStdin("for stsx", "each", "p000", "--", "sh", "-c",
			`cat; echo "$1" >&2; (: </dev/tty) 2>/dev/null || echo alone`, "sh", "a b  c"), 0)
		if r.stdout != "p000 | alone\n" || r.stderr != "p000 | a b  c\n" {
			t.Errorf("%s", r)
		}
		// A script that names no interpreter is the shell's.
		script := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(script, []byte("echo $1\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		if r := d.run("each", "p000", "--", script, "x"); r.stdout != "p000 | x\n" {
			t.Errorf("%s", r)
		}
	})
	t.Run("exit status", func(t *testing.T) {
		const by = `case $STSX_PROFILE in p000) exit 7;; p001) kill -KILL $$;; p002) exit 1;; esac`
		r := d.wantStatus(d.run("each", "p00*", "--", "sh", "-c", by), 137)
		d.wantText(r.stderr,
			"stsx: error: the command failed for 3 of 4 profiles: p000 (exit status 7), p001 (SIGKILL), p002 (exit status 1)\n")
		d.wantStatus(d.run("each", "p002", "--", "sh", "-c", by), 1)
		d.wantStatus(d.run("each", "p002", "p000", "--", "sh", "-c", by), 7)
		// What stsx could not start is worse than anything a command says.
		r = d.wantStatus(d.run("each", "*", "--json", "--", "sh", "-c", by), 5)
		d.wantText(r.stderr, "2 of 7 profiles did not get their command:", "the command failed for 3 of 7 profiles")
		got := d.eachLines(r.stdout)
		if none := got["none"]; *none.ExitCode != 5 || none.Error == nil || !strings.Contains(*none.Error, "(AccessDenied)") ||
			none.Account != "" {
			t.Errorf("%+v", none)
		}
		if one := got["p001"]; *one.ExitCode != 137 || *one.Signal != "SIGKILL" || one.Error != nil {
			t.Errorf("%+v", one)
		}
	})
	t.Run("fail fast", func(t *testing.T) {
		r := d.wantStatus(d.run("each", "p00*", "--json", "--fail-fast", "--jobs=1", "--", "sh", "-c", `test $STSX_PROFILE != p001`), 1)
		d.wantText(r.stderr, "it was not started for 2 more (--fail-fast)")
		got := d.eachLines(r.stdout)
		if *got["p000"].ExitCode != 0 || *got["p001"].ExitCode != 1 || got["p002"].ExitCode != nil || *got["p003"].Error != "not started" {
			t.Errorf("%s", r)
		}
		if r := d.wantStatus(d.run("each", "*", "--fail-fast", "--", "echo", "in"), 5); r.stdout != "" ||
			!strings.Contains(r.stderr, "2 of 7 profiles were not opened, and nothing was started:\n  none: assuming arn:") {
			t.Errorf("%s", r)
		}
	})
	t.Run("any bytes", func(t *testing.T) {
		r := d.wantStatus(d.run("each", "p000", "--json", "--", "printf", `\377\000a\303\251`), 0)
		got := d.eachLines(r.stdout)["p000"]
		if got.Raw == nil || got.RawErr != nil || got.Stdout != "\ufffd\x00a\u00e9" {
			t.Fatalf("%+v", got)
		}
		if raw, err := base64.StdEncoding.DecodeString(*got.Raw); err != nil || string(raw) != "\xff\x00a\u00e9" {
			t.Errorf("%q, %v", raw, err)
		}
	})
	t.Run("grouped", func(t *testing.T) {
		r := d.wantStatus(d.run("each", "p00*", "--group", "--jobs=4", "--", "sh", "-c",
			"i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); done; printf end"), 0)
		var last string
		changes := 0
		for line := range strings.Lines(r.stdout) {
			if name, _, _ := strings.Cut(line, " "); name != last {
				last = name
				changes++
			}
		}
		if changes != 4 || strings.Count(r.stdout, "\n") != 4*301 || !strings.HasSuffix(r.stdout, "| end\n") {
			t.Errorf("%d changes, %d lines", changes, strings.Count(r.stdout, "\n"))
		}
	})
	t.Run("nobody reads", func(t *testing.T) {
		r := d.with("stsx="+stsxPath).runProgram("bash", "-c",
			`"$stsx" each 'p*' -- sh -c 'trap "" PIPE; while echo x 2>/dev/null; do :; done; while :; do sleep 1; done' | head -1; echo "${PIPESTATUS[0]}"`)
		if !strings.HasSuffix(r.stdout, "| x\n141\n") || r.stderr != "" {
			t.Errorf("%s", r)
		}
	})
	t.Run("left behind", func(t *testing.T) {
		r := d.wantStatus(d.run("each", "p000", "--", "sh", "-c", "(sleep 0.3; echo late) & echo early"), 0)
		if r.stdout != "p000 | early\np000 | late\n" {
			t.Errorf("%s", r)
		}
	})
	t.Run("on a terminal", func(t *testing.T) {
		term := d.openTerminal("each", "p00[01]", "--jobs=1", "--", "echo", "hello")
		term.waitFor("p001 | hello")
		term.wait()
		if raw := term.rawText(); !strings.Contains(raw, "\x1b[36mp000 |\x1b[0m hello") || !strings.Contains(raw, "\x1b[33mp001 |") {
			t.Errorf("%q", raw)
		}
		plain := d.with("NO_COLOR=1").openTerminal("each", "p000", "--", "echo", "hello")
		plain.waitFor("p000 | hello")
		plain.wait()
		if raw := plain.rawText(); strings.Contains(raw, "\x1b[36m") {
			t.Errorf("%q", raw)
		}
	})
}

// TestEachConfirm: asked once, in one list, before anything is done.
func TestEachConfirm(t *testing.T) {
	t.Parallel()
	d := newFleetDesk(t, 2, "[profile.a]\nrole = \"R00\"\nconfirm = true\n[profile.b]\nrole = \"R01\"\nconfirm = true\n")
	d.wantText(d.wantStatus(d.run("each", "*", "--", "echo", "in"), 3).stderr, "a yes to using a, b is required")
	term := d.openTerminal("each", "*", "--", "echo", "in")
	term.waitFor("a (role R00)")
	term.waitFor("b (role R01)")
	term.waitFor("Use these 2 profiles: a, b? [y/N]")
	term.typeText("n\r")
	if r := term.wait(); r.status != 125 || d.countEvents(okta.Requested) != 0 {
		t.Errorf("%s", r)
	}
	term = d.openTerminal("each", "*", "--", "echo", "it is", "in")
	term.waitFor("[y/N]")
	term.typeText("y\r")
	term.waitFor("it is in")
	if r := term.wait(); r.status != 0 || strings.Count(term.text(), "[y/N]") != 1 {
		t.Errorf("%s", r)
	}
}

// TestEachInterrupted: a signal reaches every command and what it started, and
// stsx waits for them; the second kills.
func TestEachInterrupted(t *testing.T) {
	t.Parallel()
	d := newFleetDesk(t, 3, "")
	login := d.openTerminal("login", "--all")
	login.waitFor("assuming R0")
	login.waitFor("(3 of 3)")
	login.waitFor("p000: R00 in 100000000000", "p001: R01 in")
	d.wantStatus(login.wait(), 0)
	started := func(dir string, n int) func() bool {
		return func() bool {
			entries, err := os.ReadDir(dir)
			return err == nil && len(entries) == n
		}
	}
	// Each command is a shell and a grandchild; both tell that they got it.
	const polite = `trap 'echo "got $STSX_PROFILE"; touch $1/$STSX_PROFILE.end; exit 0' INT TERM HUP
		sh -c 'trap "echo below; exit 0" INT TERM HUP; touch $1/$STSX_PROFILE.below; while :; do sleep 0.05; done' sh "$1" &
		touch $1/$STSX_PROFILE; while :; do sleep 0.05; done`
	const stubborn = `trap 'touch $1/$STSX_PROFILE.got' INT TERM HUP; touch $1/$STSX_PROFILE; while :; do sleep 0.05; done`
	for name, c := range map[string]struct {
		signal syscall.Signal
		status int
	}{"SIGTERM": {syscall.SIGTERM, 143}, "SIGHUP": {syscall.SIGHUP, 129}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(context.Background(), runLimit)
			defer cancel()
			command := d.command(ctx, "each", "p*", "--jobs=2", "--", "sh", "-c", polite, "sh", dir)
			var out, errs bytes.Buffer
			command.Stdout, command.Stderr = &out, &errs
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			d.waitFor("two commands", started(dir, 4))
			if err := command.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			_ = command.Wait()
			if code := command.ProcessState.ExitCode(); code != c.status || strings.Count(out.String(), "got p00") != 2 ||
				strings.Count(out.String(), "below") != 2 || !strings.HasSuffix(errs.String(), "stsx: interrupted\n") {
				t.Errorf("%d\n%s\n%s", code, &out, &errs)
			}
		})
	}
	t.Run("Ctrl-C twice", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		term := d.openTerminal("each", "p*", "--jobs=3", "--", "sh", "-c", stubborn, "sh", dir)
		d.waitFor("three commands", started(dir, 3))
		term.typeText("\x03")
		d.waitFor("the signal in all of them", started(dir, 6))
		term.typeText("\x03")
		if r := term.wait(); r.status != 130 {
			t.Errorf("%s", r)
		}
		d.waitFor("the end of all of them", func() bool { return len(processesWith(t, dir)) == 0 })
	})
}

// TestEachExpiry: a session that is at its end when the turn of its command
// comes is opened again.
func TestEachExpiry(t *testing.T) {
	t.Parallel()
	d := newFleetDesk(t, 2, "", func(c *aws.Config) { c.Lifetime = 302 * time.Second }) // fresh for two seconds
	d.wantStatus(d.run("each", "p*", "--jobs=1", "--", "sleep", "3"), 0)                // p001's ends meanwhile
	if n := len(d.askedDurations("AssumeRoleWithSAML")); n < 3 || d.countEvents(okta.Asserted) != 1 {
		t.Errorf("%d calls, %d sign-ins", n, d.countEvents(okta.Asserted))
	}
}

// BenchmarkEachOutput shows how much memory stsx needs for what many commands
// print at once: the peak doesn't grow with it.
func BenchmarkEachOutput(b *testing.B) {
	var d *desk
	_ = benchDesk(b, okta.Config{Engine: okta.Classic}, func(got *desk) {
		text := "[idp.acme]\nurl = \"" + got.org.EmbedURL() + "\"\nusername = \"" + jane + "\"\n"
		for i := range 8 {
			text += fmt.Sprintf("[profile.p%d]\nrole = %q\n", i, adminRole)
		}
		got.writeConfig(text)
		got.wantStatus(got.run("login", "--all"), 0)
		d = got
	})
	for _, mode := range []string{"", "--group", "--json"} {
		for _, size := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s%dMB", strings.TrimPrefix(mode+"/", "/"), size), func(b *testing.B) {
				for b.Loop() {
					args := []string{"each", "*", "--jobs=8"}
					if mode != "" {
						args = append(args, mode)
					}
					command := exec.Command(stsxPath, append(args, "--", "sh", "-c",
						fmt.Sprintf("yes 0123456789abcdef | head -c %d", size<<20))...)
					command.Env = d.env
					if err := command.Run(); err != nil {
						b.Fatal(err)
					}
					usage := command.ProcessState.SysUsage().(*syscall.Rusage)
					b.ReportMetric(float64(usage.Maxrss)/1024, "peak-MB")
				}
			})
		}
	}
}
