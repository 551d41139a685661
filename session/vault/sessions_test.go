package vault

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

var background = context.Background()

// TestRoundTrip fills every field of a session by reflection, so that a field
// added to it and forgotten in wire is found here.
func TestRoundTrip(t *testing.T) {
	var want session.Session
	fill(t, reflect.ValueOf(&want).Elem(), "session")
	want.Color = "" // the configuration says it anew
	s := newStore(t, &fakeKeyring{}, noRing{})
	mustPut(t, s, "key", want)
	got, err := s.Get(background, "key")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v\nwant %#v", got, want)
	}
	if got.Credentials.SecretAccessKey.Reveal() != want.Credentials.SecretAccessKey.Reveal() {
		t.Error("the secret was not kept")
	}
}

func fill(t *testing.T, v reflect.Value, path string) {
	switch value := v.Addr().Interface().(type) {
	case *string:
		*value = path
	case *time.Time:
		*value = noon().Add(time.Duration(len(path)) * time.Hour)
	case *session.Secret:
		*value = session.NewSecret(path)
	default:
		if v.Kind() != reflect.Struct {
			t.Fatalf("%s is a %s: teach wire.go and this test to keep it", path, v.Type())
		}
		for i := range v.NumField() {
			fill(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	}
}

func TestNothingKept(t *testing.T) {
	k := &fakeKeyring{}
	s := newStore(t, k, &fakeRing{})
	if _, err := s.Get(background, "key"); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("got %v", err)
	}
	if list, err := s.List(background); err != nil || len(list) != 0 {
		t.Errorf("got %v, %v", list, err)
	}
	if err := s.DeleteAll(background, false); err != nil {
		t.Error(err)
	}
	if s.Passwords().WasRefused(background, session.Org{}, session.NewSecret("x")) {
		t.Error("refused")
	}
	if k.calls != 0 {
		t.Errorf("an empty store asked the keyring %d times", k.calls)
	}
	if _, err := os.Stat(string(s.home)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
}

// TestTamper changes every byte of a file in turn, cuts it at every length and
// lengthens it: it never opens, and is removed.
func TestTamper(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustPut(t, s, "key", canarySession(canaryProfile, noon().Add(time.Hour)))
	path := file(t, s, "key")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(background, "key"); !errors.Is(err, session.ErrNoSession) {
			t.Fatalf("%s: got %v, %v", what, got, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s: the file was not removed: %v", what, err)
		}
	}
	for i := range whole {
		data := bytes.Clone(whole)
		data[i] ^= 1
		check(fmt.Sprintf("byte %d of %d", i, len(whole)), data)
		check(fmt.Sprintf("cut at %d", i), whole[:i])
	}
	check("lengthened", append(bytes.Clone(whole), 0))
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(background, "key"); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

func TestRenamed(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustPut(t, s, "dev", canarySession("dev", noon().Add(time.Hour)))
	mustPut(t, s, "prod", canarySession("prod", noon().Add(time.Hour)))
	if err := os.Rename(file(t, s, "prod"), file(t, s, "dev")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(background, "dev"); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("prod's file in dev's place opened: %v, %v", got.Profile, err)
	}
}

// TestOtherText seals, with the right key and name, a payload that says it is
// for another key.
func TestOtherText(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustPut(t, s, "dev", canarySession("dev", noon().Add(time.Hour)))
	path := file(t, s, "dev")
	k, _ := s.keys.nearKey()
	plain, err := encodeSession(keptSession{canarySession("prod", noon().Add(time.Hour)), "prod", moment{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, k.seal(filepath.Base(path), plain), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(background, "dev"); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("got %v", err)
	}
}

// TestNewerVersion: a file of a stsx to come is not opened, and left alone by
// the sweep of an older one.
func TestNewerVersion(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	data, err := os.ReadFile(file(t, s, "key"))
	if err != nil {
		t.Fatal(err)
	}
	data[len(sealMagic)] = formatVersion + 1
	newer := s.home.path(sessionsFolder, strings.Repeat("ab", 16))
	if err := os.WriteFile(newer, data, 0o600); err != nil {
		t.Fatal(err)
	}
	mustPut(t, s, "other", canarySession("b", noon().Add(time.Hour)))
	if _, err := os.Stat(newer); err != nil {
		t.Error(err)
	}
	if list, err := s.List(background); err != nil || len(list) != 2 {
		t.Errorf("got %d sessions, %v", len(list), err)
	}
}

func TestListDelete(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	for _, name := range []string{"prod", "dev", "stage"} {
		mustPut(t, s, "key of "+name, canarySession(name, noon().Add(time.Hour)))
	}
	listed := func() (names string) {
		t.Helper()
		list, err := s.List(background)
		if err != nil {
			t.Fatal(err)
		}
		for _, kept := range list {
			names += kept.Profile + " "
		}
		return names
	}
	if got := listed(); got != "dev prod stage " {
		t.Errorf("got %q", got)
	}
	n, err := s.Delete(background, func(k session.Session) bool { return k.Profile == "prod" })
	if n != 1 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if got := listed(); got != "dev stage " {
		t.Errorf("got %q", got)
	}
}

func TestPutSweeps(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustPut(t, s, "ended", canarySession("ended", noon().Add(time.Minute)))
	dir := s.home.path(sessionsFolder)
	write := func(name string, data []byte, age time.Duration) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, noon(), noon().Add(-age)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := makeKey().seal("foreign", []byte("{}"))
	gone := []string{
		file(t, s, "ended"),
		write(".x.stsx-new-old", nil, 2*time.Hour),
		write("damaged", []byte("stsx"), 0),
		write("foreign", foreign, 25*time.Hour),
	}
	stay := []string{write(".x.stsx-new-new", nil, 0), write("foreign-new", foreign, time.Hour)}
	s.now = func() time.Time { return noon().Add(2 * time.Minute) }
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	for _, path := range gone {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", filepath.Base(path), err)
		}
	}
	for _, path := range append(stay, file(t, s, "key")) {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// TestSaysNothing looks for what a session is about in every file and name.
func TestSaysNothing(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	org := session.Org{Name: "canary-org", URL: "https://canary-host.okta.com/app", Username: "canary-jane"}
	mustPut(t, s, "canary-key", canarySession(canaryProfile, noon().Add(time.Hour)))
	s.Passwords().MarkRefused(background, org, session.NewSecret("canary-password"))
	if err := s.Passwords().Decline(background, org); err != nil {
		t.Fatal(err)
	}
	unlock, err := s.Lock(background, org.ID(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	k, _ := s.keys.nearKey()
	canaries := []string{"canary", "Canary", "CANARY", canaryAccount, "okta.com", string(k.secret[:]), hex.EncodeToString(k.secret[:])}
	files := 0
	err = filepath.WalkDir(string(s.home), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := strings.TrimPrefix(path, filepath.Dir(string(s.home)))
		want := fs.FileMode(0o700)
		if !e.IsDir() {
			files++
			want = 0o600
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += string(data)
		}
		if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %04o, want %04o", path, got, want)
		}
		for _, c := range canaries {
			if strings.Contains(text, c) {
				t.Errorf("%s holds %q", path, c)
			}
		}
		return nil
	})
	if err != nil || files != 5 { // session, key's lock, refused, declined, lock
		t.Errorf("looked at %d files, %v", files, err)
	}
}

func TestWideDirectoryIsClosed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are Unix's")
	}
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	for _, dir := range []string{string(s.home), s.home.path(sessionsFolder)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	for _, dir := range []string{string(s.home), s.home.path(sessionsFolder)} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", dir, info.Mode(), err)
		}
	}
}

func TestOtherUsersDirectory(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("owners are Unix's")
	}
	dir := "/usr" // root's
	if os.Geteuid() == 0 {
		dir = t.TempDir()
		if err := os.Chown(dir, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	s := storeIn(dir, &fakeKeyring{}, &fakeRing{})
	err := s.Put(background, "key", canarySession("a", noon().Add(time.Hour)))
	if err == nil || !strings.Contains(err.Error(), "belongs to uid") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Lock(background, "a", "b", nil); err == nil || !strings.Contains(err.Error(), "belongs to uid") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, sessionsFolder)); err == nil {
		t.Error("something was written there")
	}
}

func TestOtherUsersFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	warned := ""
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	s.warn = func(message string) { warned += message }
	mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
	if err := os.Chown(file(t, s, "key"), 12345, 12345); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(background, "key"); !errors.Is(err, session.ErrNoSession) || !strings.Contains(warned, "belongs to uid 12345") {
		t.Errorf("got %v, warned %q", err, warned)
	}
}

func TestDeleteAll(t *testing.T) {
	for _, c := range []struct {
		name    string
		keyring *fakeKeyring
		fails   bool
	}{
		{"keyring there", &fakeKeyring{}, false},
		{"no keyring service", &fakeKeyring{err: noServiceError("no D-Bus")}, false},
		{"keyring in trouble", &fakeKeyring{err: errors.New("broken")}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &fakeRing{}
			s := newStore(t, c.keyring, r)
			mustPut(t, s, "key", canarySession("a", noon().Add(time.Hour)))
			s.Passwords().MarkRefused(background, session.Org{}, session.NewSecret("x"))
			r.key = nil // the kernel's copy is gone: the sessions can't be opened
			if err := s.DeleteAll(background, true); (err != nil) != c.fails {
				t.Errorf("got %v", err)
			}
			for _, room := range []string{sessionsFolder, refusedFolder} {
				if left := fileNames(s.home.path(room)); len(left) > 0 {
					t.Errorf("left in %s: %v", room, left)
				}
			}
			if len(c.keyring.items) > 0 {
				t.Error("the key is still in the keyring")
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	for _, c := range []struct {
		name string
		ring func(dir string) keyRing
	}{
		{"key in kernel", newKernelRing},
		{"key in memory", func(string) keyRing { return &fakeRing{} }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := newStore(b, &fakeKeyring{}, nil)
			s.keys.kernel = c.ring(string(s.home))
			b.Cleanup(func() { s.keys.kernel.remove() })
			for i := range 20 {
				long := canarySession("a", noon().Add(time.Hour))
				long.Credentials.SessionToken = session.NewSecret(strings.Repeat("t", 1200))
				mustPut(b, s, fmt.Sprint("key", i), long)
			}
			for b.Loop() {
				if _, err := s.Get(background, "key7"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
