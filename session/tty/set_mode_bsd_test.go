//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// setModeRequest is what tcsetattr asks.
const setModeRequest = unix.TIOCSETA
