package vault

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"stsx/session"

	"github.com/zalando/go-keyring"
)

const (
	keyringService = "stsx"
	// keyringWait is how long one call of the OS keyring may take.
	keyringWait = 3 * time.Second
	// lockedWait is how long a keyring that stayed locked is left in peace.
	lockedWait = time.Minute
)

// ErrNotFound is how a Keyring says that it holds no such item.
var ErrNotFound = errors.New("not in the keyring")

// Keyring is the part of an OS keyring that stsx needs. Every error but
// ErrNotFound means that the keyring could not be asked.
type Keyring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// OSKeyring returns the operating system's keyring: the Secret Service,
// macOS's Keychain, the Windows Credential Manager. getenv tells where to look
// for the D-Bus session and is asked at every call.
func OSKeyring(getenv func(string) string) Keyring { return osKeyring{getenv} }

type osKeyring struct{ getenv func(string) string }

func (o osKeyring) Get(service, user string) (string, error) {
	if err := noSession(o.getenv); err != nil {
		return "", err
	}
	secret, err := keyring.Get(service, user)
	return secret, knownError(err)
}

func (o osKeyring) Set(service, user, secret string) error {
	if err := noSession(o.getenv); err != nil {
		return err
	}
	return knownError(keyring.Set(service, user, secret))
}

func (o osKeyring) Delete(service, user string) error {
	if err := noSession(o.getenv); err != nil {
		return err
	}
	return knownError(keyring.Delete(service, user))
}

func knownError(err error) error {
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case err != nil && strings.Contains(err.Error(), "not provided by any .service files"):
		return noServiceError("the D-Bus session has no Secret Service")
	case err != nil && strings.Contains(err.Error(), "failed to unlock correct collection"):
		return &lockedError{err}
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return explainExit(exit)
	}
	return err
}

// explainExit is how macOS's security, which go-keyring runs there, has ended: with the
// last byte of an OSStatus.
func explainExit(exit *exec.ExitError) error {
	const (
		interactionNotAllowed = 36  // errSecInteractionNotAllowed, -25308
		authFailed            = 51  // errSecAuthFailed, -25293
		userCanceled          = 128 // errSecUserCanceled, -128
	)
	switch exit.ExitCode() {
	case interactionNotAllowed:
		return &lockedError{errors.New("macOS opens it at a login at its screen; elsewhere run: security unlock-keychain")}
	case authFailed, userCanceled:
		return &lockedError{errors.New("macOS was not given its password")}
	}
	return fmt.Errorf("the Keychain can't be used: /usr/bin/security ended with %w", exit)
}

// noServiceError says why there is no keyring at all, as opposed to one that is in
// trouble: then nothing of stsx's can be in it.
type noServiceError string

func (n noServiceError) Error() string { return string(n) }

// lockedError: the keyring wanted to be unlocked and nobody did.
type lockedError struct{ said error }

func (e *lockedError) Error() string {
	return "the login keyring is locked, or there is none: " + e.said.Error()
}

func (e *lockedError) Unwrap() error { return e.said }

// boundedKeyring is a Keyring whose calls end in time, whatever it does. A keyring
// that hung is not waited for again until it has come back; one whose prompt
// the person dismissed doesn't prompt again for a while.
type boundedKeyring struct {
	of   Keyring
	wait time.Duration
	slot chan struct{} // one call at a time: go-keyring mixes up the prompts of two

	mu     sync.Mutex
	hung   bool
	locked *lockedError // what it said last
	until  time.Time    // how long that is taken for an answer
}

func newBoundedKeyring(of Keyring, wait time.Duration) *boundedKeyring {
	return &boundedKeyring{of: of, wait: wait, slot: make(chan struct{}, 1)}
}

func (b *boundedKeyring) get(ctx context.Context, user string) (string, error) {
	return b.callBounded(ctx, func() (string, error) { return b.of.Get(keyringService, user) })
}

func (b *boundedKeyring) set(ctx context.Context, user, secret string) error {
	_, err := b.callBounded(ctx, func() (string, error) { return "", b.of.Set(keyringService, user, secret) })
	return err
}

func (b *boundedKeyring) delete(ctx context.Context, user string) error {
	_, err := b.callBounded(ctx, func() (string, error) { return "", b.of.Delete(keyringService, user) })
	return err
}

type keyringAnswer struct {
	secret string
	err    error
}

func (b *boundedKeyring) callBounded(ctx context.Context, call func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	unanswered := fmt.Errorf("the OS keyring did not answer within %s (is it locked?)", b.wait)
	b.mu.Lock()
	hung, locked, until := b.hung, b.locked, b.until
	b.mu.Unlock()
	if hung {
		return "", unanswered
	}
	if time.Now().Before(until) {
		return "", locked
	}
	timer := time.NewTimer(b.wait)
	defer timer.Stop()
	select {
	case b.slot <- struct{}{}:
	case <-timer.C:
		return "", unanswered
	case <-ctx.Done():
		return "", ctx.Err()
	}
	done := make(chan keyringAnswer, 1)
	// This goroutine may outlive the call: go-keyring takes no context, and
	// nothing but the daemon's answer (or a person's, to its prompt) ends a
	// D-Bus call. It holds nothing but its own connection, at most one is
	// about, and the process ends without waiting for it.
	go session.ContainPanic(func() {
		a := callSafely(call)
		b.mu.Lock()
		b.hung = false
		if errors.As(a.err, &b.locked) {
			b.until = time.Now().Add(lockedWait)
		}
		done <- a
		b.mu.Unlock()
		<-b.slot
	})()
	select {
	case a := <-done:
		return a.secret, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	case <-timer.C:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case a := <-done:
		return a.secret, a.err
	default:
		b.hung = true
		return "", unanswered
	}
}

// callSafely turns a panic into an error: go-keyring's prompt handling takes a
// closed connection's nil for a signal.
func callSafely(call func() (string, error)) (a keyringAnswer) {
	defer func() {
		if recover() != nil {
			a = keyringAnswer{err: errors.New("the OS keyring broke off (" + strings.Join(session.PanicPlaces(), " ") + ")")}
		}
	}()
	secret, err := call()
	return keyringAnswer{secret, err}
}
