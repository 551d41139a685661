package vault

import (
	"context"
	"errors"

	"stsx/session"
)

// ExamineKeyring asks the OS keyring how it is. It asks for no secret, and nobody to unlock anything.
func (s *Store) ExamineKeyring(ctx context.Context) session.KeyringReport {
	_, err := s.keyring.callBounded(ctx, func() (string, error) {
		if system, ok := s.keyring.of.(osKeyring); ok {
			return "", system.checkUnlocked()
		}
		_, err := s.keyring.of.Get(keyringService, keyUser)
		if errors.Is(err, ErrNotFound) {
			err = nil
		}
		return "", err
	})
	var none noServiceError
	var locked *lockedError
	return session.KeyringReport{Name: keyringName(), None: errors.As(err, &none), Locked: errors.As(err, &locked), Err: err}
}

// ExamineKernelKeyring puts a key into the kernel's keyring, one that opens nothing, and takes it out again.
func (s *Store) ExamineKernelKeyring() session.KeyringReport {
	ring := newKernelRing(s.home.path("doctor"))
	r := session.KeyringReport{Name: "kernel keyring", Err: ring.put(makeKey())}
	if r.Err == nil {
		_, r.Err = ring.get()
		r.Err = errors.Join(r.Err, ring.remove())
	}
	r.None = errors.Is(r.Err, errNoRing)
	return r
}
