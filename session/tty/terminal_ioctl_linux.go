package tty

import "golang.org/x/sys/unix"

// getModeRequest is what tcgetattr asks.
const getModeRequest = unix.TCGETS

// drainOutput is tcdrain.
func drainOutput(fd int) error { return unix.IoctlSetInt(fd, unix.TCSBRK, 1) }
