package vault

import (
	"bytes"
	"context"
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
	sum := sha256.Sum256([]byte(name))
	path := filepath.Join(dir, hex.EncodeToString(sum[:16])+".lock")
	polls, last := 0, ""
	held, err := files.WaitLock(ctx, path, func() bool {
		polls++
		if waiting == nil {
			return true
		}
		// A holder that has only just got the lock may have said nothing yet.
		holder := readHolder(path)
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
	writeHolder(path, self)
	return sync.OnceFunc(func() {
		writeHolder(path, "")
		held.Release()
	}), nil
}

// writeHolder is for the waiters' information only: a failure is not worth
// an error.
func writeHolder(path, self string) {
	text := make([]byte, holderSize)
	copy(text, self)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	_, _ = f.WriteAt(text, holderAt)
	f.Close()
}

// readHolder returns what the holder said of itself, fit for a terminal.
func readHolder(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	text := make([]byte, holderSize)
	n, _ := f.ReadAt(text, holderAt)
	text, _, _ = bytes.Cut(text[:n], []byte{0})
	return session.OneLine(string(text), holderSize)
}

func lockError(dir string, err error) error {
	if files.HasNoLocks(err) {
		return fmt.Errorf("locking in %s: its file system does not support locks; set XDG_STATE_HOME to a local directory: %w", dir, err)
	}
	return fmt.Errorf("locking in %s: %w", dir, err)
}
