//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// startInGroup starts command, in a process group of its own unless stsx has
// the terminal: a program that asks for a PIN there would be stopped in the
// background, and what is in the foreground gets the person's Ctrl-C anyway. To
// be killed, what it started is looked for: see sendGroupSignal.
func startInGroup(command *exec.Cmd) error {
	terminal := foregroundTerminal()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: terminal == nil}
	if terminal != nil {
		defer terminal.Close()
	}
	return command.Start()
}

// waitInGroup waits for a command that startInGroup has started.
func waitInGroup(command *exec.Cmd) error { return endError(command.Wait()) }
