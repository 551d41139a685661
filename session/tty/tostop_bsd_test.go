//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

func setTostop(fd int) {
	if mode, err := unix.IoctlGetTermios(fd, unix.TIOCGETA); err == nil {
		mode.Lflag |= unix.TOSTOP
		unix.IoctlSetTermios(fd, unix.TIOCSETA, mode)
	}
}
