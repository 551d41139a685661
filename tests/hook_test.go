//go:build unix

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
	"stsx/tests/shells"
)

// hookShells are the shells whose hook this file looks at.
func hookShells() []shells.Shell {
	var out []shells.Shell
	for _, s := range shells.All() {
		switch s.Dialect {
		case "bash", "zsh", "fish", "sh":
			out = append(out, s)
		}
	}
	return out
}

// hook is the line of the rc file, with flags.
func hook(s shells.Shell, flags ...string) string {
	line := strings.Join(append([]string{"stsx", "init", s.Dialect}, flags...), " ")
	if s.Dialect == "fish" {
		return line + " | source\n"
	}
	return `eval "$(` + line + `)"` + "\n"
}

// withPath is env with stsx first on PATH.
func withPath(env []string) []string {
	out := append([]string{}, env...)
	for i, entry := range out {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			out[i] = "PATH=" + filepath.Dir(stsxPath) + ":" + path
		}
	}
	return out
}

// runHook runs text in a shell that has nobody's desk, and returns all that it
// printed and its status.
func runHook(t *testing.T, s shells.Shell, text string, env ...string) (string, int) {
	t.Helper()
	command := s.Command(t, t.TempDir(), text)
	command.Env = append(withPath(command.Env), env...)
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// TestHookStrict sources the hook twice, in each shell at its strictest: it
// says nothing and ends well, with every flag.
func TestHookStrict(t *testing.T) {
	for _, s := range hookShells() {
		for _, flags := range [][]string{nil, {"--no-prompt"}, {"--no-watch", "--no-prompt"}, {"--renew", "--cmd", "aws_in"}} {
			t.Run(s.Name+strings.Join(flags, " "), func(t *testing.T) {
				t.Parallel()
				out, status := runHook(t, s, hook(s, flags...)+hook(s, flags...))
				if out != "" || status != 0 {
					t.Errorf("status %d, printed %q", status, out)
				}
			})
		}
	}
}

// TestHookFlags: what init refuses, it refuses without a word on stdout.
func TestHookFlags(t *testing.T) {
	d := &desk{T: t, home: t.TempDir(), env: []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}}
	for _, c := range []struct{ line, says string }{
		{"init", "name one shell"},
		{"init bsah", "did you mean bash"},
		{"init json", "there is no hook for json"},
		{"init bash --prompt right", "bash has no prompt on the right"},
		{"init zsh --prompt top", "--prompt is left or right, not top"},
		{"init zsh --prompt left --no-prompt", "exclude each other"},
		{"init sh --cmd a-b", "can't have - in its name"},
		{"init bash --cmd a;b", "can't be a command's name"},
		{"use prod", "\"stsx use\" needs the shell hook"},
		{"unuse", "\"stsx unuse\" needs the shell hook"},
		{"prompt --format {rol}", "did you mean {role}?"},
		{"prompt --color blue", "--color is"},
	} {
		r := d.run(strings.Fields(c.line)...)
		if r.stdout != "" || r.status == 0 {
			t.Errorf("stsx %s: %s", c.line, r)
		}
		d.wantText(r.stderr, c.says)
	}
}

// TestHookOwnWords: where the hook has words of its own, the program names them
// to somebody who types the others.
func TestHookOwnWords(t *testing.T) {
	for _, c := range []struct{ shell, line, says string }{
		{"/usr/bin/tcsh", "use prod", "can't work in tcsh, whose hook has a word of its own: stsx-use PROFILE"},
		{"/usr/bin/tcsh", "unuse", "whose hook has a word of its own: stsx-unuse"},
		{"/usr/bin/pwsh", "use prod", "can't work in powershell, whose hook has a word of its own: stsx-use PROFILE"},
		{"/usr/bin/pwsh", "use prod", "stsx init powershell | Invoke-Expression"},
		{"/usr/bin/zsh", "use prod", "\"stsx use\" needs the shell hook"},
		{"/usr/bin/zsh", "--quiet use prod", "flags come after use"},
		{"/usr/bin/zsh", "use prod", "for ~/.zshrc: eval \"$(stsx init zsh)\""},
	} {
		d := &desk{T: t, home: t.TempDir(), env: []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "SHELL=" + c.shell}}
		r := d.run(strings.Fields(c.line)...)
		if r.stdout != "" || r.status == 0 {
			t.Errorf("stsx %s: %s", c.line, r)
		}
		d.wantText(r.stderr, c.says)
	}
}

// hookDesk is a desk with sessions of prod and dev, whose shells have another
// identity in their environment, and stsx on PATH.
func hookDesk(t *testing.T) *desk {
	t.Helper()
	user := janeUser()
	user.GoogleTOTP = ""
	d := newDesk(t, okta.Config{Users: []okta.User{user}})
	text, err := os.ReadFile(filepath.Join(d.home, ".config", "stsx", "config.toml"))
	if err != nil {
		t.Fatal(err)
	}
	d.writeConfig(string(text) + `
[profile.careful]
role    = "Dev"
account = "123456789012"
confirm = true
`)
	d.wantStatus(d.with("STSX_PASSWORD="+janePassword).run("login", "prod", "dev"), 0)
	d.env = withPath(d.env)
	return d
}

// sayIn is a function `say` in the shell's language: what some variables are
// here, and what a child sees of them.
func sayIn(dialect string) string {
	child := `sh -c 'echo "$0: child: ${AWS_PROFILE-none} ${AWS_REGION-none} ${AWS_SECURITY_TOKEN-none} ${STSX_ROLE-none} ${AWS_SESSION_TOKEN:+token}"' `
	if dialect == "fish" {
		return `function say
	for name in AWS_PROFILE AWS_REGION AWS_SECURITY_TOKEN STSX_ROLE
		set -q $name; and set -a seen "$$name"; or set -a seen none
	end
	echo "$argv[1]: here: $seen"
	` + child + ` $argv[1]
end
`
	}
	return `say() {
	printf '%s: here: %s %s %s %s\n' "$1" "${AWS_PROFILE-none}" "${AWS_REGION-none}" "${AWS_SECURITY_TOKEN-none}" "${STSX_ROLE-none}"
	` + child + `"$1"
}
`
}

// before is what was in the shell before stsx: exported, not exported, empty.
func before(dialect string) string {
	if dialect == "fish" {
		return "set -gx AWS_PROFILE \"mi'ne \\$x \"\nset -g AWS_REGION 'un exported'\nset -gx AWS_SECURITY_TOKEN ''\n"
	}
	return "export AWS_PROFILE=\"mi'ne \\$x \"\nAWS_REGION='un exported'\nexport AWS_SECURITY_TOKEN=''\n"
}

// TestHookUse signs in once; each shell then goes in and out of sessions.
func TestHookUse(t *testing.T) {
	d := hookDesk(t)
	for _, s := range hookShells() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := *d
			d.T = t
			or := " || echo status=$?\n"
			if s.Dialect == "fish" {
				or = "; or echo status=$status\n"
			}
			script := before(s.Dialect) + hook(s) + sayIn(s.Dialect) + strings.Join([]string{
				"say 0",
				"stsx use prod; say 1",
				"stsx use dev; say 2",
				"stsx use dev --region eu-north-1; say 3", // in the place of dev
				"stsx unuse; say 4",
				"stsx use nope 2>/dev/null" + or + "say 5",
				"stsx use dev --bogus 2>/dev/null" + or + "say 6",
				"stsx use --unset 2>/dev/null" + or + "stsx use dev --shell fish 2>/dev/null" + or + "say 7",
				"stsx use --help >/dev/null; say 8",
				hook(s) + "stsx unuse; say 9", // sourced again, the stack is still there
				"stsx unuse" + or + "stsx unuse more 2>/dev/null" + or,
				"stsx exec dev -- sh -c 'exit 7'" + or + "stsx bogus 2>/dev/null" + or,
			}, "\n")
			out := d.script(s, script)
			mine := "mi'ne $x "
			want := "0: here: " + mine + " un exported  none\n0: child: " + mine + " none  none \n" +
				"1: here: none eu-west-1 none Admin\n1: child: none eu-west-1 none Admin token\n" +
				"2: here: none eu-west-1 none Dev\n2: child: none eu-west-1 none Dev token\n" +
				"3: here: none eu-north-1 none Dev\n3: child: none eu-north-1 none Dev token\n" +
				"4: here: none eu-west-1 none Admin\n4: child: none eu-west-1 none Admin token\n"
			for i, statuses := range [][]int{{1}, {2}, {2, 2}, {}} {
				for _, status := range statuses {
					want += fmt.Sprintf("status=%d\n", status)
				}
				want += fmt.Sprintf("%d: here: none eu-west-1 none Admin\n%d: child: none eu-west-1 none Admin token\n", i+5, i+5)
			}
			want += "9: here: " + mine + " un exported  none\n9: child: " + mine + " none  none \n" +
				"stsx: no profile is in use\nstatus=1\nstatus=2\nstatus=7\nstatus=2\n"
			if out != want {
				t.Errorf("got:\n%s\nwant:\n%s", out, want)
			}
		})
	}
	t.Run("inherited", func(t *testing.T) { inheritedSession(t, d) })
	t.Run("hidden", func(t *testing.T) { hidden(t, d) })
	t.Run("aliases", func(t *testing.T) { aliases(t, d) })
	t.Run("cmd", func(t *testing.T) { otherName(t, d) })
	t.Run("screen", func(t *testing.T) { hookScreens(t, d) })
}

// inheritedSession: a session that came with the environment is taken out by unuse,
// and is where another use goes back to.
func inheritedSession(t *testing.T, d *desk) {
	for _, s := range hookShells() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := *d
			d.T = t
			command := s.Command(t, t.TempDir(), hook(s)+sayIn(s.Dialect)+"stsx use dev; say 1\nstsx unuse; say 2\nstsx unuse; say 3\n")
			command.Args = append([]string{stsxPath, "exec", "prod", "--"}, command.Args...)
			command.Path, command.Env = stsxPath, d.env
			out, err := command.CombinedOutput()
			want := "1: here: none eu-west-1 none Dev\n1: child: none eu-west-1 none Dev token\n" +
				"2: here: none eu-west-1 none Admin\n2: child: none eu-west-1 none Admin token\n" +
				"3: here: none none none none\n3: child: none none none none \n"
			if err != nil || string(out) != want {
				t.Errorf("%v, got:\n%s\nwant:\n%s", err, out, want)
			}
		})
	}
}

// hidden: neither a child nor a trace sees the keys that are kept, even where
// every variable is exported.
func hidden(t *testing.T, d *desk) {
	for _, s := range hookShells() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := *d
			d.T = t
			script := "set -a -x\n"
			if s.Dialect == "fish" {
				script = ""
			}
			seen := filepath.Join(t.TempDir(), "child") // two of them are bash
			script += hook(s, "--no-completion") + "stsx use prod\nstsx use dev\nsh -c 'env >\"" + seen + "\"'\nstsx unuse\nstsx unuse\n"
			d.env = append(append([]string{}, d.env...), "AWS_SECRET_ACCESS_KEY=the-old-secret")
			out := d.script(s, script)
			child, err := os.ReadFile(seen)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(child), "the-old-secret") || strings.Count(string(child), "AWS_SECRET_ACCESS_KEY=") != 1 {
				t.Errorf("a child sees:\n%s", child)
			}
			secret := ""
			for _, line := range strings.Split(string(child), "\n") {
				if value, ok := strings.CutPrefix(line, "AWS_SECRET_ACCESS_KEY="); ok {
					secret = value
				}
			}
			if secret == "" || strings.Contains(out, secret) || strings.Contains(out, "the-old-secret") {
				t.Errorf("secret %q, traced:\n%s", secret, out)
			}
		})
	}
}

// aliases of the person's own change nothing in the hook.
func aliases(t *testing.T, d *desk) {
	words := []string{
		"stsx", "use", "unuse", "env", "builtin", "command", "eval", "local", "printf", "print", "export", "unset", "return", "shift",
		"set", "setopt", "emulate", "typeset", "test", "true", "date", "sed", "compgen", "shopt", "zsh", "red", "yellow",
	}
	for _, s := range hookShells() {
		if s.Dialect == "fish" {
			continue // its aliases are functions
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := *d
			d.T = t
			var script strings.Builder
			if s.Dialect == "bash" {
				script.WriteString("shopt -s expand_aliases\n")
			}
			for _, word := range words {
				if s.Dialect == "sh" && (word == "export" || word == "unset") {
					continue // there is no way to evaluate without aliases what stsx env prints
				}
				if s.Dialect == "zsh" && strings.Contains("use unuse env zsh red yellow", word) {
					fmt.Fprintf(&script, "\\alias -g %s='ALIAS-%s'\n", word, word)
				} else {
					fmt.Fprintf(&script, "\\alias %s='ALIAS-%s'\n", word, word)
				}
			}
			line := strings.Replace(strings.Replace(hook(s, "--no-completion"), "eval", `\eval`, 1), "stsx", `\stsx`, 1)
			line = strings.Replace(line, " zsh", ` \zsh`, 1)
			script.WriteString(line + line + "\\stsx \\use prod\n\\echo $STSX_ROLE\n\\stsx \\unuse\n\\echo ${STSX_ROLE-none}\n")
			if out := d.script(s, script.String()); out != "Admin\nnone\n" {
				t.Error(out)
			}
		})
	}
}

// otherName: with --cmd the function has that name, and stsx is the program.
func otherName(t *testing.T, d *desk) {
	for _, s := range hookShells() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := *d
			d.T = t
			name := "aws-in"
			if s.Dialect == "sh" || strings.Contains(s.Name, "posix") {
				name = "aws_in"
			}
			or := " || "
			if s.Dialect == "fish" {
				or = "; or "
			}
			out := d.script(s, hook(s, "--cmd", name)+name+" use prod\necho $STSX_ROLE\nstsx use dev 2>/dev/null"+or+"echo $STSX_ROLE\n"+
				name+" unuse\n")
			if out != "Admin\nAdmin\n" {
				t.Error(out)
			}
		})
	}
}
