//go:build unix

package desktop

import (
	"os/exec"
	"syscall"
)

// detachProcess keeps the terminal's Ctrl-C from a browser that was started here.
func detachProcess(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
