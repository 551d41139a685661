//go:build unix && !linux

package aws

import (
	"errors"
	"io"
	"os/exec"
	"syscall"
)

// leash is what ties a process and its children to this one.
type leash struct {
	group int
	held  io.Closer
}

// start starts cmd under a shell in a process group of its own. The shell reads a pipe whose other end is only ours:
// when this process ends, in whatever way, the read ends and the shell kills the group. The shell also kills the group
// when cmd ends by itself.
func start(cmd *exec.Cmd) (leash, error) {
	const script = `{ "$@" </dev/null; kill -KILL 0; } & read -r _; kill -KILL 0`
	cmd.Args = append([]string{"/bin/sh", "-c", script, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	held, err := cmd.StdinPipe()
	if err != nil {
		return leash{}, err
	}
	if err := cmd.Start(); err != nil {
		return leash{}, errors.Join(err, held.Close())
	}
	return leash{cmd.Process.Pid, held}, nil
}

// kill kills the process and what it started.
func (l leash) kill() error {
	if err := syscall.Kill(-l.group, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// release lets go of the pipe; Wait has closed it already when the process has ended.
func (l leash) release() error {
	_ = l.held.Close()
	return nil
}
