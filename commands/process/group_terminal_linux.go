package process

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// startInGroup starts command in a process group of its own, so that all of it
// can be killed. Where stsx has the terminal the group gets it: a program that
// asks for a PIN there would be stopped in the background.
func startInGroup(command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if terminal := foregroundTerminal(); terminal != nil {
		defer terminal.Close()
		command.SysProcAttr.Foreground, command.SysProcAttr.Ctty = true, int(terminal.Fd())
	}
	return command.Start()
}

// stopPause is the shortest time between two stops of a command: where no shell
// can stop this process as well, the command would stop and go on all the time.
const stopPause = 100 * time.Millisecond

// waitInGroup waits for a command that startInGroup has started, and takes the
// terminal back. When the terminal stops the command (Ctrl-Z, or it asks in the
// background), so is this process: the shell sees one job. A command that is
// stopped otherwise is waited for until its time is over.
func waitInGroup(command *exec.Cmd) error {
	pid := command.Process.Pid
	for isStopped(pid) {
		takeTerminal(pid)
		_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
		time.Sleep(stopPause) // a shell's fg ends it
		giveTerminal(pid)
		_ = syscall.Kill(-pid, syscall.SIGCONT)
	}
	takeTerminal(pid)
	return endError(command.Wait())
}

// isStopped waits until the terminal has stopped the process, then it is true, or
// until it has ended.
func isStopped(pid int) bool {
	for {
		var info unix.Siginfo
		switch err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil); {
		case err == unix.EINTR:
		case err != nil:
			return false
		default:
			const stopped = 5 // CLD_STOPPED
			if info.Code != stopped {
				return false
			}
			var status syscall.WaitStatus
			_, _ = syscall.Wait4(pid, &status, syscall.WUNTRACED|syscall.WNOHANG, nil) // seen
			if status.StopSignal() != syscall.SIGSTOP {
				return true
			}
		}
	}
}

// giveTerminal makes group the foreground of the terminal that this process is
// in the foreground of.
func giveTerminal(group int) {
	if terminal := foregroundTerminal(); terminal != nil {
		_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, group)
		_ = terminal.Close()
	}
}

// takeTerminal makes this process's group the foreground again where group has
// been it. A process in the background may do that while it blocks SIGTTOU.
func takeTerminal(group int) {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return
	}
	defer terminal.Close()
	if now, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP); err != nil || now != group {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var blocked, before unix.Sigset_t
	blocked.Val[0] = 1 << (uint(syscall.SIGTTOU) - 1)
	if unix.PthreadSigmask(unix.SIG_BLOCK, &blocked, &before) == nil {
		_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
		_ = unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	}
}
