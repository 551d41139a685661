package browser

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// isRoot: Chromium's sandbox works for administrators, so there is no such case on Windows.
func isRoot() bool { return false }

// attachPipe hands the pipe over as inherited handles: Windows has no numbered files beyond the standard three.
// Compiled and vetted, not run: it was written on Linux.
func attachPipe(cmd *exec.Cmd, read, write *os.File) error {
	handles := []syscall.Handle{syscall.Handle(read.Fd()), syscall.Handle(write.Fd())}
	for _, h := range handles {
		if err := windows.SetHandleInformation(windows.Handle(h), windows.HANDLE_FLAG_INHERIT, windows.HANDLE_FLAG_INHERIT); err != nil {
			return fmt.Errorf("sharing the pipe: %w", err)
		}
	}
	cmd.Args = append(cmd.Args, "--remote-debugging-pipe", fmt.Sprintf("--remote-debugging-io-pipes=%d,%d", handles[0], handles[1]))
	cmd.SysProcAttr = &syscall.SysProcAttr{AdditionalInheritedHandles: handles, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	return nil
}

// killGroup ends the browser process; its children end with their channel to it.
func killGroup(p *os.Process) { p.Kill() }

func awaitGroup(*os.Process, time.Duration) {}
