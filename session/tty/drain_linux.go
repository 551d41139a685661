package tty

import "golang.org/x/sys/unix"

// drain is tcdrain.
func drain(fd int) error { return unix.IoctlSetInt(fd, unix.TCSBRK, 1) }
