package tty

import (
	"context"
	"io"
	"strings"
)

// Say shows a message on the terminal, on standard error when there is none or
// a program has it in a mode of its own.
// Every line of it begins with "stsx: ": on the terminal it stands among the
// words of whatever program started stsx. It never stops the process, wherever
// it runs.
func (t *Terminal) Say(message string) {
	if !t.options.Quiet {
		t.showMessage(message)
	}
}

// showMessage is Say, with Quiet too.
func (t *Terminal) showMessage(message string) {
	if message == "" {
		return
	}
	if t.takeTurn(context.Background()) != nil {
		return
	}
	defer t.giveTurn()
	t.endProgress()

	var b strings.Builder
	for _, line := range cleanLines(message) {
		b.WriteString("stsx: " + line + "\n")
	}
	if in, out, err := t.openFiles(); err == nil {
		to := io.Writer(out)
		if !isLineByLine(in) {
			if t.yielded.Load() {
				return
			}
			to = t.options.Stderr // the screen is another program's
		}
		err = runUnstopped(out, func() error {
			_, err := io.WriteString(to, b.String())
			return err
		})
		if err == nil {
			return
		}
	}
	io.WriteString(t.options.Stderr, b.String()) // nobody is left to tell if this fails
}
