//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package tty

import "os"

// runUnstopped runs act. There is no way here to block a signal for one thread
// without cgo: who has said stty tostop stops a message in the background too.
func runUnstopped(_ *os.File, act func() error) error { return act() }
