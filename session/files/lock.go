package files

import (
	"context"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// A lock that another holds is tried again after lockPoll, and ever more rarely
// up to slowestLockPoll: a hundred that wait for a sign-in leave it the machine.
const (
	lockPoll        = 25 * time.Millisecond
	slowestLockPoll = 200 * time.Millisecond
)

// Lock is a file that one process holds. The lock is the file's, not its
// existence: the kernel ends it with the process, kill -9 included, and
// children don't inherit it.
type Lock struct {
	file *flock.Flock
	once sync.Once
}

// TryLock takes the lock at path, whose file it makes; nil when another holds
// it.
func TryLock(path string) (*Lock, error) {
	return tryLock(flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600)))
}

// TryLockLeft is TryLock of a file that must be there already.
func TryLockLeft(path string) (*Lock, error) {
	return tryLock(flock.New(path, flock.SetFlag(os.O_RDWR)))
}

func tryLock(file *flock.Flock) (*Lock, error) {
	ok, err := file.TryLock()
	if isInUse(err) {
		return nil, nil
	}
	if !ok || err != nil {
		return nil, err
	}
	// A lock on a file that was removed meanwhile is one on a file that nobody
	// else will look at.
	held, err := file.Stat()
	if err != nil {
		file.Unlock()
		return nil, err
	}
	if named, err := os.Stat(file.Path()); err != nil || !os.SameFile(held, named) {
		file.Unlock()
		return nil, nil
	}
	return &Lock{file: file}, nil
}

// WaitLock waits until no other process holds the lock at path. waiting, which
// may be nil, is called each time that another is found to hold it; false ends the
// wait, and nobody has the lock: nil. Errors: the context's, what the file system said.
func WaitLock(ctx context.Context, path string, waiting func() bool) (*Lock, error) {
	for wait := lockPoll; ; wait = min(wait*5/4, slowestLockPoll) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if lock, err := TryLock(path); lock != nil || err != nil {
			return lock, err
		}
		if waiting != nil && !waiting() {
			return nil, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// Path is the file's.
func (l *Lock) Path() string { return l.file.Path() }

// Release lets go and leaves the file. A second call does nothing.
func (l *Lock) Release() { l.once.Do(func() { l.file.Unlock() }) }

// Remove removes the file and lets go. A second call does nothing.
func (l *Lock) Remove() {
	l.once.Do(func() {
		os.Remove(l.Path())
		l.file.Unlock()
		if runtime.GOOS == "windows" { // which removes no file that is open
			os.Remove(l.Path())
		}
	})
}
