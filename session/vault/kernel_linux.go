package vault

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// kernelLife is how long the kernel keeps the key after the last Put: longer
// than STS lets any session live (12 h), so no session loses its key, and not
// for ever on a machine that is never switched off.
const kernelLife = 24 * time.Hour

// The rights of a key: all for who possesses it, and for other processes of
// the same uid view, read, search and setattr. The latter matters: a session
// keyring that isn't linked to the user keyring (systemd's KeyringMode=private,
// sudo, su, some cron jobs) finds the key but doesn't possess it, and what
// add_key grants by default, view, would not let it be read.
const (
	keyPossessorAll = 0x3f << 24
	keyUserRights   = (0x01 | 0x02 | 0x08 | 0x20) << 16
)

// userRing is the kernel's keyring of this uid. Where keyctl is forbidden (the
// seccomp profile of most containers) or absent, it is as if it held nothing.
type userRing struct{ description string }

// newKernelRing names the key after dir: another XDG_STATE_HOME has another key.
func newKernelRing(dir string) keyRing {
	sum := sha256.Sum256([]byte(dir))
	return userRing{"stsx:" + hex.EncodeToString(sum[:16])}
}

func (r userRing) get() (key, error) {
	k, _, err := r.find()
	return k, err
}

func (r userRing) find() (key, int, error) {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", r.description, 0)
	if isGone(err) {
		return key{}, 0, errAbsent
	}
	if err != nil {
		return key{}, 0, fmt.Errorf("searching it: %w", err)
	}
	buffer := make([]byte, keySize+1)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, id, buffer, 0)
	if isGone(err) {
		return key{}, 0, errAbsent
	}
	if err != nil {
		return key{}, 0, fmt.Errorf("reading it: %w", err)
	}
	k, ok := keyFromBytes(buffer[:min(n, len(buffer))])
	if !ok {
		return key{}, 0, errAbsent
	}
	return k, id, nil
}

func isGone(err error) bool {
	return errors.Is(err, unix.ENOKEY) || errors.Is(err, unix.EKEYEXPIRED) || errors.Is(err, unix.EKEYREVOKED)
}

// put keeps k for kernelLife from now on, in place of the key before.
func (r userRing) put(k key) error {
	if kept, id, err := r.find(); err == nil && kept == k {
		if _, err := unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, int(kernelLife.Seconds()), 0, 0); err == nil {
			return nil
		}
	}
	// The key is made in this thread's own keyring first: only there is it
	// surely possessed, and setperm needs possession. Added to the user keyring
	// at once, it couldn't be opened to other sessions from a session that
	// isn't linked to it, and would be seen half-made.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	id, err := unix.AddKey("user", r.description, k.secret[:], unix.KEY_SPEC_THREAD_KEYRING)
	if err != nil {
		return fmt.Errorf("adding the key: %w", err)
	}
	defer unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_THREAD_KEYRING, 0, 0)
	if err := unix.KeyctlSetperm(id, keyPossessorAll|keyUserRights); err != nil {
		return fmt.Errorf("setting the key's rights: %w", err)
	}
	if _, err := unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, int(kernelLife.Seconds()), 0, 0); err != nil {
		return fmt.Errorf("setting the key's life: %w", err)
	}
	// Linking puts it in the place of a key of the same description, at once.
	if _, err := unix.KeyctlInt(unix.KEYCTL_LINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0); err != nil {
		return fmt.Errorf("linking the key: %w", err)
	}
	return nil
}

// remove takes the key away. A keyring that can't be searched can't have been
// given one by stsx: that is no error.
func (r userRing) remove() error {
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", r.description, 0)
	if err != nil {
		return nil
	}
	_, err = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil // another process was faster
	}
	return err
}
