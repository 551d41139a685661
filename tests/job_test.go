//go:build unix

package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/term"

	"stsx/tests/okta"
)

// TestTerminal: the command has the terminal as if it had been started there.
func TestTerminal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Classic})
	d.expect(d.signed().run("login", "prod"), 0)
	d.sub("modes", terminalModes)
	d.sub("a shell's job", terminalJob)
	d.sub("Ctrl-C", terminalInterrupt)
	d.sub("the terminal goes away", terminalHangup)
}

// terminalModes: the command has the terminal, in the foreground, and every
// mode of it is what it was, before, in and after stsx.
func terminalModes(d *desk) {
	term := d.on("sh", "-c", `stty -a >before
stsx=$0
"$stsx" exec prod -- sh -c 'stty -a >during; test -t 0 && test -t 1 && test -t 2 && echo tty; tty; test -r /dev/tty && echo control
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

// terminalJob: Ctrl-Z, fg and Ctrl-C in an interactive shell mean the command.
func terminalJob(d *desk) {
	shell := d.shell()
	shell.send("\"$STSX\" exec prod -- python3 -c \"$HOLDS\"\r")
	shell.expect("ready")
	shell.send("\x1a")
	shell.expect("Stopped")
	shell.expect("> ")
	shell.send("jobs -l | grep -c py\"\"thon3; fg\r")
	shell.expect("goes on") // and so the terminal is its own again
	shell.send("\x03")
	shell.expect("> ")
	shell.send("echo sta\"\"tus=$?\r")
	shell.expect("status=130")
	shell.send("exit 0\r")
	if r := shell.wait(); r.status != 0 {
		d.Error(r)
	}
}

func terminalInterrupt(d *desk) {
	term := d.open("exec", "prod", "--", "sh", "-c", `trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done`)
	term.expect("ready")
	term.send("\x03")
	term.expect("caught")
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}

func terminalHangup(d *desk) {
	term := d.open("exec", "prod", "--", "sh", "-c", `trap 'echo hung >up; exit 9' HUP; echo ready; while :; do sleep 0.05; done`)
	term.expect("ready")
	term.hangUp()
	if r := term.wait(); r.status != 9 {
		d.Error(r)
	}
}

// hangUp closes the window.
func (t *terminal) hangUp() {
	t.Helper()
	if err := t.pty.Close(); err != nil {
		t.Fatal(err)
	}
}

// modes are a terminal's, as anything that changes them leaves them.
func modes(t testing.TB, f *os.File) (state term.State) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var got *term.State
		if got, failed = term.GetState(int(fd)); failed == nil {
			state = *got
		}
	})
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return state
}

// sane fails the test unless the terminal is as a new one is.
func (t *terminal) sane() {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	if got, want := modes(t, t.pty), modes(t, master); got != want {
		t.Errorf("the terminal's modes are %v, want %v", got, want)
	}
}
