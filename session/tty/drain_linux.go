package tty

import "golang.org/x/sys/unix"

// getMode is what tcgetattr asks.
const getMode = unix.TCGETS

// drain is tcdrain.
func drain(fd int) error { return unix.IoctlSetInt(fd, unix.TCSBRK, 1) }
