package vault

import (
	"errors"
	"testing"
	"time"

	"stsx/session"
)

func TestRefused(t *testing.T) {
	r := &fakeRing{}
	s := newStore(t, &fakeKeyring{}, r)
	now := noon()
	s.now = func() time.Time { return now }
	org, other := session.Org{URL: "https://a.okta.com", Username: "jane"}, session.Org{URL: "https://b.okta.com", Username: "jane"}
	wrong, right := session.NewSecret("wrong"), session.NewSecret("right")
	check := func(o session.Org, password session.Secret, want bool) {
		t.Helper()
		if got := storeAt(s).Passwords().WasRefused(background, o, password); got != want {
			t.Errorf("refused %v, want %v", got, want)
		}
	}
	check(org, wrong, false)
	s.Passwords().MarkRefused(background, org, wrong)
	check(org, wrong, true)
	check(org, right, false)
	check(other, wrong, false)
	now = now.Add(10*time.Minute - time.Second)
	check(org, wrong, true)
	now = now.Add(time.Second)
	check(org, wrong, false)
	s.Passwords().MarkRefused(background, other, wrong)
	if left := fileNames(s.home.path(refusedFolder)); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	s.Passwords().MarkRefused(background, org, wrong)
	s.Passwords().ClearRefused(org)
	check(org, wrong, false)
	check(other, wrong, true)
	now = now.Add(-24 * time.Hour) // a clock put back doesn't lengthen it
	check(other, wrong, false)
}

// storeAt is another process's view of s.
func storeAt(s *Store) *Store {
	other := storeIn(string(s.home), s.keyring.of, s.keys.kernel)
	other.now = s.now
	return other
}

func TestRefusedWithoutAKey(t *testing.T) {
	s := newStore(t, &fakeKeyring{err: errors.New("none")}, noRing{})
	s.Passwords().MarkRefused(background, session.Org{}, session.NewSecret("x"))
	if s.Passwords().WasRefused(background, session.Org{}, session.NewSecret("x")) {
		t.Error("without a key nothing can be remembered")
	}
}
