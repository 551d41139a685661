package tty

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// runUnstopped runs act, a write or the restoring of the mode, such that it is not
// stopped for being in the background: the kernel lets those pass whose thread
// blocks the signal. Ignoring it by os/signal would do as well, but can't be
// undone (signal.Reset leaves SIGTTOU ignored, seen with Go 1.26), and whatever
// took this process's place would inherit it.
func runUnstopped(f *os.File, act func() error) error {
	if inForeground(f) {
		return act()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stop, before unix.Sigset_t
	stop.Val[0] = 1 << (uint(unix.SIGTTOU) - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &stop, &before); err != nil {
		return act()
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)
	return act()
}
