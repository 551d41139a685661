//go:build unix

package tests

import (
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// TestTerminal: the command has the terminal as if it had been started there.
func TestTerminal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.wantStatus(d.withPasswordAndCode().run("login", "prod"), 0)
	d.subtest("modes", terminalModes)
	d.subtest("a shell's job", terminalJob)
	d.subtest("no profile named", terminalPick)
	d.subtest("Ctrl-C", terminalInterrupt)
	d.subtest("the terminal goes away", terminalHangup)
	d.subtest("title", terminalTitle)
}

// terminalPick: bare stsx exec lets a person pick the profile.
func terminalPick(d *desk) {
	term := d.with("PS1=ready> ").openTerminal("exec")
	term.waitFor("Profile: ")
	term.typeText("prod\r")
	term.waitFor("ready> ")
	term.typeText("echo \"<$STSX_PROFILE>\"; exit\r")
	term.waitFor("<prod>")
	if r := term.wait(); r.status != 0 {
		d.Error(r)
	}
}

// terminalTitle: with title = true the terminal's title names the session, and what is no terminal
// gets nothing; the picker and the prompt under --refresh have the profile's colour.
func terminalTitle(d *desk) {
	file := filepath.Join(d.TempDir(), "config.toml")
	d.writeFile(file, strings.Replace(d.readConfig(), "[profile.prod]\n", "[profile.prod]\ncolor = \"magenta\"\ntitle = true\n", 1), 0o600)
	named := withPath(d.with("STSX_CONFIG=" + file).env)
	s := openScreen(d.T, d.home, append(named, "PS1=ready> "), "/bin/sh")
	s.until("ready>")
	title := func(want string) {
		d.Helper()
		s.wait("the title "+want, func() bool {
			out, _ := s.tmux("display-message", "-p", "#{pane_title}")
			return strings.TrimSpace(out) == want
		})
	}
	s.run(`printf '\033]2;mine\033\\'`)
	title("mine")
	s.run(`x=$(stsx exec prod -- echo yes); stsx exec prod -- echo yes | cat >piped; echo "$x" | cmp - piped && echo sa""me`)
	s.until("same\n")
	title("mine")
	s.run(`stsx exec --refresh prod -- cat`)
	title("aws:prod Admin")
	s.keys("C-d")
	title("mine")
	s.run(`clear; stsx exec --refresh prod -- sh -c 'stsx prompt; exec cat'`)
	s.wait("magenta", func() bool { return strings.Contains(s.colours(), "\x1b[35mprod Admin renews") })
	s.keys("C-d")
	title("mine")
	s.run("clear; stsx exec")
	s.until("Profile:")
	s.wait("magenta", func() bool { return strings.Contains(s.colours(), "35m> prod") })
	s.write("prod")
	s.keys("Enter")
	title("aws:prod Admin")
}

// terminalModes: the command has the terminal, in the foreground, and every
// mode of it is what it was, before, in and after stsx.
func terminalModes(d *desk) {
	term := d.openProgram("sh", "-c", `stty -a >before
stsx=$0
"$stsx" exec prod -- sh -c 'stty -a >during; test -t 0 && test -t 1 && test -t 2 && echo tty; tty; test -r /dev/tty && echo control
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

// terminalJob: Ctrl-Z, fg and Ctrl-C in an interactive shell mean the command.
func terminalJob(d *desk) {
	shell := d.openShell()
	shell.typeText("\"$STSX\" exec prod -- python3 -c \"$HOLDS\"\r")
	shell.waitFor("ready")
	shell.stopJob()
	shell.waitFor("> ")
	shell.typeText("jobs -l | grep -c py\"\"thon3; fg\r")
	shell.waitFor("goes on") // and so the terminal is its own again
	shell.typeText("\x03")
	shell.waitFor("> ")
	shell.wantLastStatus(130)
	shell.exitShell()
}

func terminalInterrupt(d *desk) {
	term := d.openTerminal("exec", "prod", "--", "sh", "-c", `trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done`)
	term.waitFor("ready")
	term.typeText("\x03")
	term.waitFor("caught")
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}

func terminalHangup(d *desk) {
	term := d.openTerminal("exec", "prod", "--", "sh", "-c", `trap 'echo hung >up; exit 9' HUP; echo ready; while :; do sleep 0.05; done`)
	term.waitFor("ready")
	term.hangUp()
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}
