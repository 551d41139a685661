//go:build !unix || darwin

package vault

import "errors"

// noSession is nil: the system's keyring needs no session bus.
func noSession(func(string) string) error { return nil }

// checkUnlocked says why the keyring can't be asked.
func (o osKeyring) checkUnlocked() error {
	_, err := o.Get(keyringService, keyUser)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
