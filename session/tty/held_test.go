//go:build unix

package tty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"stsx/session"
)

// TestHeldTerminal: who has the terminal in a mode of its own keeps screen and keys.
func TestHeldTerminal(t *testing.T) {
	const held = "another program is using this terminal"
	full, cbreak, noEcho := func(m *unix.Termios) { m.Lflag &^= unix.ICANON | unix.ECHO; m.Oflag &^= unix.OPOST },
		func(m *unix.Termios) { m.Lflag &^= unix.ICANON }, func(m *unix.Termios) { m.Lflag &^= unix.ECHO }
	for _, c := range []struct {
		name    string
		change  func(*unix.Termios)
		term    string
		because string
		says    bool // a message may be among that program's words
	}{
		{"raw, as an editor", full, "xterm", held, false},
		{"keys at once, as a pager", cbreak, "xterm", held, false},
		{"without echo, as a password's question", noEcho, "xterm", held, true},
		{"without echo, as Emacs's shell", noEcho, "dumb", "", true},
		{"lines", func(*unix.Termios) {}, "xterm", "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var stderr bytes.Buffer
			d := sit(t, Options{Stderr: &stderr, Getenv: environment("TERM", c.term)}, 80, 24)
			d.changeMode(c.change)
			if got := d.terminal.HeldBecause(); got != c.because || d.terminal.Interactive() != (c.because == "") {
				t.Errorf("held because %q, interactive %v", got, d.terminal.Interactive())
			}
			d.terminal.Say("hello")
			if got := stderr.String(); got != map[bool]string{false: "stsx: hello\n"}[c.says] {
				t.Errorf("standard error has %q", got)
			}
			if c.because == "" {
				wait := d.ask(t.Context(), username)
				d.see("Username")
				d.press("jane\r")
				if got, err := wait(); got != "jane" || err != nil {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			d.terminal.Progress("signing in")
			for name, ask := range d.questions(t.Context()) {
				var input *session.InputError
				if err := ask(); !errors.As(err, &input) {
					t.Errorf("%s: %v", name, err)
				}
			}
			d.terminal.Progress("")
			if shown := d.all(); strings.Contains(shown, "Password") || !c.says && shown != "" {
				t.Errorf("it got %q", shown)
			}
		})
	}
}

// questions are all that can be asked.
func (d *desk) questions(ctx context.Context) map[string]func() error {
	return map[string]func() error{
		"a password": func() error { _, err := d.terminal.Ask(ctx, password); return err },
		"a yes":      func() error { _, err := d.terminal.Confirm(ctx, "Use prod?", false); return err },
		"a role":     func() error { _, err := d.terminal.Choose(ctx, username, roles(3)); return err },
		"roles": func() error {
			_, err := d.terminal.ChooseMany(ctx, username, []session.GroupedOption{{Group: "1", Text: "Admin"}})
			return err
		},
	}
}

func (d *desk) changeMode(change func(*unix.Termios)) {
	d.Helper()
	fd := int(d.slave.Fd())
	err := changeMode(fd, change)
	if err == nil {
		d.before, err = term.GetState(fd)
	}
	if err != nil {
		d.Fatal(err)
	}
}

func changeMode(fd int, change func(*unix.Termios)) error {
	mode, err := unix.IoctlGetTermios(fd, getModeRequest)
	if err != nil {
		return err
	}
	change(mode)
	return unix.IoctlSetTermios(fd, setModeRequest, mode)
}

// TestHeldBetweenQuestions: it looks again before each question, and its own raw
// mode is not another's.
func TestHeldBetweenQuestions(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	for i := range 3 {
		question := session.Question{Prompt: fmt.Sprintf("Question %d", i), What: "an answer"}
		wait := d.ask(t.Context(), question)
		d.see(question.Prompt)
		if !d.terminal.Interactive() {
			t.Error("its own question keeps it from asking")
		}
		d.press("yes\r")
		if got, err := wait(); got != "yes" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		state, err := term.MakeRaw(int(d.slave.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		var input *session.InputError
		if _, err := d.terminal.Ask(t.Context(), question); !errors.As(err, &input) {
			t.Errorf("it asked over another's screen: %v", err)
		}
		if err := term.Restore(int(d.slave.Fd()), state); err != nil {
			t.Fatal(err)
		}
	}
}
