// Package tty asks on the terminal itself, /dev/tty or CONIN$ and CONOUT$,
// whatever standard input and output are connected to.
package tty

import (
	"context"
	"io"
	"os"

	"stsx/session"
)

// Options are what a Terminal needs to know of the world.
type Options struct {
	NoInput bool                                 // never ask
	Quiet   bool                                 // no messages, no progress
	Stderr  io.Writer                            // for messages when there is no terminal
	Getenv  func(string) string                  // TERM, NO_COLOR, CI, LANG …
	Open    func() (in, out *os.File, err error) // nil = the process's terminal
}

// Terminal is a session.Prompter.
type Terminal struct{ options Options }

var _ session.Prompter = (*Terminal)(nil)

// New opens nothing yet.
func New(o Options) *Terminal { return &Terminal{options: o} }

func (t *Terminal) Interactive() bool { return false }
func (t *Terminal) Ask(ctx context.Context, q session.Question) (string, error) {
	return "", &session.InputError{What: q.What, Give: q.Give}
}
func (t *Terminal) Confirm(ctx context.Context, prompt string, otherwise bool) (bool, error) {
	return false, &session.InputError{What: prompt}
}
func (t *Terminal) Choose(ctx context.Context, q session.Question, options []string) (int, error) {
	return 0, &session.InputError{What: q.What, Give: q.Give}
}
func (t *Terminal) Say(message string)      {}
func (t *Terminal) Progress(message string) {}
func (t *Terminal) Close() error            { return nil }
