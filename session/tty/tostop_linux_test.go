package tty

import "golang.org/x/sys/unix"

func setTostop(fd int) {
	if mode, err := unix.IoctlGetTermios(fd, unix.TCGETS); err == nil {
		mode.Lflag |= unix.TOSTOP
		unix.IoctlSetTermios(fd, unix.TCSETS, mode)
	}
}
