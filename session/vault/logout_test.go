package vault

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

// backUp reads every file of the store, and returns what puts them back.
func backUp(t *testing.T, s *Store) (putBack func()) {
	t.Helper()
	kept := map[string][]byte{}
	for _, folder := range []string{sessionsFolder, cookiesFolder} {
		for _, name := range fileNames(s.home.path(folder)) {
			path := s.home.path(folder, name)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			kept[path] = data
		}
	}
	return func() {
		t.Helper()
		for path, data := range kept {
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPutBackAfterLogout: files that are put back after a logout, as by a
// backup, hold nothing that can be used, and nothing else is lost.
func TestPutBackAfterLogout(t *testing.T) {
	dev := func(s session.Session) bool { return s.Profile == "dev" }
	for where, c := range map[string]struct {
		keyring *fakeKeyring
		ring    keyRing
	}{
		"both keyrings":   {&fakeKeyring{}, &fakeRing{}},
		"kernel alone":    {&fakeKeyring{err: noServiceError("none")}, &fakeRing{}},
		"OS alone":        {&fakeKeyring{}, noRing{}},
		"kernel, no item": {&fakeKeyring{}, &fakeRing{key: someKey()}},
	} {
		for how, logOut := range map[string]struct {
			do   func(s *Store) error
			left string // of the sessions
		}{
			"one profile": {func(s *Store) error { _, err := s.Delete(background, dev, acme()); return err }, "prod"},
			"cookies alone": {func(s *Store) error {
				_, err := s.Delete(background, func(session.Session) bool { return false }, acme())
				return err
			}, "dev prod"},
			"all":          {func(s *Store) error { return s.DeleteAll(background, false) }, ""},
			"all, and key": {func(s *Store) error { return s.DeleteAll(background, true) }, ""},
		} {
			t.Run(where+"/"+how, func(t *testing.T) {
				k := &fakeKeyring{err: c.keyring.err, items: maps.Clone(c.keyring.items)}
				ring := c.ring
				if r, ok := ring.(*fakeRing); ok {
					ring = &fakeRing{key: r.key}
				}
				s := newStore(t, k, ring)
				s.warn = func(text string) { t.Error(text) }
				hidden := func(err error) error { // there are files, and no key at all any more
					if where == "kernel alone" && logOut.left == "" && errors.Is(err, session.ErrNoKeyring) {
						return nil
					}
					return err
				}
				other := session.Org{Name: "other", URL: "https://other.okta.com/home/aws/1"}
				for _, name := range []string{"dev", "prod"} {
					mustPut(t, s, name, canarySession(name, noon().Add(time.Hour)))
				}
				mustKeep(t, s, acme(), sampleCookies(t))
				mustKeep(t, s, other, sampleCookies(t))
				putBack := backUp(t, s)
				if err := logOut.do(s); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					for _, process := range []*Store{s, storeIn(string(s.home), k, ring)} {
						process.now = s.now
						list, err := process.List(background)
						var names []string
						for _, kept := range list {
							names = append(names, kept.Profile)
						}
						if strings.Join(names, " ") != logOut.left || hidden(err) != nil {
							t.Errorf("sessions: %v, %v, want %s", names, err, logOut.left)
						}
						if _, err := process.Get(background, "dev"); (err == nil) != strings.Contains(logOut.left, "dev") {
							t.Errorf("dev: %v", err)
						}
						if r, err := process.Jar().Remembered(background, acme()); !r.IsZero() || hidden(err) != nil {
							t.Errorf("cookies: %v, %v", r, err)
						}
						if r, err := process.Jar().Remembered(background, other); r.IsZero() == (logOut.left != "") || hidden(err) != nil {
							t.Errorf("the other cookies: %v, %v", r, err)
						}
					}
					putBack()
				}
			})
		}
	}
}

// TestKeyOfLogoutStays: where the OS keyring holds the key and can't be asked,
// the person is told, and the files are gone all the same.
func TestKeyOfLogoutStays(t *testing.T) {
	r, k := &fakeRing{}, &fakeKeyring{}
	s := newStore(t, k, r)
	warned := ""
	s.warn = func(text string) { warned += text }
	mustPut(t, s, "dev", canarySession("dev", noon().Add(time.Hour)))
	mustPut(t, s, "prod", canarySession("prod", noon().Add(time.Hour)))
	k.err = errors.New("locked")
	n, err := s.Delete(background, func(s session.Session) bool { return s.Profile == "dev" })
	if n != 1 || err != nil || !strings.Contains(warned, "a copy of them could be used: locked") {
		t.Errorf("%d, %v, warned %q", n, err, warned)
	}
	if list, err := s.List(background); len(list) != 1 || err != nil {
		t.Errorf("%v, %v", list, err)
	}
	// What matches nothing changes no key and tells nothing.
	warned, k.calls = "", 0
	if n, err := s.Delete(background, func(session.Session) bool { return false }, acme()); n != 0 || err != nil || warned != "" ||
		k.calls != 0 {
		t.Errorf("%d, %v, warned %q, %d calls", n, err, warned, k.calls)
	}
}

func someKey() *key {
	k := makeKey()
	return &k
}
