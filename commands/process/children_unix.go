//go:build unix

package process

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownSession gives the command a session of its own: a signal reaches all that it
// starts, Ctrl-C comes from us alone, and what it starts can ask nothing of a
// terminal that hundreds share.
func ownSession(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// noFormat: the file is executable, and nothing says what runs it.
func noFormat(err error) bool { return errors.Is(err, syscall.ENOEXEC) }

func sendSignal(command *exec.Cmd, s os.Signal) {
	if number, ok := s.(syscall.Signal); ok {
		sendGroupSignal(command, number)
	}
}

// watchSignals takes the signals until the returned function is called. SIGPIPE, which
// would end stsx and leave the children alone, becomes an error of the write.
// What the parent has told us to ignore (nohup) stays ignored.
func (c *runningChildren) watchSignals() (end func()) {
	received := make(chan os.Signal, 8)
	signal.Notify(received, syscall.SIGPIPE)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(received, s)
		}
	}
	return c.listenSignals(received, func(s os.Signal) bool { return s != syscall.SIGPIPE })
}

func endingOf(state *os.ProcessState) ChildEnding {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return ChildEnding{Status: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return ChildEnding{Status: state.ExitCode()}
}
