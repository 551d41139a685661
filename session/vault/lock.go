package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"stsx/session"
	"stsx/session/files"
)

const (
	// A lock file's first byte is what Windows locks, and so can't be read by
	// others there; what the holder says of itself is in the bytes after it,
	// always the same number, so that it needs no truncating.
	holderAt   = 1
	holderSize = 200
	// Behind that is what is another after each window that was closed.
	closedAt = holderAt + holderSize
	// silentPolls is how often a holder is found that says nothing of itself until the
	// wait is spoken of all the same.
	silentPolls = 3
)

// Lock implements session.SessionStore. The file is never removed.
func (s *Store) Lock(ctx context.Context, name, self string, waiting func(holder string) bool) (func(), error) {
	return s.home.lock(ctx, name, self, waiting)
}

func (h stateFolder) lock(ctx context.Context, name, self string, waiting func(holder string) bool) (func(), error) {
	dir, err := h.folder("locks")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockName(name))
	polls, last := 0, ""
	held, err := files.WaitLock(ctx, path, func() bool {
		polls++
		if waiting == nil {
			return true
		}
		// A holder that has only just got the lock may have said nothing yet.
		holder := readLockText(path, holderAt)
		if holder == last && (holder != "" || polls != silentPolls) {
			return true
		}
		last = holder
		return waiting(holder)
	})
	if err != nil && ctx.Err() == nil {
		return nil, lockError(dir, err)
	}
	if err != nil {
		return nil, err
	}
	if held == nil {
		return func() {}, nil
	}
	writeLockText(path, self, holderAt)
	return sync.OnceFunc(func() {
		writeLockText(path, "", holderAt)
		held.Release()
	}), nil
}

// lockName is what the file of a lock is called.
func lockName(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16]) + ".lock"
}

// ClosedMark implements session.ClosedWindows.
func (s *Store) ClosedMark(name string) string {
	return readLockText(s.home.path("locks", lockName(name)), closedAt)
}

// MarkClosed implements session.ClosedWindows: it is the lock's own file that says
// so, to those that wait for it.
func (s *Store) MarkClosed(name string) {
	writeLockText(s.home.path("locks", lockName(name)), rand.Text(), closedAt)
}

// writeLockText is for the waiters' information only: a failure is not worth
// an error.
func writeLockText(path, self string, at int64) {
	text := make([]byte, holderSize)
	copy(text, self)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	_, _ = f.WriteAt(text, at)
	f.Close()
}

// readLockText returns what was written there, fit for a terminal.
func readLockText(path string, at int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	text := make([]byte, holderSize)
	n, _ := f.ReadAt(text, at)
	text, _, _ = bytes.Cut(text[:n], []byte{0})
	return session.OneLine(string(text), holderSize)
}

func lockError(dir string, err error) error {
	if files.HasNoLocks(err) {
		return fmt.Errorf("locking in %s: its file system does not support locks; set XDG_STATE_HOME to a local directory: %w", dir, err)
	}
	return fmt.Errorf("locking in %s: %w", dir, err)
}
