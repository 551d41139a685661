//go:build unix

package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"stsx/session"

	"golang.org/x/sys/unix"
)

// RunBeside runs argv in this process's own group, so that it is in the foreground
// of the terminal when this process is, and stops and goes on with it as a job
// of the shell. It passes on the signals that reach this process alone.
func RunBeside(ctx context.Context, path string, argv, environ []string) error {
	received := make(chan os.Signal, 16)
	for _, s := range forwardedSignals() {
		if !signal.Ignored(s) {
			signal.Notify(received, s)
		}
	}
	defer signal.Stop(received)
	if ctx.Err() != nil { // from here on they are the command's
		return context.Cause(ctx)
	}
	child, err := startBeside(path, argv, environ)
	if err != nil {
		return err
	}
	over := make(chan syscall.WaitStatus, 1)
	go session.ContainPanic(func() { over <- waitForEnd(child.Pid) })()
	for {
		select {
		case s := <-received:
			number := s.(syscall.Signal)
			if !fromTerminal(number) && !(number == syscall.SIGCONT && reachedByShell(child.Pid)) {
				_ = syscall.Kill(child.Pid, number) // who has ended meanwhile needs none
			}
		case status := <-over:
			_ = child.Release()
			if status.Signaled() {
				return Ended{128 + int(status.Signal()), int(status.Signal())}
			}
			return Ended{Status: status.ExitStatus()}
		}
	}
}

// startBeside starts argv with this process's standard files; whatever else is open
// here and not marked to be closed is there too, as with execve. A file that is
// executable but of no known format is run by the shell.
func startBeside(path string, argv, environ []string) (*os.Process, error) {
	attributes := &os.ProcAttr{Env: environ, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}}
	child, err := os.StartProcess(path, argv, attributes)
	if errors.Is(err, syscall.ENOEXEC) {
		child, err = os.StartProcess("/bin/sh", append([]string{"sh", path}, argv[1:]...), attributes)
	}
	return child, explainMissing(path, err)
}

// groupSignalDelay is how long it takes at most until a signal to the group has reached
// all of it.
const groupSignalDelay = 20 * time.Millisecond

// waitForEnd returns how the process ended. When it alone is stopped, so is this
// process: the shell sees a job that has stopped only when all of it has. The
// kernel ignores that where there is no shell that could let it go on.
func waitForEnd(pid int) syscall.WaitStatus {
	for {
		status := waitChange(pid, syscall.WUNTRACED)
		if !status.Stopped() {
			return status
		}
		// If the whole group was stopped, so was this process, in here, and by
		// now both go on: to stop once more would be for ever.
		sleepAwake(groupSignalDelay)
		switch status = waitChange(pid, syscall.WNOHANG|syscall.WUNTRACED|syscall.WCONTINUED); {
		case status == noChange && isStoppedNow(pid):
			_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
		case status != noChange && !status.Stopped() && !status.Continued():
			return status
		}
	}
}

// isStoppedNow reports whether the process is stopped now, where the system has a file
// that says so; elsewhere it takes wait's word for it.
func isStoppedNow(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " ")
	return strings.HasPrefix(state, "T")
}

// sleepAwake sleeps for d while this process runs. Being stopped does not count: a
// stopped group goes on one process after the other, this one perhaps first.
func sleepAwake(d time.Duration) {
	for {
		begun := time.Now()
		time.Sleep(d)
		if time.Since(begun) < 2*d {
			return
		}
	}
}

// noChange is no status that a process has.
const noChange = ^syscall.WaitStatus(0)

// waitChange is what has become of the process, unchanged when nothing has.
func waitChange(pid, options int) syscall.WaitStatus {
	var status syscall.WaitStatus
	for {
		n, err := syscall.Wait4(pid, &status, options, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 1 << 8 // nothing is known of it: not a success, then
		case n == 0:
			return noChange
		default:
			return status
		}
	}
}

// forwardedSignals has SIGCONT for a command that is in a group of its own, as a shell
// is: the fg of the shell outside lets this process go on alone.
func forwardedSignals() []os.Signal {
	return []os.Signal{
		syscall.SIGINT,
		syscall.SIGTERM,
		syscall.SIGHUP,
		syscall.SIGQUIT,
		syscall.SIGUSR1,
		syscall.SIGUSR2,
		syscall.SIGWINCH,
		syscall.SIGCONT,
	}
}

// fromTerminal reports whether s is one that a terminal sends to the whole
// foreground, and this process is in it: then the command has it already.
func fromTerminal(s syscall.Signal) bool {
	switch s {
	case syscall.SIGINT, syscall.SIGQUIT, syscall.SIGWINCH:
		terminal := foregroundTerminal()
		if terminal == nil {
			return false
		}
		return terminal.Close() == nil
	}
	return false
}

// reachedByShell reports whether a shell's fg, which is for this process's group, has
// reached the command. One that has a group of its own is given the terminal
// that fg has given to this one.
func reachedByShell(pid int) bool {
	terminal := foregroundTerminal()
	if terminal == nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.Getpgid(pid)
	if err != nil || group == unix.Getpgrp() {
		return true
	}
	_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, group) // else its reading will fail
	return false
}

// foregroundTerminal is the terminal that this process's group is in the foreground of;
// nil when there is none.
func foregroundTerminal() *os.File {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return nil
	}
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	if err != nil || group != unix.Getpgrp() {
		_ = terminal.Close()
		return nil
	}
	return terminal
}
