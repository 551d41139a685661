package commands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"stsx/commands/process"
	"stsx/session"
	"stsx/session/config"
	"stsx/session/files"
)

func noonTime() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

const admin = "arn:aws:iam::123456789012:role/Admin"

// fakeSystem is a System with nothing outside.
type fakeSystem struct {
	HostSystem
	out, err *bytes.Buffer
	settings Settings
	sessions []session.Session
	profiles profileList
	said     []string
	saved    []string // profiles whose sessions are in the AWS credentials file
	builds   int
	jar      fakeJar

	heldBecause string // why nobody can be asked, of a terminal that is there
}

func newFakeSystem(args ...string) *fakeSystem {
	r := &fakeSystem{
		out:      new(bytes.Buffer),
		err:      new(bytes.Buffer),
		profiles: profileList{{Name: "prod", Role: admin, Region: "eu-west-1"}, {Name: "dev", Role: "Dev", Account: "123456789012"}},
	}
	r.HostSystem = HostSystem{
		Args: args, Environ: []string{"PATH=/bin"}, Stdin: strings.NewReader(""), Stdout: r.out, Stderr: r.err, Version: "v1",
		GOOS: "linux", Now: noonTime,
		FindProgram: func(name string) (string, error) { return "/bin/" + name, nil },
		Replace:     func(string, []string, []string) error { return errors.New("not here") },
		ReadFile:    os.ReadFile,
		ParentNames: func() func() (string, bool) { return func() (string, bool) { return "", false } },
		BuildDrivers: func(s Settings) (*Drivers, error) {
			r.settings = s
			r.builds++
			return &Drivers{
				Jar:           &r.jar,
				EndRemembered: r.jar.end,
				Profiles:      func() (Profiles, error) { return r.profiles, nil },
				Sessions:      r,
				AWSFiles:      r,
				Ask:           r,
				Sweep:         func() {},
				Close:         func() error { return nil },
				Broker:        &session.Broker{},
			}, nil
		},
	}
	return r
}

func (r *fakeSystem) run(words ...string) int {
	if words != nil {
		r.Args = words
	}
	return Run(context.Background(), r.HostSystem)
}

func (r *fakeSystem) List(context.Context) ([]session.Session, error) { return r.sessions, nil }
func (r *fakeSystem) Delete(ctx context.Context, match func(session.Session) bool, orgs ...session.Org) (int, error) {
	for _, o := range orgs {
		_ = r.jar.Discard(ctx, o)
	}
	n := len(r.sessions)
	r.sessions = slices.DeleteFunc(r.sessions, match)
	return n - len(r.sessions), nil
}
func (r *fakeSystem) DeleteAll(context.Context, bool) error { r.sessions = nil; return nil }
func (r *fakeSystem) Where(context.Context) (key, passwords string) {
	return "kernel keyring", "not saved"
}
func (r *fakeSystem) Earlier() (string, string, error) { return "", "", nil }
func (r *fakeSystem) Credentials() (string, error)     { return "credentials", nil }
func (r *fakeSystem) CheckSave(string, bool) error     { return nil }
func (r *fakeSystem) CheckSection(string) error        { return nil }
func (r *fakeSystem) Save(context.Context, string, session.Session, bool) (string, error) {
	return "credentials", nil
}
func (r *fakeSystem) SavedNotes(string) []string     { return nil }
func (r *fakeSystem) ProcessNotes([]string) []string { return nil }
func (r *fakeSystem) Remove(context.Context, string) (string, bool, error) {
	return "credentials", false, nil
}
func (r *fakeSystem) Forget(_ context.Context, match func(string) bool) (int, error) {
	n := len(r.saved)
	r.saved = slices.DeleteFunc(r.saved, match)
	return n - len(r.saved), nil
}
func (r *fakeSystem) Configure(context.Context, []session.AWSProfile, bool) (string, string, error) {
	return "config", "", nil
}
func (r *fakeSystem) Region() string                          { return "" }
func (r *fakeSystem) OtherTool(string) (what, command string) { return "", "" }
func (r *fakeSystem) Interactive() bool                       { return false }
func (r *fakeSystem) HeldBecause() string                     { return r.heldBecause }
func (r *fakeSystem) ChooseMany(_ context.Context, q session.Question, _ []session.GroupedOption) ([]int, error) {
	return nil, &session.InputError{What: q.What, Give: q.Give}
}
func (r *fakeSystem) Ask(_ context.Context, q session.Question) (string, error) {
	return "", &session.InputError{What: q.What, Give: q.Give}
}
func (r *fakeSystem) Confirm(context.Context, string, bool) (bool, error) {
	return false, &session.InputError{}
}
func (r *fakeSystem) Choose(_ context.Context, q session.Question, _ []string) (int, error) {
	return 0, &session.InputError{What: q.What, Give: q.Give}
}
func (r *fakeSystem) Wait(ctx context.Context, _ session.Errand) (int, error) {
	<-ctx.Done()
	return -1, ctx.Err()
}
func (r *fakeSystem) Say(text string) { r.said = append(r.said, text) }
func (r *fakeSystem) Progress(string) {}

// fakeJar is a jar in memory.
type fakeJar struct {
	kept  []session.Remembered
	ended []string
	err   error // of ending a session
}

func (s *fakeJar) Remembered(_ context.Context, o session.Org) (session.Remembered, error) {
	for _, r := range s.kept {
		if r.Org == o.Name {
			return r, nil
		}
	}
	return session.Remembered{}, nil
}
func (s *fakeJar) Keep(context.Context, session.Org, session.Remembered) error { return nil }
func (s *fakeJar) Discard(_ context.Context, o session.Org) error {
	s.kept = slices.DeleteFunc(s.kept, func(r session.Remembered) bool { return r.Org == o.Name })
	return nil
}
func (s *fakeJar) List(context.Context) ([]session.Remembered, error) {
	return slices.Clone(s.kept), nil
}
func (s *fakeJar) Dir() string { return "/state/cookies" }
func (s *fakeJar) end(_ context.Context, r session.Remembered) error {
	s.ended = append(s.ended, r.Org)
	return s.err
}

type profileList []session.Profile

func (p profileList) Profile(name string) (session.Profile, error) {
	for _, at := range p {
		if at.Name == name {
			return at, nil
		}
	}
	return session.Profile{}, errors.New("there is no profile " + name)
}
func (p profileList) Org(string) (session.Org, error) { return session.Org{Name: "acme"}, nil }
func (p profileList) OrgNames() []string              { return []string{"acme"} }
func (p profileList) Names() []string {
	var out []string
	for _, at := range p {
		out = append(out, at.Name)
	}
	return out
}

// TestPolicyOnEveryCommand: urfave prints usage errors on stdout and takes an
// unknown command for success unless told otherwise on each command.
func TestPolicyOnEveryCommand(t *testing.T) {
	r := &commandRun{HostSystem: newFakeSystem().HostSystem}
	app := r.commandTree()
	if app.OnUsageError == nil || app.ExitErrHandler == nil || !app.HideHelp || !app.HideVersion || app.CommandNotFound != nil {
		t.Error("the app lacks the policy")
	}
	var walk func(string, []*cli.Command)
	walk = func(under string, commands []*cli.Command) {
		for _, c := range commands {
			name := strings.TrimSpace(under + " " + c.Name)
			if c.OnUsageError == nil || !c.HideHelp {
				t.Errorf("%s lacks the policy", name)
			}
			if c.Usage == "" || c.UsageText == "" ||
				(c.Action == nil) != (len(c.Subcommands) > 0 && name != "configure") { // configure does something alone
				t.Errorf("%s: %+v", name, c)
			}
			if len(c.Subcommands) == 0 && name != "exec" && name != "help" && flagNamed(c.Flags, "help") == nil {
				t.Errorf("%s has no --help", name)
			}
			walk(name, c.Subcommands)

			// And it holds: a flag that only urfave could refuse.
			room := newFakeSystem()
			if code := room.run(append(strings.Fields(name), "--quiet=perhaps")...); code != 2 && code != 125 || room.out.Len() > 0 ||
				!strings.Contains(room.err.String(), "stsx: error: ") ||
				!strings.Contains(room.err.String(), "stsx: hint: run stsx help") {
				t.Errorf("%s --quiet=perhaps: %d, %q, %q", name, code, room.out, room.err)
			}
			// Help goes to stdout, with every flag of the command.
			for _, words := range [][]string{append(strings.Fields(name), "--help"), append([]string{"help"},
				strings.Fields(name)...), append([]string{"-h"}, strings.Fields(name)...)} {
				room = newFakeSystem()
				if code := room.run(words...); code != 0 || room.err.Len() > 0 ||
					!strings.Contains(room.out.String(), "stsx "+name+" - "+c.Usage) ||
					room.builds > 0 {
					t.Errorf("%q: %d, %q, %q", words, code, room.out, room.err)
				}
				for _, f := range longNames(c.Flags) {
					if !strings.Contains(room.out.String(), "--"+f) {
						t.Errorf("%q does not tell of --%s", words, f)
					}
				}
			}
		}
	}
	walk("", app.Commands)
}

func TestHelp(t *testing.T) {
	for _, words := range [][]string{{}, {"help"}, {"--help"}, {"-h"}} {
		r := newFakeSystem(words...)
		if code := Run(context.Background(), r.HostSystem); code != 0 || r.err.Len() > 0 {
			t.Errorf("%q: %d, %q", words, code, r.err)
		}
		for _, f := range longNames(globalFlags()) {
			if !strings.Contains(r.out.String(), "--"+f) {
				t.Errorf("%q does not tell of --%s", words, f)
			}
		}
		for _, line := range strings.Split(r.out.String(), "\n") {
			if len(line) > 100 || strings.TrimRight(line, " ") != line {
				t.Errorf("%q", line)
			}
		}
	}
	for _, words := range [][]string{{"help", "bogus"}, {"help", "password", "bogus"}, {"help", "exec", "x"}} {
		r := newFakeSystem()
		if code := r.run(words...); code != 2 || r.out.Len() > 0 {
			t.Errorf("%q: %d, %q", words, code, r.out)
		}
	}
	for _, words := range [][]string{{"version"}, {"--version"}} {
		r := newFakeSystem()
		if code := r.run(words...); code != 0 || !strings.HasPrefix(r.out.String(), "stsx v1 (go") {
			t.Errorf("%q: %d, %q", words, code, r.out)
		}
	}
}

// TestHintsNameTheVerb: what a hint says to run has to work.
func TestHintsNameTheVerb(t *testing.T) {
	for line, want := range map[string]string{"password set --bogus": "run stsx help password set",
		"password set --idp": "run stsx help password set", "password set x": "run stsx help password set",
		"password bogus": "run stsx help password", "bogus": "run stsx help", "login --all x": "run stsx help login",
		"exec --mfa=x": "run stsx help exec", "exec": "run stsx help exec",
		"password status --quiet=x": "run stsx help password status"} {
		r := newFakeSystem()
		r.run(strings.Fields(line)...)
		if !strings.Contains(r.err.String(), "hint: "+want+"\n") {
			t.Errorf("%s: %s", line, r.err)
			continue
		}
		if code := newFakeSystem().run(strings.Fields(want)[2:]...); code != 0 {
			t.Errorf("%s ends with %d", want, code)
		}
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestStdoutIsFull: data that can't be written is an error.
func TestStdoutIsFull(t *testing.T) {
	for _, line := range []string{"", "help", "help exec", "exec --help", "version", "--version", "status", "status --json"} {
		r := newFakeSystem()
		r.Stdout = fullWriter{}
		r.Args = strings.Fields(line)
		if code := Run(context.Background(), r.HostSystem); code == 0 || !strings.Contains(r.err.String(), "no space left") {
			t.Errorf("stsx %s: %d, %q", line, code, r.err)
		}
	}
}

// TestStatusOfErrors is the table of errors, exit statuses and hints.
func TestStatusOfErrors(t *testing.T) {
	exitError := exec.Command("sh", "-c", "exit 7").Run() // by accident a cli.ExitCoder
	for name, c := range map[string]struct {
		err        error
		code, exec int
		hint       string
	}{
		"none":                                {nil, 0, 0, ""},
		"any":                                 {errors.New("x"), 1, 125, ""},
		"a command of ours that ended with 7": {exitError, 1, 125, ""},
		"usage":                               {&usageError{"x", "login"}, 2, 125, "run stsx help login"},
		"input":                               {&session.InputError{What: "x", Give: "set X"}, 3, 3, "set X"},
		"password":                            {&session.RefusedError{Kind: session.RefusedPassword}, 4, 4, "stsx password set"},
		"code":                                {&session.RefusedError{Kind: session.RefusedCode}, 4, 4, "its line clock"},
		"locked":                              {&session.RefusedError{Kind: session.RefusedLocked}, 4, 4, "unlock the account"},
		"expired":                             {&session.RefusedError{Kind: session.RefusedExpired}, 4, 4, "change the password"},
		"not assigned":                        {&session.RefusedError{Kind: session.RefusedNotAssigned}, 4, 4, "administrator"},
		"too many":                            {&session.RefusedError{Kind: session.RefusedTooMany}, 4, 4, "wait a minute"},
		"role":                                {&session.RoleError{Asked: "role x"}, 5, 5, "stsx roles"},
		"no role":                             {&session.RoleError{}, 5, 5, "ask your Okta administrator"},
		"network":                             {&session.AWSError{Err: errors.New("x")}, 1, 125, "its lines sts, proxy and tls"},
		"wrong role":                          {&session.AWSError{Err: session.ErrNotThatRole}, 5, 5, "lines sts, tls and proxy"},
		"unknown code":                        {&session.AWSError{Code: "Strange"}, 5, 5, "administrator"},
		"origin":                              {&session.OriginError{Got: "https://x"}, 1, 125, "allowed_hosts"},
		"page":                                {&session.PageError{}, 1, 125, "--verbose"},
		"not found":                           {notStarted("x", exec.ErrNotFound), 127, 127, ""},
		"interrupted":                         {session.ErrInterrupted, 130, 130, ""},
		"SIGTERM":                             {process.Signalled{Number: 15}, 143, 143, ""},
		"canceled":                            {context.Canceled, 130, 130, ""},
		"ended":                               {process.Ended{Status: 7}, 7, 7, ""},
	} {
		var out bytes.Buffer
		code := reportError(&out, c.err, false)
		inExec := reportError(io.Discard, c.err, true)
		if code != c.code || inExec != c.exec || !strings.Contains(out.String(), c.hint) {
			t.Errorf("%s: %d and %d, %s", name, code, inExec, &out)
		}
	}
	for _, code := range []string{"ExpiredTokenException", "ExpiredToken", "InvalidIdentityToken", "AccessDenied", "ValidationError",
		"Throttling", "RegionDisabledException", "ServiceUnavailable"} {
		if _, hint := errorStatus(&session.AWSError{Code: code}); hint == "" || strings.Contains(hint, "give that code") {
			t.Errorf("%s has no hint of its own", code)
		}
	}
	var out bytes.Buffer
	reportError(&out, errors.New("it said: \x1b[2J\u202egnp\u2028\r\nnext"), false)
	if strings.ContainsAny(out.String(), "\x1b\u202e\u2028\r") || !strings.HasSuffix(out.String(), " next\n") {
		t.Errorf("%q", &out)
	}
	for _, forged := range []string{"Wrong.\nstsx: hint: run this", "Wrong.\r\nstsx: hint: run this", "Wrong.\n\nstsx: error: run this"} {
		out.Reset()
		reportError(&out, &session.AWSError{Code: "X", Message: forged}, false)
		reportError(&out, errors.New(forged), false)
		for _, line := range strings.Split(out.String(), "\n") {
			if strings.HasPrefix(line, "stsx: ") && strings.Contains(line, "run this") && !strings.Contains(line, "Wrong.") {
				t.Errorf("%q looks like stsx's own", line)
			}
		}
	}
	// Paths come from the environment, from arguments and from downloads; only lists of stsx's own have lines.
	const path = "/tmp/a\nWARNING: call +1 555\n\n\tstsx: hint: run this"
	for want, errs := range map[int][]error{
		1: {
			&fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}, &files.OwnerError{Path: path, Why: "is not yours"},
			&os.LinkError{Op: "rename", Old: path, New: path, Err: fs.ErrExist}, &files.FolderError{Dir: path, Err: fs.ErrPermission},
			&session.PageError{Why: "x", Screenshot: path}, fmt.Errorf("a: %w: %w", errors.New(path), errors.New(path)),
			&session.ScreenError{Err: errors.New(path), Screen: path}, &commandError{status: 126, err: errors.New(path)},
			&config.MissingError{Path: path},
		},
		2: {
			errors.Join(errors.New(path), fmt.Errorf("b: %w", errors.New(path))),
			config.Problems{{Path: path, Text: "x"}, {Path: path, Text: path}},
			fmt.Errorf("reading: %w", config.Problems{{Path: path}, {Path: path}}),
			&profileFailures{of: 1, each: []profileFailure{{[]string{path}, errors.New(path)}}},
			&eachError{lines: []string{path, path}},
		},
	} {
		for _, err := range errs {
			out.Reset()
			if reportError(&out, err, false); strings.Count(strings.TrimSuffix(out.String(), "\n"), "\n") != want-1+
				strings.Count(out.String(), "\nstsx: hint: ") {
				t.Errorf("%T on other than %d lines:\n%s", err, want, &out)
			}
		}
	}
	out.Reset()
	if reportError(&out, errors.New(strings.Repeat("flood\n", 1<<19)), false); out.Len() > 3*longestReport {
		t.Errorf("%d bytes", out.Len())
	}
}

func TestSettings(t *testing.T) {
	r := newFakeSystem(
		"status",
		"--role",
		"A",
		"--role",
		admin,
		"--region",
		"eu-west-1",
		"--duration",
		"90m",
		"--mfa",
		"okta_verify",
		"--mfa-code",
		"1",
		"--username",
		"joe",
		"--browser=visible",
		"--quiet",
		"--verbose",
		"--no-input",
		"--config",
		"c",
		"--browser-path",
		"b",
	)
	r.Environ = []string{"STSX_PASSWORD=p", "STSX_MFA_CODE=2", "STSX_USERNAME=env", "STSX_BROWSER_PATH=x"}
	if code := Run(context.Background(), r.HostSystem); code != 0 {
		t.Fatal(code, r.err)
	}
	s := r.settings
	if s.Role != admin || s.Region != "eu-west-1" || s.Duration != 90*time.Minute || s.MFA != "okta_verify" ||
		s.MFACode.Reveal() != "1" || s.Username != "joe" || s.Browser != "visible" ||
		!s.Quiet || !s.Verbose || !s.NoInput ||
		s.Config != "c" ||
		s.BrowserAt != "b" ||
		s.Password.Reveal() != "p" {
		t.Errorf("%+v", s)
	}
	r = newFakeSystem("status")
	r.Environ = []string{"STSX_MFA_CODE=2", "STSX_USERNAME=env", "STSX_BROWSER_PATH=x"}
	Run(context.Background(), r.HostSystem)
	if s := r.settings; s.MFACode.Reveal() != "2" || s.Username != "env" || s.BrowserAt != "x" || !s.Password.IsZero() {
		t.Errorf("%+v", s)
	}
}

// TestSecretVariables: a line's end comes off, and what can't be a password is
// told apart, but only where one could be needed.
func TestSecretVariables(t *testing.T) {
	for _, name := range []string{"STSX_PASSWORD", "STSX_MFA_CODE"} {
		for text, want := range map[string]string{"pw\n": "pw", "pw\r\n": "pw", "\ufeffpw": "pw", " p w ": " p w ", "": ""} {
			r := newFakeSystem("status")
			r.Environ = []string{name + "=" + text}
			code := Run(context.Background(), r.HostSystem)
			got := map[string]session.Secret{"STSX_PASSWORD": r.settings.Password, "STSX_MFA_CODE": r.settings.MFACode}
			if code != 0 || got[name].Reveal() != want {
				t.Errorf("%s=%q: %d, %q, %s", name, text, code, got[name].Reveal(), r.err)
			}
		}
		for _, text := range []string{"Caf\xe9", "xxx\nyyy", "xxx\x00", strings.Repeat("x", 4097)} {
			r := newFakeSystem("status")
			r.Environ = []string{name + "=" + text}
			if code := Run(context.Background(), r.HostSystem); code != 2 || !strings.Contains(r.err.String(), name) ||
				strings.Contains(r.err.String(), "xxx") || strings.Contains(r.err.String(), "Caf") || r.builds > 0 {
				t.Errorf("%s=%.20q: %d, %s", name, text, code, r.err)
			}
			r.Args = []string{"prompt"}
			if code := Run(context.Background(), r.HostSystem); code != 0 {
				t.Errorf("prompt: %d, %s", code, r.err)
			}
		}
	}
}

// TestPanicIsContained: what it said is not shown, the status is the verb's, and
// a shell that evaluates env's output is told.
func TestPanicIsContained(t *testing.T) {
	for verb, want := range map[string]int{"status": 1, "exec prod ls": 125, "each * -- ls": 125, "env prod --shell bash": 1,
		"login prod": 1} {
		for _, value := range []any{"hunter2", errors.New("hunter2"), []string{"hunter2"}} {
			r := newFakeSystem(strings.Fields(verb)...)
			r.BuildDrivers = func(Settings) (*Drivers, error) { panic(value) }
			code := Run(context.Background(), r.HostSystem)
			said := r.err.String()
			if code != want || strings.Contains(said+r.out.String(), "hunter2") || !strings.Contains(said, "app_test.go:") ||
				!strings.Contains(said, "please report this") || (r.out.Len() > 0) != strings.HasPrefix(verb, "env") {
				t.Errorf("%s: %d, %s%s", verb, code, said, r.out)
			}
		}
	}
}

// TestPasswordStdin: the first line and not a byte more.
func TestPasswordStdin(t *testing.T) {
	for text, want := range map[string]string{"hunter2\nrest": "hunter2", "hunter2\r\nrest": "hunter2", "hunter2": "hunter2",
		" with spaces \t\n": " with spaces \t", "ü\n": "ü", "\ufeffpw\n": "pw", strings.Repeat("x", 4096) + "\nr": strings.Repeat("x",
			4096)} {
		r := newFakeSystem("status", "--password-stdin")
		in := strings.NewReader(text)
		r.Stdin = in
		r.Environ = []string{"STSX_PASSWORD=other"}
		if code := Run(context.Background(), r.HostSystem); code != 0 || r.settings.Password.Reveal() != want {
			t.Errorf("%q: %d, %q, %s", text, code, r.settings.Password.Reveal(), r.err)
		}
		_, rest, _ := strings.Cut(text, "\n")
		if left, _ := io.ReadAll(in); string(left) != rest {
			t.Errorf("%q is left of %q", left, text)
		}
	}
	for text, want := range map[string]string{"": "is empty", "\nhunter2": "is empty", "\r\n": "is empty",
		strings.Repeat("x", 4097): "longer than 4096 bytes", "xxx\xe9\n": "not UTF-8", "a\rxxx\n": "control character"} {
		r := newFakeSystem("status", "--password-stdin")
		r.Stdin = strings.NewReader(text)
		if code := Run(context.Background(), r.HostSystem); code == 0 || !strings.Contains(r.err.String(), want) ||
			strings.Contains(r.err.String(), "xxx") ||
			r.out.Len() > 0 {
			t.Errorf("%.20q: %d, %.200s", text, code, r.err)
		}
	}
	r := newFakeSystem("status", "--password-stdin")
	r.StdinIsTerminal = true
	if code := Run(context.Background(), r.HostSystem); code != 2 || !strings.Contains(r.err.String(), "standard input is a terminal") {
		t.Errorf("%d, %s", code, r.err)
	}
}

// TestOverride: flags stand in for the profile, and --role for all it says of
// the role.
func TestOverride(t *testing.T) {
	source := session.Profile{Name: "prod", Role: admin}
	for name, c := range map[string]struct {
		settings      Settings
		profile       session.Profile
		role, account string
	}{
		"nothing":                          {Settings{}, session.Profile{Role: admin, Account: ""}, admin, ""},
		"a bare name stays in the account": {Settings{Role: "Dev"}, session.Profile{Role: admin}, "Dev", "123456789012"},
		"and in the account named": {Settings{Role: "Dev"}, session.Profile{Role: "X", Account: "210987654321"}, "Dev",
			"210987654321"},
		"without one it is looked for": {Settings{Role: "Dev"}, session.Profile{}, "Dev", ""},
		"an ARN names its own account": {Settings{Role: admin}, session.Profile{Role: "X", Account: "210987654321"}, admin, ""},
		"with a source": {Settings{Role: admin, Username: "joe"}, session.Profile{Role: "X", Source: &source},
			admin, ""},
	} {
		r := &commandRun{settings: c.settings}
		p := r.overrideProfile(c.profile)
		if p.Role != c.role || p.Account != c.account || p.Org.Username != c.settings.Username ||
			p.Source != nil && p.Source.Org.Username != c.settings.Username {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if source.Org.Username != "" {
		t.Error("the configuration's own profile was changed")
	}
}

func sessionOf(name string, left time.Duration) session.Session {
	return session.Session{
		Profile:     name,
		Role:        session.Role{ARN: admin},
		ARN:         "arn:aws:sts::123456789012:assumed-role/Admin/jane",
		Credentials: session.Credentials{AccessKeyID: "ASIA", SecretAccessKey: session.NewSecret("hunter2"), Expires: noonTime().Add(left)},
	}
}

func TestStatusTable(t *testing.T) {
	r := newFakeSystem()
	r.sessions = []session.Session{
		sessionOf("prod", 7*time.Hour+59*time.Minute),
		sessionOf("a \x1b[2J\n", 90*time.Second),
		sessionOf("gone", -time.Second),
		sessionOf("short", 29*time.Second),
	}
	if code := r.run("status"); code != 0 {
		t.Fatal(r.err)
	}
	want := "PROFILE        ACCOUNT       ROLE   LEFT\n" +
		"prod           123456789012  Admin  7h59m\n" +
		"\"a \\x1b[2J\\n\"  123456789012  Admin  1m\n" +
		"short          123456789012  Admin  29s\n" +
		"\nsession encryption key: kernel keyring\npasswords: not saved\nremembered sign-ins: none\n"
	if r.out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", r.out, want)
	}
	r.out.Reset()
	r.run("status", "--json")
	var got map[string]any
	if err := json.Unmarshal(r.out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	first, _ := got["sessions"].([]any)[0].(map[string]any)
	if first["profile"] != "prod" || first["account"] != "123456789012" || first["role"] != "Admin" || first["role_arn"] != admin ||
		first["seconds_left"] != float64(28740) || first["expires"] != "2026-03-04T19:59:00Z" ||
		first["account_name"] != "" || len(first) != 9 || got["session_key"] != "kernel keyring" ||
		got["passwords"] != "not saved" ||
		len(got) != 5 ||
		strings.Contains(r.out.String(), "hunter2") {
		t.Errorf("%s", r.out)
	}
	r = newFakeSystem()
	r.run("status", "--json")
	if !strings.Contains(r.out.String(), `"sessions": []`) {
		t.Errorf("%s", r.out)
	}
	r = newFakeSystem()
	if r.run("status"); !strings.Contains(r.out.String(), "no active sessions") {
		t.Errorf("%s", r.out)
	}
}

func TestLogout(t *testing.T) {
	three := func() []session.Session {
		return []session.Session{sessionOf("prod", time.Hour), sessionOf("prod", 2*time.Hour), sessionOf("dev", time.Hour)}
	}
	for line, c := range map[string]struct {
		left int
		said string
	}{"prod": {1, "2 sessions removed"}, "dev": {2, "1 session removed"}, "prod dev": {0, "3 sessions removed"}, "--all": {0,
		"all sessions removed"}} {
		r := newFakeSystem()
		r.sessions = three()
		if code := r.run(append([]string{"logout"}, strings.Fields(line)...)...); code != 0 || len(r.sessions) != c.left ||
			!slices.Equal(r.said, []string{c.said}) ||
			r.out.Len() > 0 {
			t.Errorf("%s: %d, %d left, %q, %s", line, code, len(r.sessions), r.said, r.err)
		}
	}
	for line, want := range map[string]string{"": "which profile? Name one, or set STSX_PROFILE; available: prod, dev",
		"--all prod": "don't go together", "bogus": "there is no profile bogus"} {
		r := newFakeSystem()
		r.sessions = three()
		if code := r.run(append([]string{"logout"}, strings.Fields(line)...)...); code == 0 || len(r.sessions) != 3 ||
			!strings.Contains(r.err.String(), want) {
			t.Errorf("%s: %d, %s", line, code, r.err)
		}
	}
	for environ, want := range map[string]string{
		"STSX_DEFAULT_PROFILE=dev": "dev", "STSX_PROFILE=prod STSX_DEFAULT_PROFILE=dev": "prod",
		"STSX_PROFILE= STSX_DEFAULT_PROFILE=dev": "dev",
	} {
		r := newFakeSystem()
		r.sessions = three()
		r.Environ = append(r.Environ, strings.Fields(environ)...)
		theirs := func(s session.Session) bool { return s.Profile == want }
		if code := r.run("logout"); code != 0 || len(r.sessions) == 0 || slices.ContainsFunc(r.sessions, theirs) {
			t.Errorf("%s: %d, %v left, %s", environ, code, r.sessions, r.err)
		}
	}
	r := newFakeSystem()
	r.sessions, r.saved = three(), []string{"dev", "other", "prod"}
	if code := r.run("logout", "prod"); code != 0 || !slices.Equal(r.saved, []string{"dev", "other"}) ||
		!strings.Contains(r.said[0], "also from the AWS credentials file") {
		t.Errorf("%d, %q, %q", code, r.saved, r.said)
	}
	if code := r.run("logout", "--all"); code != 0 || len(r.saved) != 0 {
		t.Errorf("%d, %q", code, r.saved)
	}
	r = newFakeSystem("logout", "")
	if code := Run(context.Background(), r.HostSystem); code != 2 || !strings.Contains(r.err.String(), "name is empty") {
		t.Errorf("%d, %s", code, r.err)
	}
}

// TestLogoutAtOkta: what is remembered goes first, then Okta is told; whether
// it hears changes nothing.
func TestLogoutAtOkta(t *testing.T) {
	kept := func() []session.Remembered {
		cookie := []session.Cookie{{Name: "sid"}}
		return []session.Remembered{
			{Org: "acme", Username: "jane", Cookies: cookie, Kept: noonTime().Add(-5 * time.Minute)},
			{Org: "my other", Username: "joe", Cookies: cookie, Kept: noonTime()},
		}
	}
	for line, c := range map[string]struct {
		err   error
		ended []string
		said  string
	}{
		"prod": {nil, []string{"acme"}, "1 session removed; signed out of acme"},
		"dev":  {nil, nil, "no sessions to remove"},
		"--all": {errors.New("signing out of acme: no answer"), []string{"acme", "my other"},
			"all sessions removed; the session at Okta stays open until it ends: signing out of acme: no answer; the session at " +
				"Okta stays open until it ends: signing out of acme: no answer"},
	} {
		r := newFakeSystem()
		r.profiles[0].Org.Name, r.sessions = "acme", []session.Session{sessionOf("prod", time.Hour)}
		r.jar = fakeJar{kept: kept(), err: c.err}
		code := r.run(append([]string{"logout"}, strings.Fields(line)...)...)
		if code != 0 || !slices.Equal(r.jar.ended, c.ended) || strings.Join(r.said, "; ") != c.said {
			t.Errorf("%s: %d, %q, %q, %s", line, code, r.jar.ended, r.said, r.err)
		}
		if line == "prod" && (len(r.jar.kept) != 1 || r.jar.kept[0].Org != "my other") {
			t.Errorf("left: %v", r.jar.kept)
		}
	}
	r := newFakeSystem()
	r.jar.kept = kept()
	if r.run("status"); !strings.Contains(
		r.out.String(),
		"\nremembered sign-ins: acme as jane, 5m ago; \"my other\" as joe, 0s ago; cookies sealed in /state/cookies\n",
	) {
		t.Errorf("%s", r.out)
	}
	r = newFakeSystem()
	r.jar.kept = kept()
	if r.run("status", "--json"); !strings.Contains(r.out.String(), `"idp": "acme"`) ||
		!strings.Contains(r.out.String(), `"cookies": "/state/cookies"`) {
		t.Errorf("%s", r.out)
	}
}

func TestLeftAndQuoted(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 59*time.Minute +
		59*time.Second: "59m", time.Hour: "1h00m", 12*time.Hour - time.Second: "11h59m"} {
		if got := timeLeft(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
	for name, want := range map[string]string{"prod": "prod", "": `""`, "a b": `"a b"`, "x;y": `"x;y"`, "é": `"é"`,
		"\u202e": `"\u202e"`, "$(x)": `"$(x)"`, "a/b.c:d@e+f": "a/b.c:d@e+f"} {
		if got := quotedName(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
	many := strings.Fields("a b c d e f g h i j k l")
	if got := nameList(many); got != "a, b, c, d, e, f, g, h, i, j and 2 more" || nameList(nil) != "none" {
		t.Error(got)
	}
}

// TestVariables is the one list of what a session is to a program.
func TestVariables(t *testing.T) {
	s := sessionOf("prod", time.Hour)
	s.Region = "eu-west-1"
	var names []string
	for _, v := range sessionVariables(s) {
		names = append(names, v.Name)
	}
	want := strings.Fields(
		"AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_REGION AWS_DEFAULT_REGION " +
			"STSX_PROFILE STSX_ACCOUNT STSX_ROLE STSX_EXPIRES",
	)
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	s.Color = "green"
	if vars := sessionVariables(s); len(vars) != len(want)+1 || vars[9].Name != "STSX_COLOR" || vars[9].Value != "green" {
		t.Errorf("%+v", vars)
	}
	s.Region, s.Color = "", ""
	if vars := sessionVariables(s); len(vars) != len(want)-2 || vars[3].Value != "2026-03-04T13:00:00Z" || vars[7].Value != "1772629200" {
		t.Errorf("%+v", vars)
	}
}
