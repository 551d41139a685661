//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// readonlyShell is a folder with a program stsx whose env prints a session that
// needs no sign-in, and a shell whose hook asks it.
type readonlyShell struct {
	shells.Shell
	dir string
}

func newReadonlyShell(t *testing.T, s shells.Shell) readonlyShell {
	t.Helper()
	dir := t.TempDir()
	d, err := shellinit.LookupDialect(s.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	late := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
	text, err := d.Export([]shellinit.Var{
		{Name: "AWS_ACCESS_KEY_ID", Value: "new"}, {Name: "AWS_SESSION_TOKEN", Value: "new"},
		{Name: "STSX_PROFILE", Value: "prod"}, {Name: "STSX_ROLE", Value: "Admin"}, {Name: "STSX_EXPIRES", Value: late},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "stsx")
	files := map[string]string{
		filepath.Join(dir, "session"): text,
		program: strings.NewReplacer("REAL", stsxPath, "SELF", program).Replace(
			"#!/bin/sh\ncase $1 in\ninit) shift; REAL init \"$@\" | sed 's|REAL|SELF|g' ;;\nenv) cat " + dir +
				"/session ;;\nprompt) echo prod Admin 42m ;;\nesac\n",
		),
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.Strict = ""
	return readonlyShell{s, dir}
}

// lines runs a script after the hook, and returns what it printed.
func (r readonlyShell) lines(t *testing.T, before, after string) string {
	t.Helper()
	return r.script(t, before+hook(r.Shell, "--no-completion")+after)
}

// script runs a script, and returns what it printed.
func (r readonlyShell) script(t *testing.T, text string) string {
	t.Helper()
	command := r.Command(t, t.TempDir(), text)
	for i, entry := range command.Env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			command.Env[i] = "PATH=" + r.dir + ":" + path
		}
	}
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestHookReadonly: where a variable of the session is read-only, use, unuse and
// the end of the session change nothing and say which; that is said once.
func TestHookReadonly(t *testing.T) {
	t.Parallel()
	child := "sh -c 'echo ${AWS_ACCESS_KEY_ID-none} ${AWS_SESSION_TOKEN-none} ${STSX_PROFILE-none}'\n"
	for _, s := range hookShells() {
		if s.Dialect == "fish" {
			continue // it has no read-only variables
		}
		for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "STSX_PROFILE"} {
			t.Run(s.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newReadonlyShell(t, s)
				says := "stsx: error: " + name + " is read-only in this shell; nothing was changed\n"
				out := r.lines(t, "", "readonly "+name+"\nstsx use prod; echo status=$?\n"+child+"stsx unuse; echo status=$?\n")
				if want := says + "status=1\nnone none none\nstsx: no profile is in use\nstatus=1\n"; out != want {
					t.Errorf("use: got:\n%s\nwant:\n%s", out, want)
				}
				out = r.lines(t, "", "stsx use prod; echo status=$?\nreadonly "+name+"\nstsx unuse; echo status=$?\n"+child)
				if want := "status=0\n" + says + "status=1\nnew new prod\n"; out != want {
					t.Errorf("unuse: got:\n%s\nwant:\n%s", out, want)
				}
				if s.Dialect == "sh" {
					return // there is no watch
				}
				out = r.lines(t, "", "stsx use prod\nreadonly "+name+
					"\nexport STSX_EXPIRES=17\n__stsx_precmd\n__stsx_precmd\n__stsx_precmd\n"+child)
				out = strings.Replace(out, "stsx: the session of prod Admin has ended\n", "", 1) // what zsh says before a command
				if want := says + "new new prod\n"; out != want {
					t.Errorf("at the end of the session: got:\n%s\nwant:\n%s", out, want)
				}
			})
		}
		t.Run(s.Name+"/what does not change", func(t *testing.T) {
			t.Parallel()
			r := newReadonlyShell(t, s)
			out := r.lines(t, "AWS_REGION=eu-west-1\nreadonly AWS_REGION AWS_PROFILE\n",
				"stsx use prod; echo status=$?\nstsx unuse; echo status=$?\n"+child)
			if want := "status=0\nstatus=0\nnone none none\n"; out != want {
				t.Errorf("got:\n%s\nwant:\n%s", out, want)
			}
		})
	}
}

// TestHookReadonlyPrompt: a prompt that is read-only is left alone in silence,
// and a list of hooks that is read-only is said when the hook is loaded. use
// and unuse work.
func TestHookReadonlyPrompt(t *testing.T) {
	t.Parallel()
	for _, s := range hookShells() {
		var silent, said []string
		switch s.Dialect {
		case "bash":
			silent, said = []string{"PS1", "PS0"}, []string{"PROMPT_COMMAND"}
		case "zsh":
			silent, said = []string{"PROMPT", "RPROMPT", "PS1", "psvar"}, []string{"precmd_functions", "preexec_functions"}
		default:
			continue
		}
		tick := "stsx use prod; echo status=$?\n__stsx_precmd\n__stsx_precmd\necho $STSX_PROFILE\nstsx unuse; echo status=$?\n"
		for _, name := range append(silent, said...) {
			t.Run(s.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newReadonlyShell(t, s)
				before := "readonly " + name + "\n"
				want := "status=0\nprod\nstatus=0\n"
				if name == "precmd_functions" || name == "preexec_functions" {
					before = "typeset -gar " + name + "\n"
				}
				out := r.lines(t, before, tick)
				first, rest, _ := strings.Cut(out, "\n")
				switch {
				case strings.Contains(name, "functions") || name == "PROMPT_COMMAND":
					if !strings.HasPrefix(first, "stsx: "+name+" is read-only in this shell") || rest != want {
						t.Errorf("got:\n%s\nwant a line and:\n%s", out, want)
					}
				case out != want:
					t.Errorf("got:\n%s\nwant:\n%s", out, want)
				}
			})
		}
	}
}

// TestHookOddShell: what somebody has set of their shell's own words and signs
// makes no difference to use and unuse.
func TestHookOddShell(t *testing.T) {
	t.Parallel()
	const profile = "export AWS_PROFILE='a b_c'\n"
	for _, s := range hookShells() {
		settings := []string{"readonly IFS\n", "readonly IFS=_\n", "readonly IFS=\n", "IFS=_A\n", "set -fCu\n"}
		switch s.Dialect {
		case "fish":
			continue
		case "zsh":
			settings = append(settings, "setopt ignore_braces\n", "emulate sh\n", "emulate csh\n", "emulate ksh\nsetopt ignore_braces\n",
				"setopt ksh_arrays sh_word_split null_glob\n", "setopt all_export warn_create_global\n")
		case "bash":
			settings = append(settings, "shopt -s nullglob failglob extglob nocasematch\n", "set -o posix\n", "BASH_COMPAT=31\n",
				"shopt -s expand_aliases\nalias local=false export=false unset=false builtin=false printf=false set=false\n")
		}
		for _, before := range settings {
			t.Run(s.Name+"/"+strings.TrimSpace(before), func(t *testing.T) {
				t.Parallel()
				r := newReadonlyShell(t, s)
				tick := ""
				if s.Dialect != "sh" {
					tick = "__stsx_precmd\n"
				}
				out := r.lines(
					t,
					profile+before,
					"stsx use prod; echo status=$?\n"+tick+"echo $STSX_PROFILE\nstsx unuse; echo status=$?\n"+tick+
						"echo \"$AWS_PROFILE ${STSX_PROFILE-none}\"\n",
				)
				if want := "status=0\nprod\nstatus=0\na b_c none\n"; out != want {
					t.Errorf("got:\n%s\nwant:\n%s", out, want)
				}
			})
		}
	}
}

// TestHookReadonlyPromptTcsh: tcsh has read-only variables of its own, none of which
// is a session's: only the prompt has to be left alone.
func TestHookReadonlyPromptTcsh(t *testing.T) {
	t.Parallel()
	for _, s := range shells.All() {
		if s.Dialect != "tcsh" {
			continue
		}
		for name, c := range map[string]struct{ options, before, want string }{
			"prompt":         {"", "set -r prompt = 'mine> '\n", "mine>  -"},
			"right prompt":   {"--prompt right", "set prompt = 'mine> '\nset -r rprompt = mine\n", "mine>  - mine"},
			"something else": {"", "set prompt = 'mine> '\nset -r other = 'a prompt b'\n", "%$__stsx_line mine>  -"},
		} {
			t.Run(s.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newReadonlyShell(t, s)
				after := "stsx-use prod; echo status=$status\n__stsx_tick\n__stsx_tick\nif (! $?rprompt) set rprompt = ''\n" +
					"echo $prompt:q - $rprompt:q | sed 's/%{[^}]*%}//g'\necho $STSX_PROFILE\nstsx-unuse; echo status=$status\n__stsx_tick\n"
				got := r.script(t, c.before+"eval \"`stsx init tcsh --no-completion "+c.options+"`\"\n"+after)
				if want := "status=0\n" + c.want + "\nprod\nstatus=0\n"; strings.ReplaceAll(got, " \n", "\n") != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}
