package desktop

import (
	"os/exec"
	"syscall"
)

// detachProcess keeps the console's Ctrl-C from a browser that was started here.
func detachProcess(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
