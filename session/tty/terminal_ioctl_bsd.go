//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "golang.org/x/sys/unix"

// getModeRequest is what tcgetattr asks.
const getModeRequest = unix.TIOCGETA
