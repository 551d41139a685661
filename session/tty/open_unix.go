//go:build unix

package tty

import (
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

const (
	alwaysUnicode = false // the locale says
	termUnset     = false // a terminal without TERM can do nothing
)

// openTerminal opens the controlling terminal.
func openTerminal() (in, out *os.File, err error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return f, f, err
}

func prepareTerminal(*os.File) func() error { return nil }

// readableInput is what cancelreader can wait on.
func readableInput(in *os.File) io.Reader { return in }

// inForeground reports whether this process's group has the terminal. One in the
// background is stopped when it changes the mode, or when it writes and the
// person has said stty tostop. A terminal that controls no process stops none.
func inForeground(f *os.File) bool {
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}

// isLineByLine reports whether the terminal is in the mode in which a program gets
// whole lines: no program has made it its own.
func isLineByLine(in *os.File) bool {
	mode, err := unix.IoctlGetTermios(int(in.Fd()), getModeRequest)
	return err == nil && mode.Lflag&unix.ICANON != 0 && mode.Oflag&unix.OPOST != 0
}

// echoesKeys reports whether the terminal shows what is typed.
func echoesKeys(in *os.File) bool {
	mode, err := unix.IoctlGetTermios(int(in.Fd()), getModeRequest)
	return err == nil && mode.Lflag&unix.ECHO != 0
}

// watchScreen tells when the screen has to be drawn again: its size has changed, or
// the process was stopped and goes on, and the shell has had the terminal in
// between.
func watchScreen() (changes <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGWINCH, unix.SIGCONT)
	return c, func() { signal.Stop(c) }
}
