//go:build unix

package browser

import (
	"os"
	"os/exec"
	"syscall"
	"time"
)

func isRoot() bool { return os.Geteuid() == 0 }

// attachPipe gives Chromium the pipe as files 3 and 4, where --remote-debugging-pipe looks for it, and a process group of its
// own: Ctrl-C at the terminal is ours to answer, and the whole group can be killed at once.
func attachPipe(cmd *exec.Cmd, read, write *os.File) error {
	cmd.Args = append(cmd.Args, "--remote-debugging-pipe")
	cmd.ExtraFiles = []*os.File{read, write}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return nil
}

func killGroup(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGKILL) }

// awaitGroup waits until no process of the group is left to write into the profile. Chromium's children are not ours to
// wait for, so it looks every few milliseconds; a zombie that nobody reaps (a container without an init) ends the wait late.
func awaitGroup(p *os.Process, limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end) && syscall.Kill(-p.Pid, 0) == nil; {
		if onlyZombies(p.Pid) {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}
