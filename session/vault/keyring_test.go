package vault

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

// TestHang: a keyring that hangs costs its deadline once, and is used again
// when it has come back.
func TestHang(t *testing.T) {
	hang := make(chan struct{})
	k := &fakeKeyring{hang: hang}
	s := newStore(t, k, &fakeRing{})
	if s.keyring.wait != 3*time.Second {
		t.Errorf("the deadline is %s", s.keyring.wait)
	}
	s.keyring.wait = 20 * time.Millisecond
	org := session.Org{URL: "https://acme.okta.com", Username: "jane"}
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	_, err := s.Passwords().Password(background, org)
	if !errors.Is(err, session.ErrNoKeyring) || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("got %v", err)
	}
	k.mu.Lock()
	if k.calls != 1 {
		t.Errorf("the hanging keyring was called %d times", k.calls)
	}
	k.hang = nil
	k.mu.Unlock()
	close(hang)
	s.keyring.slot <- struct{}{} // given back when the late call has ended
	<-s.keyring.slot
	if _, err := s.Passwords().Password(background, org); !errors.Is(err, session.ErrNoPassword) {
		t.Errorf("after it came back: %v", err)
	}
}

func TestHangEndsWithContext(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	b := newBoundedKeyring(&fakeKeyring{hang: hang}, time.Hour)
	ctx, cancel := context.WithCancel(background)
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := b.get(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The slot is taken; the wait for it is bounded too.
	b.wait = 10 * time.Millisecond
	if _, err := b.get(background, "a"); err == nil || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("got %v", err)
	}
}

type panicking struct{ fakeKeyring }

func (*panicking) Get(string, string) (string, error) { panic("nil signal") }

func TestPanicIsAnError(t *testing.T) {
	b := newBoundedKeyring(&panicking{}, time.Hour)
	for range 2 {
		if _, err := b.get(background, "a"); err == nil || strings.Contains(err.Error(), "nil signal") ||
			!strings.Contains(err.Error(), "keyring_test.go:") {
			t.Errorf("got %v", err)
		}
	}
}

// TestLockedPromptsOnce: who dismissed the keyring's prompt isn't shown it
// again at every step of a sign-in.
func TestLockedPromptsOnce(t *testing.T) {
	k := &fakeKeyring{err: &lockedError{errors.New("dismissed")}}
	s := newStore(t, k, noRing{})
	for range 2 {
		if err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour))); !errors.Is(err, session.ErrNoKeyring) ||
			!strings.Contains(err.Error(), "dismissed") {
			t.Errorf("got %v", err)
		}
	}
	if k.calls != 1 {
		t.Errorf("prompted %d times", k.calls)
	}
	k.err, s.keyring.until = nil, time.Time{}
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
}

// TestKeychainEnds: what macOS's security says with its exit status.
func TestKeychainEnds(t *testing.T) {
	for status, want := range map[string]string{
		"36": "security unlock-keychain", "51": "was not given its password", "128": "was not given its password", "1": "exit status 1",
	} {
		shell, err := exec.LookPath("sh")
		if err != nil {
			t.Skip(err)
		}
		err = knownError(exec.Command(shell, "-c", "exit "+status).Run())
		var locked *lockedError
		if err == nil || !strings.Contains(err.Error(), want) || errors.As(err, &locked) != (status != "1") {
			t.Errorf("%s: %v", status, err)
		}
	}
}
