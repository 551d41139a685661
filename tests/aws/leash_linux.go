package aws

import (
	"errors"
	"os/exec"
	"syscall"
)

// leash is what ties a process and its children to this one.
type leash struct{ group int }

// start starts cmd in a process group of its own. The kernel kills it when the calling OS thread ends, and so when this
// process is killed; the caller keeps the thread until the process has ended.
func start(cmd *exec.Cmd) (leash, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return leash{}, err
	}
	return leash{cmd.Process.Pid}, nil
}

// kill kills the process and what it started.
func (l leash) kill() error {
	if err := syscall.Kill(-l.group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func (leash) release() error { return nil }
