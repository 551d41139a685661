//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// getModeRequest is what tcgetattr asks.
const getModeRequest = unix.TIOCGETA

// drainOutput is tcdrain.
func drainOutput(fd int) error { return unix.IoctlSetInt(fd, unix.TIOCDRAIN, 0) }
