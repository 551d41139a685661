//go:build unix

package tty

import (
	"bytes"
	"errors"
	"testing"

	"golang.org/x/term"

	"stsx/session"
)

// TestYield: the terminal is another program's: nothing is asked and nothing
// drawn, and a message only comes while that program reads line by line.
func TestYield(t *testing.T) {
	var stderr bytes.Buffer
	d := sit(t, Options{Stderr: &stderr}, 80, 24)
	d.terminal.Progress("signing in")
	d.see("signing in")
	if err := d.terminal.Yield(); err != nil {
		t.Fatal(err)
	}
	d.wait("an empty screen", func(s *screen) bool { return s.text() == "" })
	var input *session.InputError
	if _, err := d.terminal.Ask(t.Context(), username); !errors.As(err, &input) || d.terminal.Interactive() {
		t.Errorf("somebody can be asked: %v", err)
	}
	d.terminal.Progress("renewing")
	d.terminal.Say("first")
	d.see("stsx: first")
	state, err := term.MakeRaw(int(d.slave.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	d.terminal.Say("into an editor")
	if err := term.Restore(int(d.slave.Fd()), state); err != nil {
		t.Fatal(err)
	}
	d.terminal.Say("last")
	d.wait("the other messages", func(s *screen) bool { return s.text() == "stsx: first\nstsx: last" })
	if stderr.Len() > 0 {
		t.Errorf("standard error has %q", &stderr)
	}
}
