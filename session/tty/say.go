package tty

import (
	"context"
	"io"
	"strings"
)

// messagePrefix begins each line of a message.
const messagePrefix = "stsx: "

// Say shows a message on the terminal, on standard error when there is none or
// a program has it in a mode of its own.
// Every line of it begins with "stsx: " (see breakWords): on the terminal it stands among the
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

	in, out, err := t.openFiles()
	width := narrowWidth
	if err == nil {
		width, _ = sizeOf(out)
	}
	var b strings.Builder
	for _, line := range cleanLines(message) {
		b.WriteString(breakWords(messagePrefix+line, width) + "\n")
	}
	if err == nil {
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
