//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is where the demo runs, which may be none.
type terminal struct {
	interactive bool // a person is there
	fd          int
}

func newTerminal() *terminal {
	t := &terminal{fd: int(os.Stdin.Fd())}
	if !term.IsTerminal(t.fd) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return t
	}
	front, err := unix.IoctlGetInt(t.fd, unix.TIOCGPGRP)
	t.interactive = err == nil && front == unix.Getpgrp() // else: in the background, as make demo &
	return t
}

// run runs cmd in a process group of its own, as a shell does, so that all of
// it can be ended with the signal end when cmd's context is done. On a terminal
// the group has that as long as it runs: Ctrl-C is cmd's, and the demo learns
// of it by how cmd ends.
func (t *terminal) run(cmd *exec.Cmd, end syscall.Signal) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, end) }
	cmd.WaitDelay = 10 * time.Second
	if t.interactive {
		cmd.Stdin = os.Stdin
		cmd.SysProcAttr.Foreground, cmd.SysProcAttr.Ctty = true, t.fd
		mode, err := term.GetState(t.fd)
		if err != nil {
			return err
		}
		// Nobody would bring a stopped command back.
		signal.Ignore(syscall.SIGTSTP)
		defer signal.Reset(syscall.SIGTSTP)
		defer t.takeBack(mode)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind; mostly nothing
	return err
}

// takeBack makes the demo's group the terminal's again, in the mode it had.
func (t *terminal) takeBack(mode *term.State) {
	signal.Ignore(syscall.SIGTTOU) // the demo is in the background until this is done
	defer signal.Reset(syscall.SIGTTOU)
	_ = unix.IoctlSetPointerInt(t.fd, unix.TIOCSPGRP, unix.Getpgrp())
	_ = term.Restore(t.fd, mode)
}

func (t *terminal) bold(text string) string { return t.styled("1", text) }
func (t *terminal) dim(text string) string  { return t.styled("2", text) }

func (t *terminal) styled(style, text string) string {
	if !t.interactive || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
