package vault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"stsx/session"
	"stsx/session/files"
)

// fakeKeyring is a keyring in memory that can fail, hang and be counted.
type fakeKeyring struct {
	mu    sync.Mutex
	items map[string]string
	err   error         // what every call returns
	hang  chan struct{} // every call waits for its end
	calls int
}

func (f *fakeKeyring) call() error {
	f.mu.Lock()
	f.calls++
	hang, err := f.hang, f.err
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	return err
}

func (f *fakeKeyring) Get(keyringService, user string) (string, error) {
	if err := f.call(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	secret, ok := f.items[keyringService+"/"+user]
	if !ok {
		return "", ErrNotFound
	}
	return secret, nil
}

func (f *fakeKeyring) Set(keyringService, user, secret string) error {
	if err := f.call(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.items == nil {
		f.items = map[string]string{}
	}
	f.items[keyringService+"/"+user] = secret
	return nil
}

func (f *fakeKeyring) Delete(keyringService, user string) error {
	if err := f.call(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.items[keyringService+"/"+user]; !ok {
		return ErrNotFound
	}
	delete(f.items, keyringService+"/"+user)
	return nil
}

// fileKeyring is a keyring that several processes share.
type fileKeyring string

func (f fileKeyring) path(user string) string { return filepath.Join(string(f), user) }

func (f fileKeyring) Get(_, user string) (string, error) {
	data, err := os.ReadFile(f.path(user))
	if errors.Is(err, os.ErrNotExist) {
		return "", ErrNotFound
	}
	return string(data), err
}

func (f fileKeyring) Set(_, user, secret string) error {
	return files.Replace(f.path(user), []byte(secret))
}

func (f fileKeyring) Delete(_, user string) error { return os.Remove(f.path(user)) }

// fakeRing is a kernel keyring in memory.
type fakeRing struct {
	mu  sync.Mutex
	key *key
	err error
}

func (f *fakeRing) get() (key, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.err != nil:
		return key{}, f.err
	case f.key == nil:
		return key{}, errAbsent
	}
	return *f.key, nil
}

func (f *fakeRing) put(k key) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.key = &k
	}
	return f.err
}

func (f *fakeRing) remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.key = nil
	return nil
}

// noon is when the tests take place. It is near the real time because files'
// ages are judged by it.
func noon() time.Time { return time.Now().UTC().Truncate(time.Second) }

const (
	canaryProfile = "canary-profile"
	canaryAccount = "123456789012"
	canarySecret  = "canarySECRETkey"
	canaryToken   = "canaryTOKEN"
	canaryKeyID   = "ASIACANARYCANARY"
)

// canarySession is a session with every field filled.
func canarySession(profile string, expires time.Time) session.Session {
	return session.Session{
		Profile: profile,
		Role: session.Role{
			ARN:      "arn:aws:iam::" + canaryAccount + ":role/Canary",
			Provider: "arn:aws:iam::" + canaryAccount + ":saml-provider/Canary",
		},
		Only:   "read-only",
		Region: "eu-canary-1",
		ARN:    "arn:aws:sts::" + canaryAccount + ":assumed-role/Canary/jane",
		Issued: noon(),
		Credentials: session.Credentials{
			AccessKeyID:     canaryKeyID,
			SecretAccessKey: session.NewSecret(canarySecret),
			SessionToken:    session.NewSecret(canaryToken),
			Expires:         expires,
		},
	}
}

// newStore returns a store under a temporary directory.
func newStore(t testing.TB, k Keyring, r keyRing) *Store {
	t.Helper()
	return storeIn(filepath.Join(t.TempDir(), "state", "stsx"), k, r)
}

func storeIn(dir string, k Keyring, r keyRing) *Store {
	s := New(Options{Dir: dir, Keyring: k})
	if r != nil {
		s.keys.kernel = r
	}
	return s
}

func mustPut(t testing.TB, s *Store, key string, kept session.Session) {
	t.Helper()
	if err := s.Put(context.Background(), key, kept); err != nil {
		t.Fatal(err)
	}
}

// file returns the path of the one session kept under key.
func file(t testing.TB, s *Store, key string) string {
	t.Helper()
	k, err := s.keys.anyKey(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	path := s.home.path(sessionsFolder, s.sessions.fileName(k, key))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}
