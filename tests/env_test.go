//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/shellinit"
	"stsx/tests/okta"
	"stsx/tests/shells"
)

// shellDesk is a desk where prod's session is open, dev's is not, and stsx is
// on PATH; its shells have another identity in their environment.
func shellDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, okta.Config{Engine: okta.Gen3})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	for i, entry := range d.env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			d.env[i] = "PATH=" + filepath.Dir(stsxPath) + ":" + path
		}
	}
	return d.with("AWS_PROFILE=old", "AWS_DEFAULT_PROFILE=old", "AWS_SECURITY_TOKEN=old", "AWS_ACCESS_KEY_ID=old",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/", "AWS_CONTAINER_;touch canary=old", "STSX_PASSWORD=wrong", "KEPT=yes")
}

// script runs text in a shell of the desk and returns what it printed.
func (d *desk) script(s shells.Shell, text string) string {
	d.Helper()
	command := s.Command(d.T, d.TempDir(), text)
	command.Env = d.env
	out, err := command.CombinedOutput()
	if err != nil {
		d.Fatalf("%s: %v\n%s\nscript:\n%s", s.Name, err, out, text)
	}
	return string(out)
}

// dump is a line, the same in every shell, that writes what a child gets.
func dump(name string) string { return `sh -c 'env -0 >"$STSX_OUT/` + name + `"'` + "\n" }

// dumped reads it.
func (d *desk) dumped(dir, name string) map[string]string {
	d.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		d.Fatal(err)
	}
	vars := map[string]string{}
	for _, entry := range strings.Split(string(text), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			vars[name] = value
		}
	}
	return vars
}

// TestEnvInEveryShell types the lines of docs/shells.md in every shell there
// is here, at its strictest: the variables arrive, what would win over them is
// gone, the rest stays, and --unset takes them away again.
func TestEnvInEveryShell(t *testing.T) {
	d := shellDesk(t)
	for _, s := range shells.All() {
		t.Run(s.Name, func(t *testing.T) {
			s.Path(t)
			d := d.forTest(t)
			dialect, err := shellinit.LookupDialect(s.Dialect)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			d.env = append(d.env, "STSX_OUT="+dir)
			if out := d.script(s, dialect.CommandLine("stsx", "env", "prod")+"\n"+dump("set")+dialect.CommandLine("stsx", "env", "--unset")+
				"\n"+dump("unset")); out != "" {
				t.Errorf("printed %q", out)
			}
			set, unset := d.dumped(dir, "set"), d.dumped(dir, "unset")
			for name, want := range map[string]string{
				"STSX_PROFILE": "prod", "STSX_ROLE": "Admin", "STSX_ACCOUNT": "123456789012", "AWS_REGION": "eu-west-1",
				"AWS_DEFAULT_REGION": "eu-west-1",
				"STSX_PASSWORD":      "wrong", "KEPT": "yes",
			} {
				if set[name] != want {
					t.Errorf("%s is %q, not %q", name, set[name], want)
				}
			}
			if !strings.HasPrefix(set["AWS_ACCESS_KEY_ID"], "ASIA") || set["AWS_SESSION_TOKEN"] == "" || set["STSX_EXPIRES"] == "" {
				t.Errorf("no credentials: %v", set)
			}
			for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN",
				"AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
				if value, ok := set[name]; ok {
					t.Errorf("%s is still there: %q", name, value)
				}
			}
			for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
				"AWS_REGION", "AWS_DEFAULT_REGION", "STSX_PROFILE", "STSX_ROLE", "STSX_ACCOUNT", "STSX_EXPIRES"} {
				if value, ok := unset[name]; ok {
					t.Errorf("%s is there after --unset: %q", name, value)
				}
			}
			if unset["KEPT"] != "yes" || unset["STSX_PASSWORD"] != "wrong" {
				t.Error("--unset took too much")
			}
		})
	}
}

// attempt is a script that tries a line, prints refused when the shell sees
// that it failed, and goes on.
func attempt(dialect shellinit.Dialect, argv ...string) string {
	line := dialect.CommandLine(argv...)
	switch dialect.Name {
	case "bash", "zsh", "sh":
		return "if " + line + "; then echo went on; else echo refused; fi\n"
	case "fish":
		return line + "\nset -l statuses $pipestatus\nif test $statuses[1] -eq 0; echo went on; else; echo refused; end\n"
	case "tcsh":
		return line + "\nset code = $status\nif ($code == 0) echo went on\nif ($code != 0) echo refused\n"
	case "elvish":
		return "try { " + line + "; echo went on } catch e { echo refused }\n"
	case "xonsh":
		return "try:\n    " + line + "\n    print('went on')\nexcept Exception:\n    print('refused')\n"
	case "nushell":
		return "try { " + line + "; print 'went on' } catch { print 'refused' }\n"
	}
	return "try { " + line + "; 'went on' } catch { 'refused' }\n"
}

// TestFailedEnvChangesNothing: an unknown profile, a usage error and a refused
// sign-in leave every variable as it was.
func TestFailedEnvChangesNothing(t *testing.T) {
	d := shellDesk(t)
	d.wantStatus(d.run("env", "dev", "--shell", "bash"), 4) // the password is wrong, and isn't sent again
	for _, s := range shells.All() {
		if s.Dialect == "tcsh" {
			s.Args = []string{"-f"} // with -e it ends at the first failure
		}
		t.Run(s.Name, func(t *testing.T) {
			s.Path(t)
			d := d.forTest(t)
			dialect, _ := shellinit.LookupDialect(s.Dialect)
			dir := t.TempDir()
			d.env = append(d.env, "STSX_OUT="+dir)
			text := dump("before")
			for _, argv := range [][]string{{"stsx", "env", "nope"}, {"stsx", "env", "prod", "--bogus"}, {"stsx", "env", "dev"}} {
				text += attempt(dialect, argv...)
			}
			out := d.script(s, text+dump("after"))
			if strings.Contains(out, "went on") || strings.Count(out, "refused\n") != 3 {
				t.Errorf("it printed:\n%s", out)
			}
			before, after := d.dumped(dir, "before"), d.dumped(dir, "after")
			for name, want := range before {
				if got := after[name]; got != want && name != "_" && name != "SHLVL" {
					t.Errorf("%s was %q and is %q", name, want, got)
				}
			}
			for name := range after {
				if _, ok := before[name]; !ok && name != "_" && name != "LAST_EXIT_CODE" { // nushell's own

					t.Errorf("%s is new", name)
				}
			}
		})
	}
}

// TestEnvInterrupted: Ctrl-C at the question for the password, asked from
// inside the line, ends stsx; the shell lives on with its old environment.
func TestEnvInterrupted(t *testing.T) {
	d := shellDesk(t).withoutPassword()
	for _, s := range shells.All() {
		if s.Dialect == "tcsh" {
			s.Args = []string{"-f"}
		}
		t.Run(s.Name, func(t *testing.T) {
			s.Path(t)
			d := d.forTest(t)
			dialect, _ := shellinit.LookupDialect(s.Dialect)
			dir := t.TempDir()
			d.env = append(d.env, "STSX_OUT="+dir)
			line := dialect.CommandLine("stsx", "env", "dev") + "\n"
			switch dialect.Name {
			case "bash", "zsh", "sh", "elvish", "xonsh", "nushell", "powershell": // where a failure ends a strict script
				line = attempt(dialect, "stsx", "env", "dev")
			}
			command := s.Command(t, dir, line+dump("after"))
			term := d.openProgram(append([]string{command.Path}, command.Args[1:]...)...)
			term.waitFor("password for")
			term.typeText("\x03")
			term.waitFor("interrupted")
			if r := term.wait(); r.status != 0 {
				t.Error(r)
			}
			after := d.dumped(dir, "after")
			if after["AWS_PROFILE"] != "old" || after["AWS_ACCESS_KEY_ID"] != "old" || after["STSX_PROFILE"] != "" {
				t.Errorf("the environment changed: %v", after)
			}
		})
	}
}

// TestEnvInterruptedAtThePrompt is the same in shells with somebody at the
// keyboard: the next line they type still runs.
func TestEnvInterruptedAtThePrompt(t *testing.T) {
	d := shellDesk(t).withoutPassword()
	for _, s := range shells.All() {
		switch s.Name {
		case "bash", "zsh", "fish", "dash":
		default:
			continue // its line editor wants more of a terminal than this one is
		}
		t.Run(s.Name, func(t *testing.T) {
			path := s.Path(t)
			d := d.forTest(t)
			dialect, _ := shellinit.LookupDialect(s.Dialect)
			term := d.openProgram(append(append([]string{path}, s.Args...), "-i")...)
			term.typeText(dialect.CommandLine("stsx", "env", "dev") + "\r")
			term.waitFor("password for")
			term.typeText("\x03")
			term.waitFor("interrupted")
			term.typeText("sh -c 'echo still:$AWS_PROFILE:$STSX_PROFILE:$((40+2))'\r")
			term.waitFor("still:old::42")
			term.typeText("exit\r")
			term.wait()
		})
	}
}

// TestEnvOnATerminal: somebody forgot the eval. Nothing secret is shown, and
// nothing is done, but the line for that shell is.
func TestEnvOnATerminal(t *testing.T) {
	d := deskWithoutOrg(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"env", "prod"}, `in bash: eval "$(stsx env prod)"`},
		{[]string{"env", "--unset"}, `in bash: eval "$(stsx env --unset)"`},
		{[]string{"env", "prod", "--shell", "fish"}, `in fish: stsx env prod --shell fish | source`},
		{[]string{"env", "--shell=json", "it's $(x)"}, `in json: stsx env 'it'\''s $(x)' --shell json | jq`},
	} {
		term := d.with("SHELL=/bin/bash").openTerminal(c.args...)
		term.waitFor(c.want)
		if r := term.wait(); r.status != 2 || strings.Contains(r.stdout, "ASIA") {
			t.Errorf("%q: %s", c.args, r)
		}
	}
	term := d.openTerminal("env", "--unset", "--force", "--shell", "bash")
	term.waitFor("unset -v AWS_ACCESS_KEY_ID;")
	if r := term.wait(); r.status != 0 {
		t.Error(r)
	}
}

// deskWithoutOrg is a desk where nobody can sign in.
func deskWithoutOrg(t *testing.T) *desk {
	return &desk{T: t, home: t.TempDir(), env: []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color",
		"LANG=C.UTF-8", "SHELL=/bin/sh"}}
}

// TestEnvForActions: the secrets are masked on standard output, and the
// variables come after what the file of $GITHUB_ENV holds already.
func TestEnvForActions(t *testing.T) {
	d := shellDesk(t)
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, []byte("OTHER=x"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := d.wantStatus(d.with("GITHUB_ENV="+file).run("env", "prod", "--shell", "github-actions"), 0)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if lines[0] != "OTHER=x" || lines[1] != "AWS_ACCESS_KEY_ID<<STSX" || lines[3] != "STSX" {
		t.Errorf("the file is %q", text)
	}
	if masks := strings.Split(r.stdout, "\n"); len(masks) != 4 || masks[0] != "::add-mask::"+lines[2] {
		t.Errorf("it printed %q", r.stdout)
	}
	d.wantText(r.stderr, "AWS_PROFILE")
	d.wantStatus(d.with("GITHUB_ENV="+filepath.Join(t.TempDir(), "none")).run("env", "prod", "--shell", "github-actions"), 1)
}
