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

// apart gives the command a session of its own: a signal reaches all that it
// starts, Ctrl-C comes from us alone, and what it starts can ask nothing of a
// terminal that hundreds share.
func apart(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

// noFormat: the file is executable, and nothing says what runs it.
func noFormat(err error) bool { return errors.Is(err, syscall.ENOEXEC) }

func pass(command *exec.Cmd, s os.Signal) {
	if number, ok := s.(syscall.Signal); ok {
		_ = syscall.Kill(-command.Process.Pid, number) // it may have ended
	}
}

func terminate(command *exec.Cmd) { pass(command, syscall.SIGTERM) }
func kill(command *exec.Cmd)      { pass(command, syscall.SIGKILL) }

// watch takes the signals until the returned function is called. SIGPIPE, which
// would end stsx and leave the children alone, becomes an error of the write.
// What the parent has told us to ignore (nohup) stays ignored.
func (c *crowd) watch() (end func()) {
	received := make(chan os.Signal, 8)
	signal.Notify(received, syscall.SIGPIPE)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(received, s)
		}
	}
	return c.listen(received, func(s os.Signal) bool { return s != syscall.SIGPIPE })
}

func ending(state *os.ProcessState) Ending {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return Ending{Status: 128 + int(status.Signal()), Signal: unix.SignalName(status.Signal())}
	}
	return Ending{Status: state.ExitCode()}
}
