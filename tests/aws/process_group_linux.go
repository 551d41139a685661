package aws

import (
	"errors"
	"os/exec"
	"syscall"
)

// processGroup is what ties a process and its children to this one.
type processGroup struct{ group int }

// startGroup starts cmd in a process group of its own. The kernel kills it when the calling OS thread ends, and so when this
// process is killed; the caller keeps the thread until the process has ended.
func startGroup(cmd *exec.Cmd) (processGroup, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return processGroup{}, err
	}
	return processGroup{cmd.Process.Pid}, nil
}

// killGroup kills the process and what it started.
func (l processGroup) killGroup() error {
	if err := syscall.Kill(-l.group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func (processGroup) releaseGroup() error { return nil }
