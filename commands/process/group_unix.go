//go:build unix

package process

import (
	"errors"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"stsx/session"
)

// sendGroupSignal sends a signal to the command and to all that it started,
// where it has a group of its own.
func sendGroupSignal(command *exec.Cmd, number syscall.Signal) {
	if attributes := command.SysProcAttr; attributes != nil && (attributes.Setpgid || attributes.Setsid) {
		_ = syscall.Kill(-command.Process.Pid, number) // it may have ended
		return
	}
	_ = command.Process.Signal(number)
}

func terminateGroup(command *exec.Cmd) { sendGroupSignal(command, syscall.SIGTERM) }
func killGroup(command *exec.Cmd)      { sendGroupSignal(command, syscall.SIGKILL) }

// endError is the error of a command that was waited for: none when only its
// output was held open, and the person's wish when Ctrl-C ended it.
func endError(err error) error {
	var exit *exec.ExitError
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == unix.SIGINT {
			return session.ErrInterrupted
		}
	}
	return err
}
