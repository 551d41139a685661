package tty

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

const (
	alwaysUnicode = true // consoles take UTF-16
	termUnset     = true // nobody sets TERM
)

// openTerminal opens the console.
func openTerminal() (in, out *os.File, err error) {
	in, err = os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	out, err = os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		in.Close()
		return nil, nil, err
	}
	return in, out, nil
}

// prepareTerminal makes the console understand cursor movement.
func prepareTerminal(out *os.File) func() error {
	var mode uint32
	console := windows.Handle(out.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return nil
	}
	if windows.SetConsoleMode(console, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) != nil {
		return nil
	}
	return func() error { return windows.SetConsoleMode(console, mode) }
}

// readableInput is what cancelreader can wait on. It opens CONIN$ itself, wherever
// standard input comes from, but only if standard input is what it is given.
func readableInput(*os.File) io.Reader { return os.Stdin }

func inForeground(*os.File) bool { return true }

// isLineByLine reports whether the console hands out whole lines: no program has
// made it its own.
func isLineByLine(in *os.File) bool {
	var mode uint32
	return windows.GetConsoleMode(windows.Handle(in.Fd()), &mode) == nil && mode&windows.ENABLE_LINE_INPUT != 0
}

// echoesKeys reports whether the console shows what is typed.
func echoesKeys(in *os.File) bool {
	var mode uint32
	return windows.GetConsoleMode(windows.Handle(in.Fd()), &mode) == nil && mode&windows.ENABLE_ECHO_INPUT != 0
}

func runUnstopped(_ *os.File, act func() error) error { return act() }

// watchScreen never tells: a console reports its size with its input, which nobody reads.
func watchScreen() (changes <-chan os.Signal, stop func()) { return nil, func() {} }
