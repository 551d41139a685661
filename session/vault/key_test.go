package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func TestWhereTheKeyGoes(t *testing.T) {
	broken := errors.New("out of order")
	for _, c := range []struct {
		name             string
		ring, keyring    error
		inRing, inSystem bool
		key, passwords   string
	}{
		{"both", nil, nil, true, true, "OS keyring (" + keyringName() + "), copied to the kernel keyring",
			"OS keyring (" + keyringName() + ")"},
		{"kernel only", nil, broken, true, false, "kernel keyring", "not saved: out of order"},
		{"OS only", broken, nil, false, true, "OS keyring (" + keyringName() + ")", "OS keyring (" + keyringName() + ")"},
		{"neither", broken, broken, false, false, "not saved: out of order; the kernel keyring: out of order", "not saved: out of order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, k := &fakeRing{err: c.ring}, &fakeKeyring{err: c.keyring}
			s := newStore(t, k, r)
			want := canarySession("a", noon().Add(time.Hour))
			err := s.Put(background, "key", want)
			if !c.inRing && !c.inSystem {
				if !errors.Is(err, session.ErrNoKeyring) || !strings.Contains(err.Error(), "out of order") {
					t.Errorf("Put: %v", err)
				}
			} else if err != nil {
				t.Errorf("Put: %v", err)
			} else if got, err := storeIn(string(s.home), k, r).Get(background, "key"); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("another process: %v, %v", got, err)
			}
			if (r.key != nil) != c.inRing || (k.items[keyringService+"/"+keyUser] != "") != c.inSystem {
				t.Errorf("kernel %v, OS %v", r.key != nil, k.items)
			}
			key, passwords := s.Where(background)
			if key != c.key || passwords != c.passwords {
				t.Errorf("Where: %q and %q", key, passwords)
			}
		})
	}
}

// TestCachedNeedsNoKeyring: with the kernel's copy, the OS keyring is not asked.
func TestCachedNeedsNoKeyring(t *testing.T) {
	r, k := &fakeRing{}, &fakeKeyring{}
	s := newStore(t, k, r)
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	k.calls = 0
	other := storeIn(string(s.home), k, r)
	mustPut(t, other, "key", canarySession("a", noon().Add(time.Hour)))
	if _, err := other.Get(background, "key"); err != nil {
		t.Error(err)
	}
	if _, err := other.Get(background, "no such"); !errors.Is(err, session.ErrNoSession) {
		t.Error(err)
	}
	if k.calls != 0 {
		t.Errorf("the keyring was asked %d times", k.calls)
	}
}

// TestKernelForgot: after a restart of the machine the key comes from the OS
// keyring, once.
func TestKernelForgot(t *testing.T) {
	r, k := &fakeRing{}, &fakeKeyring{}
	s := newStore(t, k, r)
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	r.key, k.calls = nil, 0
	for range 2 {
		if _, err := s.Get(background, "key"); err != nil {
			t.Error(err)
		}
	}
	if k.calls != 1 || r.key == nil {
		t.Errorf("asked %d times; the kernel has it: %v", k.calls, r.key != nil)
	}
}

// TestMismatch: the kernel holds another key than the one that the OS keyring
// holds and that the files are sealed under.
func TestMismatch(t *testing.T) {
	r, k := &fakeRing{}, &fakeKeyring{}
	s := newStore(t, k, r)
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	right, wrong := *r.key, makeKey()
	r.key = &wrong
	if list, err := s.List(background); err != nil || len(list) != 1 {
		t.Errorf("List: %v, %v", list, err)
	}
	if _, err := s.Get(background, "no such"); !errors.Is(err, session.ErrNoSession) || *r.key != wrong {
		t.Errorf("a miss: %v", err)
	}
	if _, err := s.Get(background, "key"); err != nil {
		t.Error(err)
	}
	if *r.key != right {
		t.Error("the kernel's copy was not put right")
	}
}

// TestKeyOutOfReach: a session whose key can't be had just now is not lost.
func TestKeyOutOfReach(t *testing.T) {
	r, k := &fakeRing{}, &fakeKeyring{}
	s := newStore(t, k, r)
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	r.key, k.err = nil, errors.New("locked")
	if _, err := s.Get(background, "key"); !errors.Is(err, session.ErrNoSession) || !strings.Contains(err.Error(), "locked") {
		t.Errorf("got %v", err)
	}
	if _, err := s.List(background); !errors.Is(err, session.ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
	mustPut(t, s, "other", canarySession("b", noon().Add(time.Hour))) // under a key of the kernel's own
	if len(fileNames(s.home.path(sessionsFolder))) != 2 {
		t.Error("the session was swept")
	}
	k.err = nil
	if _, err := s.Get(background, "key"); err != nil {
		t.Error(err)
	}
}

// TestLogoutMeanwhile: a long-lived process without a kernel keyring doesn't
// seal under a key that another process has removed.
func TestLogoutMeanwhile(t *testing.T) {
	k := &fakeKeyring{}
	s := newStore(t, k, noRing{})
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	other := storeIn(string(s.home), k, noRing{})
	if err := other.DeleteAll(background, true); err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	if _, err := other.Get(background, "key"); err != nil {
		t.Error(err)
	}
	// And one that has the old key in memory finds the new one.
	mustPut(t, other, "key", canarySession("a", noon().Add(time.Hour)))
	if _, err := s.Get(background, "key"); err != nil {
		t.Error(err)
	}
}

func TestNotAKeyInTheKeyring(t *testing.T) {
	for _, item := range []string{"", "rubbish", base64.StdEncoding.EncodeToString(make([]byte, 31)),
		base64.StdEncoding.EncodeToString(make([]byte, 33))} {
		k := &fakeKeyring{items: map[string]string{keyringService + "/" + keyUser: item}}
		s := newStore(t, k, &fakeRing{})
		mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
		if k.items[keyringService+"/"+keyUser] == item {
			t.Errorf("%q was kept", item)
		}
	}
}

// silent is macOS's keychain when it refuses: Set says nothing.
type silent struct{ fakeKeyring }

func (*silent) Set(string, string, string) error { return nil }

func TestSilentKeyring(t *testing.T) {
	s := newStore(t, &silent{}, noRing{})
	if err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour))); !errors.Is(err, session.ErrNoKeyring) {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	k := &fakeKeyring{}
	s := newStore(t, k, &fakeRing{err: errNoRing})
	if err := s.Put(ctx, "key", canarySession("a", noon().Add(time.Hour))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(k.items) > 0 {
		t.Error("a key was made")
	}
}

func TestKeyPrintsAsNothing(t *testing.T) {
	k := makeKey()
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		if got := fmt.Sprintf(verb, k) + fmt.Sprintf(verb, &k); got != "[key][key]" {
			t.Errorf("%s: %s", verb, got)
		}
	}
}
