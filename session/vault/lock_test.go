package vault

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"stsx/session/files"
)

func TestLockInOneProcess(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, noRing{})
	var wg sync.WaitGroup
	var inside atomic.Int32
	for range 10 {
		wg.Go(func() {
			unlock, err := s.Lock(background, "a", "self", nil)
			if err != nil {
				t.Error(err)
				return
			}
			if n := inside.Add(1); n != 1 {
				t.Errorf("%d at once", n)
			}
			runtime.Gosched()
			inside.Add(-1)
			unlock()
			unlock() // the second does nothing, also not to another holder
		})
	}
	wg.Wait()
}

func TestLockEndsWithContext(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, noRing{})
	unlock, err := s.Lock(background, "a", "\x1b[31mred\x00unseen", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	calls, holder := 0, ""
	_, err = s.Lock(ctx, "a", "", func(h string) bool {
		calls++
		holder = h
		cancel()
		return true
	})
	if !errors.Is(err, context.Canceled) || calls != 1 || holder != "\ufffd[31mred" {
		t.Errorf("got %v; waiting was called %d times with %q", err, calls, holder)
	}
	if _, err := s.Lock(ctx, "b", "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	unlock()
	ctx, cancel = context.WithCancel(background)
	defer cancel()
	unlock, err = s.Lock(ctx, "a", "", func(string) bool {
		t.Error("waited for a free lock")
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// TestLockNotNeeded: who waits is asked again when the holder changes, and can leave.
// The holder keeps the lock.
func TestLockNotNeeded(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, noRing{})
	unlock, err := s.Lock(background, "a", "the first", nil)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(string(s.home), "locks", "*.lock"))
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	var seen []string
	leave, err := s.Lock(background, "a", "the second", func(holder string) bool {
		seen = append(seen, holder)
		writeLockText(paths[0], "the third", holderAt)
		return len(seen) < 2
	})
	if err != nil || !slices.Equal(seen, []string{"the first", "the third"}) {
		t.Fatalf("asked at %q, %v", seen, err)
	}
	leave()
	if lock, err := files.TryLock(paths[0]); err != nil || lock != nil || readLockText(paths[0], holderAt) != "the third" {
		t.Errorf("the holder lost the lock: %v, %q", err, readLockText(paths[0], holderAt))
	}
	unlock()
}

func TestHolderIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for said, want := range map[string]string{
		"":                            "",
		strings.Repeat("x", 10000):    strings.Repeat("x", holderSize),
		"a\u202eb\nc\xffd":            "a\ufffdb c\ufffdd",
		" pid 1 signing in for prod ": "pid 1 signing in for prod",
	} {
		writeLockText(path, said, holderAt)
		if got := readLockText(path, holderAt); got != want {
			t.Errorf("%.20q… became %q", said, got)
		}
	}
}

// TestClosedMark: it is another after each window that was closed, whoever has the lock.
func TestClosedMark(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, noRing{})
	s.MarkClosed("a") // there is no lock that anybody could wait for
	seen := []string{s.ClosedMark("a")}
	for range 2 {
		unlock, err := s.Lock(background, "a", strings.Repeat("x", 2*holderSize), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.ClosedMark("a"); got != seen[len(seen)-1] {
			t.Errorf("the holder made it %q", got)
		}
		s.MarkClosed("a")
		seen = append(seen, s.ClosedMark("a"))
		unlock()
	}
	if seen[0] != "" || seen[1] == "" || seen[2] == "" || seen[1] == seen[2] || s.ClosedMark("a") != seen[2] || s.ClosedMark("b") != "" {
		t.Errorf("marks %q", seen)
	}
}

// TestLockIsNotInherited: a child of the holder that outlives the lock does
// not keep it.
func TestLockIsNotInherited(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs cat")
	}
	s := newStore(t, &fakeKeyring{}, noRing{})
	unlock, err := s.Lock(background, "a", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer in.Close()
	if runtime.GOOS == "linux" {
		fds, _ := filepath.Glob("/proc/" + strconv.Itoa(child.Process.Pid) + "/fd/*")
		for _, fd := range fds {
			if to, _ := os.Readlink(fd); strings.HasSuffix(to, ".lock") {
				t.Errorf("the child has %s", to)
			}
		}
	}
	unlock()
	again, err := s.Lock(background, "a", "", func(string) bool {
		t.Error("the child kept the lock")
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// TestStateRemovedWhileHeld: a lock on a file that is no longer there is no lock.
func TestStateRemovedWhileHeld(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows doesn't remove open files")
	}
	s := newStore(t, &fakeKeyring{}, noRing{})
	for range 2 {
		unlock, err := s.Lock(background, "a", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if err := os.RemoveAll(string(s.home)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLockError(t *testing.T) {
	for _, err := range []error{syscall.ENOSYS, syscall.ENOTSUP, syscall.ENOLCK, syscall.EINVAL} {
		if got := lockError("/mnt", err).Error(); !strings.Contains(got, "does not support locks; set XDG_STATE_HOME") {
			t.Errorf("%v: %s", err, got)
		}
	}
	if got := lockError("/mnt", syscall.EACCES); strings.Contains(got.Error(), "support") || !errors.Is(got, syscall.EACCES) {
		t.Error(got)
	}
}
