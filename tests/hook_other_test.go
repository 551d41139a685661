//go:build unix

package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/shellinit"
	"stsx/tests/shells"
)

// other is a shell that is no relative of sh, with the words of its language
// that a test of its hook needs.
type other struct {
	shells.Shell
	hook   string // the line of the rc file; for nushell, what follows after the hook was saved as hook.nu
	define string // after the hook, in a script
	set    string // gives $NAME the text in VALUE
	status string // runs LINE, and prints "status=" and the status it ends with when it fails
	prompt string // prints [ and the segment ]
	tick   string // what the shell does before a prompt
	tock   string // what the shell does before a command
	last   string // prints st= and the status of the line before; elvish keeps none
	args   []string
	rc     string // makes the prompt "OLD> ", with a hook of the person's own that prints MINE
}

func others() []other {
	var out []other
	for _, s := range shells.All() {
		switch s.Dialect {
		case "nushell":
			out = append(out, other{
				Shell: s, hook: "source hook.nu\n", set: "$env.NAME = 'VALUE'",
				status: "try { LINE } catch { print $\"status=($env.LAST_EXIT_CODE)\" }",
				prompt: "print $\"[(__stsx_segment)]\"",
				tick:   "do --env ($env.config.hooks.pre_prompt | last)", tock: "do --env ($env.config.hooks.pre_execution | last)",
				last: "print $\"st=($env.LAST_EXIT_CODE)\"", args: []string{"--config"},
				rc: "$env.config.show_banner = false\n$env.PROMPT_COMMAND = {|| 'OLD' }\n$env.PROMPT_INDICATOR = '> " +
					"'\n$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.hooks.pre_prompt = [{|| print MINE }]\n",
			})
		case "elvish":
			out = append(out, other{
				Shell: s, hook: "eval (stsx init elvish | slurp)\n",
				define: "var ns = $nil\neval (stsx init elvish | slurp) &on-end={|n| set ns = $n }\nvar stsx~ = $ns[__stsx_run~]\n",
				set:    "set-env NAME 'VALUE'",
				status: "try { LINE } catch e { try { echo status=$e[reason][exit-status] } catch x { echo status=1 } }",
				prompt: "{ print '['; $ns[__stsx_segment~] | each {|s| print (to-string $s) }; echo ']' }",
				tick:   "$ns[__stsx_check~]", tock: "$ns[__stsx_warn~] line",
				args: []string{"-rc"},
				rc:   "set edit:prompt = { put 'OLD> ' }\nset edit:rprompt = { }\nset edit:before-readline = [{ echo MINE }]\n",
			})
		case "xonsh":
			out = append(out, other{
				Shell: s, hook: "execx(__import__('subprocess').check_output(['stsx', 'init', 'xonsh'], text=True))\n",
				define: "import xonsh.prompt.base\ndef segment():\n    $PROMPT_FIELDS.reset()\n    print('[' + " +
					"xonsh.prompt.base.PromptFormatter()('{__stsx}') + ']', flush=True)\n\n",
				set: "$NAME = 'VALUE'",
				status: "try:\n    LINE\nexcept __import__('subprocess').CalledProcessError as e:\n    print(f'status={e.returncode}', " +
					"flush=True)\n",
				prompt: "segment()", tick: "events.on_pre_prompt.fire()", tock: "events.on_precommand.fire(cmd='line')",
				last: "print(f'st={__xonsh__.history[-1].rtn}')", args: []string{"--interactive", "--shell-type", "readline", "--rc"},
				rc: "$PROMPT = 'OLD> '\n@events.on_pre_prompt\ndef mine(**_): print('MINE')\n\n",
			})
		case "tcsh":
			s.Args = []string{"-f"} // -e ends it at the first status that is looked at here
			out = append(out, other{
				Shell: s, hook: "eval \"`stsx init tcsh`\"\n", set: "setenv NAME 'VALUE'",
				status: "LINE\nset s = $status\nif ($s != 0) echo status=$s",
				prompt: "__stsx_tick; echo \"[$__stsx_line]\"", tick: "precmd", tock: ":",
				last: "echo st=$status", args: []string{"-f"},
				rc: "set prompt = 'OLD> '\nalias precmd 'echo MINE'\n",
			})
		case "powershell":
			out = append(out, other{
				Shell: s, hook: "stsx init powershell | Invoke-Expression\n", set: "$env:NAME = 'VALUE'",
				status: "LINE\nif ($LASTEXITCODE -ne 0) { \"status=$LASTEXITCODE\" }",
				prompt: "\"[$(__stsx_segment)]\"", tick: "__stsx_check", tock: "__stsx_warn",
			})
		}
	}
	return out
}

// eachOther runs a test in every one of these shells.
func eachOther(t *testing.T, test func(t *testing.T, o other)) {
	for _, o := range others() {
		t.Run(o.Dialect, func(t *testing.T) {
			t.Parallel()
			test(t, o)
		})
	}
}

// words is text with the hook's words as this shell has them.
func (o other) words(text string) string {
	d, err := shellinit.LookupDialect(o.Dialect)
	if err != nil {
		return text
	}
	use, unuse := d.HookWords("stsx")
	return strings.NewReplacer("stsx use", use, "stsx unuse", unuse).Replace(text)
}

// assign is the statement that sets a variable, to a text without quotes.
func (o other) assign(name, value string) string {
	return strings.NewReplacer("NAME", name, "VALUE", value).Replace(o.set) + "\n"
}

// try is line, and its status when it fails.
func (o other) try(line string) string { return strings.Replace(o.status, "LINE", line, 1) + "\n" }

// run runs text in a script, in env, and returns what it printed on both
// streams, and its status. The folder has the command say, which tells what a
// child sees.
func (o other) run(t *testing.T, env []string, text string, flags ...string) (string, int) {
	t.Helper()
	dir := t.TempDir()
	o.Path(t)
	o.save(t, dir, flags...)
	say := "#!/bin/sh\necho \"$1: ${AWS_PROFILE-none} ${AWS_REGION-none} ${AWS_SECURITY_TOKEN-none} ${STSX_PROFILE-none} " +
		"${STSX_ROLE-none} ${AWS_SESSION_TOKEN:+token}\"\n"
	if err := os.WriteFile(filepath.Join(dir, "say"), []byte(say), 0o700); err != nil {
		t.Fatal(err)
	}
	command := o.Command(t, dir, text)
	if env == nil {
		env = withPath(command.Env)
	}
	command.Env = nil
	for _, entry := range env {
		if path, ok := strings.CutPrefix(entry, "PATH="); ok {
			entry = "PATH=" + dir + ":" + path
		}
		command.Env = append(command.Env, entry)
	}
	out, err := command.CombinedOutput()
	if command.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

// save puts nushell's hook where its scripts can source it: it reads no other.
func (o other) save(t *testing.T, dir string, flags ...string) {
	t.Helper()
	if o.Dialect != "nushell" {
		return
	}
	d := &desk{T: t, home: t.TempDir(), env: []string{"PATH=" + os.Getenv("PATH")}}
	r := d.wantStatus(d.run(append([]string{"init", "nushell"}, flags...)...), 0)
	if err := os.WriteFile(filepath.Join(dir, "hook.nu"), []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
}

// with is text in which stsx init gets flags.
func (o other) with(flags, text string) string {
	return strings.NewReplacer("init "+o.Dialect, "init "+o.Dialect+" "+flags, "'xonsh'", "'xonsh', *'"+flags+"'.split()").Replace(text)
}

// TestHookOtherStrict sources the hook twice, in each shell at its strictest:
// it says nothing and ends well, with every flag.
func TestHookOtherStrict(t *testing.T) {
	eachOther(t, func(t *testing.T, o other) {
		for _, s := range shells.All() {
			if s.Dialect == o.Dialect {
				o.Shell = s // at its strictest
			}
		}
		for _, flags := range []string{"", "--prompt right --renew", "--no-prompt --no-watch --no-completion"} {
			if o.Dialect == "powershell" { // it has no prompt on the right
				flags = strings.ReplaceAll(flags, "right", "left")
			}
			line := o.with(flags, o.hook)
			if out, status := o.run(t, nil, line+line, strings.Fields(flags)...); out != "" || status != 0 {
				t.Errorf("with %q: status %d, printed %q", flags, status, out)
			}
		}
	})
}

// TestHookOtherUse signs in once; each shell goes in and out of sessions.
func TestHookOtherUse(t *testing.T) {
	d := hookDesk(t)
	d.env = append(d.env, "AWS_PROFILE=mi'ne * $x ", "AWS_SECURITY_TOKEN=old")
	eachOther(t, func(t *testing.T, o other) {
		soon := strconv.FormatInt(time.Now().Add(280*time.Second).Unix(), 10)
		late := strconv.FormatInt(time.Now().Add(28_000*time.Second+1800*time.Second).Unix(), 10)
		script := o.hook + o.hook + o.define + strings.Join([]string{
			"say 0",
			"stsx use prod\nsay 1",
			"stsx use dev\nsay 2",
			"stsx use dev --region eu-north-1\nsay 3", // in the place of dev
			"stsx unuse\nsay 4",
			o.try("stsx use nope") + "say 5",
			o.try("stsx use --unset") + "say 6",
			o.try("stsx exec dev -- sh -c 'exit 7'"),
			"stsx use dev\n" + o.assign("STSX_EXPIRES", soon) + o.tock + "\n" + o.tock + "\n" + o.tick,
			o.assign("STSX_EXPIRES", "17") + o.tick + "\n" + o.tick + "\nsay 7",
			"stsx unuse\nsay 8",
			o.try("stsx unuse"),
			o.assign("NO_COLOR", "1") + o.assign("STSX_ROLE", "Admin") + o.assign("STSX_EXPIRES", late),
			o.assign("STSX_PROFILE", "a$(touch x)`touch x`%F{red}é\u202e\x1b[31m{RED}\ufe0f\u3164") + o.prompt,
			o.assign("STSX_PROFILE", strings.Repeat("é", 65)) + o.prompt,
			o.assign("STSX_EXPIRES", "1; touch x") + o.prompt,
			o.assign("STSX_EXPIRES", "17") + o.tick + "\nsay 9",
		}, "\n") + "\n"
		out, _ := o.run(t, d.env, o.words(script))
		var got []string
		for _, line := range strings.Split(out, "\n") {
			// What a shell and stsx say besides of an error.
			if strings.HasPrefix(line, "stsx: the") || strings.HasPrefix(line, "stsx: less") || len(line) > 1 &&
				(line[1] == ':' || line[0] == '[') || strings.HasPrefix(line, "status=") {
				got = append(got, strings.NewReplacer(" ]", "]", "8h15m", "8h16m").Replace(line)) // a busy machine takes a minute
			}
		}
		want := []string{
			"0: mi'ne * $x  none old none none ",
			"1: none eu-west-1 none prod Admin token",
			"2: none eu-west-1 none dev Dev token",
			"3: none eu-north-1 none dev Dev token",
			"4: none eu-west-1 none prod Admin token",
			"status=1", "5: none eu-west-1 none prod Admin token",
			"status=2", "6: none eu-west-1 none prod Admin token",
			"status=7",
			"stsx: less than 5 minutes are left of dev Dev",
			"stsx: the session of dev Dev has ended; its keys are unset, and prod Admin is in use again",
			"7: none eu-west-1 none prod Admin token",
			"8: mi'ne * $x  none old none none ",
			"status=1",
			"[a?(touch x)?touch x??F?red?é???31m?RED??? Admin 8h16m]",
			"[" + strings.Repeat("é", 61) + "... Admin 8h16m]",
			"[]",
			"stsx: the session of " + strings.Repeat("é", 61) + "... Admin has ended; its keys are unset",
			"9: mi'ne * $x  none old none none ",
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got:\n%s\nwant:\n%s\nin all:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), out)
		}
		if _, err := os.Stat(filepath.Join(d.home, "x")); err == nil {
			t.Error("a name was executed")
		}

		out, _ = o.run(t, d.env, o.with("--renew", o.hook+o.define)+
			o.words("cd ~/.config/stsx\nstsx use prod --config config.toml\ncd /\n")+
			o.assign("STSX_EXPIRES", "17")+o.tick+"\nsay 1\n", "--renew")
		if out != "1: none eu-west-1 none prod Admin token\n" {
			t.Errorf("with --renew: %s", out)
		}
	})
}

// TestHookOtherRefresh: the segment under exec --refresh, and its colour, in every one of these shells.
func TestHookOtherRefresh(t *testing.T) {
	eachOther(t, func(t *testing.T, o other) {
		script := o.hook + o.define + o.prompt + "\n" + o.assign("STSX_COLOR", "blue") + o.prompt + "\n" + o.assign("STSX_COLOR", "31m") +
			o.prompt + "\n" + o.assign("STSX_EXPIRES", "17") + o.assign("NO_COLOR", "1") + o.prompt + "\n" + o.assign("STSX_EXPIRES", "") +
			o.assign("STSX_PROFILE", "") + o.prompt + "\n"
		out, _ := o.run(t, withPath([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8",
			"AWS_CONTAINER_CREDENTIALS_FULL_URI=x", "STSX_PROFILE=prod", "STSX_ROLE=Admin", "STSX_ONLY=view-only"}), script)
		plain := "[prod Admin ro renews]"
		blue, over := "[\x1b[34mprod Admin ro renews\x1b[0m]", "[prod Admin ro expired]"
		switch o.Dialect {
		case "tcsh": // its colour is put in where it is drawn, and the watch is part of its tick
			blue, over = plain, "stsx: the session of prod Admin ro has ended; its keys are unset\n[]"
		case "xonsh":
			blue = "[{BLUE}prod Admin ro renews{RESET}]"
		}
		got := strings.NewReplacer(" ]", "]", "\x1b[;34m", "\x1b[34m", "\x1b[0;34m", "\x1b[34m", "\x1b[m", "\x1b[0m").
			Replace(out)
		if want := strings.Join([]string{plain, blue, plain, over, "[]", ""}, "\n"); got != want {
			t.Errorf("got:\n%q\nwant:\n%q", got, want)
		}
	})
}

// TestHookOtherScreen looks at each shell as a person does: the prompt and the
// hook that were there stay, the segment has its colour, the warning stands
// before a command, the end of the session before a prompt.
func TestHookOtherScreen(t *testing.T) {
	eachOther(t, func(t *testing.T, o other) {
		if o.rc == "" {
			t.Skip("how " + o.Dialect + " looks on a terminal is not tested")
		}
		home := t.TempDir()
		o.save(t, home)
		rc := filepath.Join(home, "rc"+o.Extension())
		if err := os.WriteFile(rc, []byte(o.rc+o.hook+o.hook), 0o600); err != nil {
			t.Fatal(err)
		}
		soon := strconv.FormatInt(time.Now().Add(270*time.Second).Unix(), 10)
		env := withPath([]string{
			"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=screen-256color", "LANG=C.UTF-8", "SHELL=/bin/sh",
			"STSX_PROFILE=prod", "STSX_ROLE=Admin", "STSX_ONLY=read-only", "STSX_EXPIRES=" + soon, "AWS_SESSION_TOKEN=x",
		})
		argv := append([]string{o.Path(t)}, o.args...)
		if o.Dialect != "tcsh" {
			argv = append(argv, rc)
		}
		s := openScreen(t, home, env, argv...)
		if o.Dialect == "tcsh" { // it reads no other file than those in HOME
			s.run("source " + rc)
		}
		s.until("prod Admin ro 4m OLD>")
		if got := s.colours(); !strings.Contains(got, reddened+"prod Admin ro 4m") {
			t.Errorf("it is drawn as %q", got)
		}
		s.run("sh -c 'exit 7'")
		s.until("stsx: less than 5 minutes are left of prod Admin ro\n")
		if o.last != "" {
			s.run(o.last)
			s.until("st=7\n")
		}
		s.run(strings.TrimSpace(o.assign("STSX_EXPIRES", "17")))
		s.until("stsx: the session of prod Admin ro has ended; its keys are unset\n")
		s.run("sh -c 'echo token=$AWS_SESSION_TOKEN.'")
		s.until("token=.\n")
		s.wait("a prompt without a segment", func() bool {
			lines := strings.Split(strings.TrimRight(s.text(), "\n "), "\n")
			return strings.HasPrefix(lines[len(lines)-1], "OLD>")
		})
		text := s.text()
		if n := strings.Count(text, "stsx: "); n != 2 {
			t.Errorf("stsx said %d things:\n%s", n, text)
		}
		if !strings.Contains(text, "MINE") {
			t.Errorf("the person's own hook was lost:\n%s", text)
		}
		// Under exec --refresh, in a profile's colour.
		for _, line := range []string{
			o.assign("AWS_CONTAINER_CREDENTIALS_FULL_URI", "x"), o.assign("STSX_COLOR", "magenta"), o.assign("STSX_ROLE", "Admin"),
			o.assign("STSX_PROFILE", "prod"),
		} {
			s.wait("a prompt", func() bool { return strings.HasSuffix(strings.TrimRight(s.text(), "\n "), "OLD>") })
			s.run(strings.TrimSpace(line))
			s.until("OLD> " + strings.TrimSpace(line) + "\n")
		}
		s.until("prod Admin renews OLD>")
		s.wait("magenta", func() bool { return strings.Contains(s.colours(), "\x1b[35mprod Admin renews") })
		s.run(o.words("stsx unuse"))
		s.wait("a prompt without a segment", func() bool {
			lines := strings.Split(strings.TrimRight(s.text(), "\n "), "\n")
			return strings.HasPrefix(lines[len(lines)-1], "OLD>")
		})
	})
}

// TestPowerShellBalanced is all that can be done for the hook of PowerShell on
// a machine without one: every bracket outside of texts and comments has its
// other half, and no text is left open.
func TestPowerShellBalanced(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "shellinit", "scripts", "powershell.ps1"))
	if err != nil {
		t.Fatal(err)
	}
	if left := unbalanced(string(text)); left != "" {
		t.Error(left)
	}
	for _, bad := range []string{"{ (", "'a", "\"$(x\"", ")"} {
		if unbalanced(bad) == "" {
			t.Errorf("%q passes", bad)
		}
	}
}

// unbalanced says what has no other half, "" when everything has.
func unbalanced(text string) string {
	var open []byte
	line := 1
	for i := 0; i < len(text); i++ {
		top := byte(0)
		if len(open) > 0 {
			top = open[len(open)-1]
		}
		c := text[i]
		if c == '\n' {
			line++
		}
		switch {
		case top == '\'':
			if c == '\'' {
				open = open[:len(open)-1] // a doubled one opens it again
			}
		case top == '"' && c == '`':
			i++
		case top == '"' && c == '"':
			open = open[:len(open)-1]
		case top == '"' && c == '$' && i+1 < len(text) && (text[i+1] == '(' || text[i+1] == '{'):
			i++
			open = append(open, text[i])
		case top == '"':
		case c == '#':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case strings.IndexByte(`'"({[`, c) >= 0:
			open = append(open, c)
		case strings.IndexByte(")}]", c) >= 0:
			if top == 0 || strings.IndexByte("({[", top) != strings.IndexByte(")}]", c) {
				return fmt.Sprintf("line %d: %c closes nothing", line, c)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Sprintf("%q is left open", open)
	}
	return ""
}
