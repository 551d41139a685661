//go:build unix && !linux

package process

import (
	"context"
	"os/exec"
	"strconv"
	"time"
)

// describeProcess tells what a process is called and who its parent is. ps is what
// every such system has; asking the kernel needs a struct of each.
func describeProcess(pid int) (name string, parent int, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "/bin/ps", "-ww", "-o", "ppid=", "-o", "comm=", "-p", strconv.Itoa(pid))
	command.Env = []string{"LC_ALL=C"} // nothing of ours
	out, err := command.Output()
	if err != nil {
		return "", 0, false
	}
	return parseProcess(string(out))
}
