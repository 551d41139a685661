// Package tty talks to the person at the terminal itself, /dev/tty or CONIN$
// and CONOUT$, whatever standard input and output are connected to: so that
// eval "$(stsx env dev)" and credential_process can ask.
//
// Whatever it shows is neutralised first: no text, wherever it came from, can
// move the cursor, hide or reorder what stands around it. Whatever it does to
// the terminal's mode is undone before a method returns.
package tty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/term"

	"stsx/session"
)

// Options are what a Terminal has to know of the world.
type Options struct {
	NoInput bool                // never ask
	Quiet   bool                // no messages, no progress
	Stderr  io.Writer           // takes messages when there is no terminal; nil = nothing does
	Getenv  func(string) string // STSX_PLAIN, TERM, NO_COLOR, CI, LC_ALL, LC_CTYPE, LANG; nil = none is set

	// Open opens the terminal; nil = the one that controls this process. The
	// files are the Terminal's to close; they may be the same.
	Open func() (in, out *os.File, err error)
}

// Terminal is a session.Prompter. Its methods may be called from several
// goroutines: who comes while a question is on the screen waits for the
// answer, except for Progress, which then does nothing.
type Terminal struct {
	options Options
	style   terminalStyle
	turn    chan struct{} // holds one token; who has it has the screen
	yielded atomic.Bool   // the terminal is another program's

	mu      sync.Mutex
	in, out *os.File                // nil while closed
	undo    func() error            // what opening did to the terminal
	abort   context.CancelCauseFunc // of the question on the screen
	closing int                     // calls of Close under way

	// These belong to whoever has the turn.
	progress *progressLine
	step     string // the last line of progress, where there are lines; without its digits
	ahead    []byte // read from the terminal, not yet used
	failed   error  // that the mode could not be restored
}

var _ session.Prompter = (*Terminal)(nil)

// New does not open the terminal; the first use does.
func New(o Options) *Terminal {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	if o.Open == nil {
		o.Open = openTerminal
	}
	t := &Terminal{options: o, style: styleOf(o.Getenv), turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

// Interactive reports whether anybody can be asked: there is a terminal, and no
// other program has it.
func (t *Terminal) Interactive() bool {
	if t.options.NoInput || t.yielded.Load() {
		return false
	}
	_, _, err := t.openFiles()
	return err == nil && t.HeldBecause() == ""
}

// Close ends the question on the screen, if there is one, with ErrInterrupted,
// takes the progress line away and closes the terminal. When it returns, screen
// and mode are as they were found. A Terminal that is used again opens again.
func (t *Terminal) Close() error {
	t.mu.Lock()
	t.closing++
	if t.abort != nil {
		t.abort(session.ErrInterrupted)
	}
	t.mu.Unlock()

	<-t.turn
	defer t.giveTurn()
	t.endProgress()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closing--
	err := t.failed
	t.failed = nil
	if t.in == nil {
		return err
	}
	if t.undo != nil {
		err = errors.Join(err, t.undo())
	}
	err = errors.Join(err, t.in.Close())
	if t.out != t.in {
		err = errors.Join(err, t.out.Close())
	}
	t.in, t.out, t.undo = nil, nil, nil
	if err != nil {
		return fmt.Errorf("closing the terminal: %w", err)
	}
	return nil
}

// Yield is Close for good: the terminal is another program's, which reads from
// it and draws on it. From now on nothing is asked and no progress is shown; a
// message is, but not while that program keeps the terminal in a mode of its
// own, as editors, pagers and shells that wait for a command do.
func (t *Terminal) Yield() error {
	t.yielded.Store(true)
	return t.Close()
}

// openFiles returns the terminal's two ends.
func (t *Terminal) openFiles() (in, out *os.File, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.in != nil {
		return t.in, t.out, nil
	}
	in, out, err = t.options.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("opening the terminal: %w", err)
	}
	t.in, t.out, t.undo = in, out, prepareTerminal(out)
	return in, out, nil
}

// takeTurn waits for the screen.
func (t *Terminal) takeTurn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *Terminal) giveTurn() { t.turn <- struct{}{} }

// terminalStyle is what the terminal can show.
type terminalStyle struct {
	dumb    bool // no cursor movement: lines, one after the other
	plain   bool // no colour, no bold
	unicode bool // more than ASCII
	ci      bool // nobody watches
}

func styleOf(getenv func(string) string) terminalStyle {
	s := terminalStyle{plain: getenv("NO_COLOR") != "", unicode: alwaysUnicode, ci: isOn(getenv("CI"))}
	switch getenv("TERM") {
	case "dumb":
		s.dumb = true
	case "":
		s.dumb = !termUnset
	}
	if isOn(getenv("STSX_PLAIN")) {
		s.dumb, s.plain = true, true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(getenv(name)); locale != "" {
			s.unicode = s.unicode || strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
			break
		}
	}
	return s
}

// isOn reports whether a variable with that value switches something on.
func isOn(value string) bool {
	switch strings.ToLower(value) {
	case "", "0", "false":
		return false
	}
	return true
}

// sizeOf returns the size of a terminal in cells, 80 by 24 when it doesn't say.
func sizeOf(out *os.File) (width, height int) {
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}
