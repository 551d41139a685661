//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// drain is tcdrain.
func drain(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCDRAIN, 0) }
