//go:build unix

package desktop

import (
	"os/exec"
	"syscall"
)

// apart keeps the terminal's Ctrl-C from a browser that was started here.
func apart(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
