//go:build !unix || darwin

package vault

// noSession is nil: the system's keyring needs no session bus.
func noSession(func(string) string) error { return nil }
