//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// getMode is what tcgetattr asks.
const getMode = unix.TIOCGETA

// drain is tcdrain.
func drain(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCDRAIN, 0) }
