//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "os"

// unstopped runs act. There is no way here to block a signal for one thread
// without cgo: who has said stty tostop stops a message in the background too.
func unstopped(_ *os.File, act func() error) error { return act() }
