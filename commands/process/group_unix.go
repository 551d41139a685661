//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"stsx/session"
)

// sendGroupSignal sends a signal to the command and to all that it started: to its
// group where it has one of its own, else to each that can be found.
func sendGroupSignal(command *exec.Cmd, number syscall.Signal) {
	if attributes := command.SysProcAttr; attributes != nil && (attributes.Setpgid || attributes.Setsid) {
		_ = syscall.Kill(-command.Process.Pid, number) // it may have ended
		return
	}
	started := descendantsOf(command.Process.Pid, listProcesses())
	_ = command.Process.Signal(number)
	for _, pid := range started {
		_ = syscall.Kill(pid, number)
	}
}

// listProcesses is each process and its parent, one pair a line; "" when that can't
// be seen.
func listProcesses() string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	list := exec.CommandContext(ctx, "/bin/ps", "-A", "-o", "pid=", "-o", "ppid=")
	list.Env = []string{"LC_ALL=C"} // nothing of ours
	out, _ := list.Output()
	return string(out)
}

// descendantsOf is what root started, what that started, and so on, by a list of
// listProcesses.
func descendantsOf(root int, list string) []int {
	children := map[int][]int{}
	for line := range strings.Lines(list) {
		var pid, parent int
		if n, _ := fmt.Sscan(line, &pid, &parent); n == 2 && pid != parent {
			children[parent] = append(children[parent], pid)
		}
	}
	found := slices.Clone(children[root])
	for i := 0; i < len(found); i++ {
		if started := children[found[i]]; !slices.Contains(started, root) {
			found = append(found, started...)
		}
		delete(children, found[i]) // a list that goes round in circles ends
	}
	return found
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
