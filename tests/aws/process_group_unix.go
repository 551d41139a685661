//go:build unix && !linux

package aws

import (
	"errors"
	"io"
	"os/exec"
	"syscall"
)

// processGroup is what ties a process and its children to this one.
type processGroup struct {
	group int
	held  io.Closer
}

// startGroup starts cmd under a shell in a process group of its own. The shell reads a pipe whose other end is only ours:
// when this process ends, in whatever way, the read ends and the shell kills the group. The shell also kills the group
// when cmd ends by itself.
func startGroup(cmd *exec.Cmd) (processGroup, error) {
	const script = `{ "$@" </dev/null; kill -KILL 0; } & read -r _; kill -KILL 0`
	cmd.Args = append([]string{"/bin/sh", "-c", script, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	held, err := cmd.StdinPipe()
	if err != nil {
		return processGroup{}, err
	}
	if err := cmd.Start(); err != nil {
		return processGroup{}, errors.Join(err, held.Close())
	}
	return processGroup{cmd.Process.Pid, held}, nil
}

// killGroup kills the process and what it started.
func (l processGroup) killGroup() error {
	if err := syscall.Kill(-l.group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// releaseGroup lets go of the pipe; Wait has closed it already when the process has ended.
func (l processGroup) releaseGroup() error {
	_ = l.held.Close()
	return nil
}
