package tty

import (
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/term"

	"stsx/session"
)

// dialogue is the terminal while a question is on the screen: in raw mode.
type dialogue struct {
	*keyboard
	out   *os.File
	style terminalStyle
	raw   func() error // sets the mode again after the shell has had the terminal
}

// withDialogue holds a dialogue for q: it takes the turn and the terminal's mode and
// gives both back however talk ends.
func (t *Terminal) withDialogue(ctx context.Context, q session.Question, talk func(context.Context, *dialogue) error) (err error) {
	nobody := &session.InputError{What: q.What, Give: q.Give}
	if t.options.NoInput || t.yielded.Load() {
		return nobody
	}
	if err := t.takeTurn(ctx); err != nil {
		return err
	}
	defer t.giveTurn()
	t.endProgress()
	in, out, err := t.openFiles()
	if err != nil {
		return nobody
	}
	if t.HeldBecause() != "" {
		return nobody
	}

	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	t.setAbort(abort)
	defer t.setAbort(nil)

	raw := func() error { _, err := term.MakeRaw(int(in.Fd())); return err }
	before, err := term.GetState(int(in.Fd()))
	if err == nil {
		err = raw()
	}
	if err != nil {
		return nobody // not a terminal
	}
	defer func() {
		if restored := runUnstopped(out, func() error { return term.Restore(int(in.Fd()), before) }); restored != nil {
			t.failed = errors.Join(t.failed, restored)
		}
	}()
	keys, err := openKeyboard(in, t.ahead)
	if err != nil {
		return err
	}
	defer func() { t.ahead = keys.close() }()
	d := &dialogue{keyboard: keys, out: out, style: t.style, raw: raw}
	if !t.style.dumb {
		d.writeText(pasteMarked)
		defer d.writeText(pasteUnmarked)
	}
	return talk(ctx, d)
}

// Bracketed paste mode: the terminal marks what is pasted.
const (
	pasteMarked   = "\x1b[?2004h"
	pasteUnmarked = "\x1b[?2004l"
)

func (t *Terminal) setAbort(abort context.CancelCauseFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.abort = abort
	if abort != nil && t.closing > 0 {
		abort(session.ErrInterrupted)
	}
}

// writeText ignores errors: reading will notice that the terminal is gone.
func (d *dialogue) writeText(text string) { io.WriteString(d.out, text) }

// resumeRaw sets the mode after a redraw.
func (d *dialogue) resumeRaw() {
	_ = d.raw() // as with writeText
	if !d.style.dumb {
		d.writeText(pasteMarked)
	}
}
