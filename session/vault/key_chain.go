package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"

	"stsx/session"
	"stsx/session/files"
)

// keyUser is the user name under which the OS keyring holds the key.
const keyUser = "session-key"

var (
	// errAbsent: asked, and there is none.
	errAbsent = errors.New("there is no key yet")
	// errNoRing: this system has no kernel keyring.
	errNoRing = errors.New("this system has none")
)

// keyRing holds the key nearer than the OS keyring does. Errors of get:
// errAbsent, or why it can't be asked.
type keyRing interface {
	get() (key, error)
	put(key) error
	remove() error
}

type noRing struct{}

func (noRing) get() (key, error) { return key{}, errNoRing }
func (noRing) put(key) error     { return errNoRing }
func (noRing) remove() error     { return nil }

// keyChain finds the key, and makes it when something is to be kept.
type keyChain struct {
	kernel  keyRing
	keyring *boundedKeyring
	home    stateFolder

	mu     sync.Mutex
	cached *key // what the OS keyring said, where there is no kernel keyring to copy it to
}

// nearKey returns the key without asking the OS keyring.
func (ks *keyChain) nearKey() (key, bool) {
	if k, err := ks.kernel.get(); err == nil {
		return k, true
	}
	ks.mu.Lock()
	defer ks.mu.Unlock()
	if ks.cached == nil {
		return key{}, false
	}
	return *ks.cached, true
}

// keyringKey returns the OS keyring's key. Errors: errAbsent, the context's, or why
// the keyring can't be asked.
func (ks *keyChain) keyringKey(ctx context.Context) (key, error) {
	text, err := ks.keyring.get(ctx, keyUser)
	if errors.Is(err, ErrNotFound) {
		return key{}, errAbsent
	}
	if err != nil {
		return key{}, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if k, ok := keyFromBytes(raw); ok && err == nil {
		return k, nil
	}
	return key{}, errAbsent // not a key; the next one takes its place
}

// adopt makes k the near key.
func (ks *keyChain) adopt(k key) {
	err := ks.kernel.put(k)
	ks.mu.Lock()
	defer ks.mu.Unlock()
	ks.cached = nil
	if err != nil {
		ks.cached = &k
	}
}

// anyKey returns the key from wherever it is. Errors as keyringKey.
func (ks *keyChain) anyKey(ctx context.Context) (key, error) {
	if k, ok := ks.nearKey(); ok {
		return k, nil
	}
	k, err := ks.keyringKey(ctx)
	if err == nil {
		ks.adopt(k)
	}
	return k, err
}

// sealingKey returns the key to seal with, a new one if there is none. What is
// cached is not trusted: after another process's logout --all it would seal
// what nobody can open. Errors: session.ErrNoKeyring (wrapped), the
// context's, or what the lock said.
func (ks *keyChain) sealingKey(ctx context.Context) (key, error) {
	if k, err := ks.kernel.get(); err == nil {
		_ = ks.kernel.put(k) // lives on from now
		return k, nil
	}
	k, err := ks.keyringKey(ctx)
	switch {
	case err == nil:
		ks.adopt(k)
		return k, nil
	case ctx.Err() != nil:
		return key{}, ctx.Err()
	}
	return ks.createKey(ctx, err)
}

// createKey makes the key, once for all processes. far is what the OS keyring
// said: one that is in trouble is not asked again, as it might ask the person.
func (ks *keyChain) createKey(ctx context.Context, far error) (key, error) {
	unlock, err := ks.home.lock(ctx, "key", "making the key", nil)
	switch {
	case err == nil:
		defer unlock()
	case !files.HasNoLocks(err): // without one, two that make it at once cost a sign-in
		return key{}, err
	}
	// Another process may have made it meanwhile.
	if k, err := ks.kernel.get(); err == nil {
		return k, nil
	}
	k := makeKey()
	err = far
	if errors.Is(far, errAbsent) {
		kept, again := ks.keyringKey(ctx)
		if again == nil {
			ks.adopt(kept)
			return kept, nil
		}
		err = again
		if errors.Is(again, errAbsent) {
			k, err = ks.giveToKeyring(ctx, k)
		}
		if ctx.Err() != nil {
			return key{}, ctx.Err()
		}
	}
	inKernel := ks.kernel.put(k)
	if err != nil && inKernel != nil {
		return key{}, fmt.Errorf("%w: %w; the kernel keyring: %w", session.ErrNoKeyring, err, inKernel)
	}
	if inKernel != nil {
		ks.adopt(k)
	}
	return k, nil
}

// giveToKeyring gives k to the OS keyring and returns what that holds afterwards: on
// macOS a Set that failed says nothing, and the lock doesn't reach a process
// with another state directory.
func (ks *keyChain) giveToKeyring(ctx context.Context, k key) (key, error) {
	if err := ks.keyring.set(ctx, keyUser, base64.StdEncoding.EncodeToString(k.secret[:])); err != nil {
		return k, err
	}
	kept, err := ks.keyringKey(ctx)
	if err != nil {
		return k, fmt.Errorf("reading back the key: %w", err)
	}
	return kept, nil
}

// replaceKey puts next in the place of the key, wherever that is. Errors: why
// the old one is still there.
func (ks *keyChain) replaceKey(ctx context.Context, next key) error {
	_, err := ks.keyringKey(ctx)
	inKeyring := err == nil
	var none noServiceError
	switch {
	case inKeyring:
		kept, err := ks.giveToKeyring(ctx, next)
		if err != nil {
			return err
		}
		if kept != next {
			return errors.New("the OS keyring still has the old key")
		}
	case errors.Is(err, errAbsent), errors.As(err, &none):
	default:
		return err
	}
	if err := ks.kernel.put(next); err != nil && !inKeyring {
		return fmt.Errorf("the kernel keyring: %w", err)
	} else if err != nil {
		_ = ks.kernel.remove() // the old one, where it may hold that
	}
	ks.adopt(next)
	return nil
}

// remove takes the key out of every keyring there is.
func (ks *keyChain) remove(ctx context.Context) error {
	ks.mu.Lock()
	ks.cached = nil
	ks.mu.Unlock()
	var problem error
	if err := ks.kernel.remove(); err != nil {
		problem = fmt.Errorf("removing the key from the kernel keyring: %w", err)
	}
	var none noServiceError
	if err := ks.keyring.delete(ctx, keyUser); err != nil && !errors.Is(err, ErrNotFound) && !errors.As(err, &none) {
		problem = errors.Join(problem, fmt.Errorf("removing the key from the OS keyring: %w", err))
	}
	return problem
}
