package tty

import "golang.org/x/sys/unix"

// getModeRequest is what tcgetattr asks.
const getModeRequest = unix.TCGETS
