package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/files"
)

// deadAfter is the age at which a session's file is of no use whatever it
// holds: STS lets no session live longer than 12 hours.
const deadAfter = 24 * time.Hour

const sessions = "sessions"

// Kept is a session in the store, with the key it is kept under.
type Kept struct {
	session.Session
	Key string

	path string
}

// Get implements session.Store. With the key in the kernel's keyring it costs
// a few system calls; the OS keyring is asked only when there are files that
// the near key does not explain. What lies under key's name and can't be
// opened is removed.
func (s *Store) Get(ctx context.Context, key string) (session.Session, error) {
	near, have := s.keys.near()
	if have {
		if found, ok := s.look(near, key); ok {
			return found, nil
		}
	}
	if !s.unexplained(sessions, near, have) {
		return session.Session{}, session.ErrNoSession
	}
	far, err := s.keys.far(ctx)
	if ctx.Err() != nil {
		return session.Session{}, ctx.Err()
	}
	if err != nil {
		return session.Session{}, fmt.Errorf("%w that can be opened: %w", session.ErrNoSession, err)
	}
	if have && far == near {
		return session.Session{}, session.ErrNoSession
	}
	found, ok := s.look(far, key)
	if ok || !have {
		s.keys.adopt(far)
	}
	if !ok {
		return session.Session{}, session.ErrNoSession
	}
	return found, nil
}

// look opens the session under key with k. The file's name comes from k, so
// a file that is there and doesn't open never will.
func (s *Store) look(k key, key string) (session.Session, bool) {
	path := s.home.path(sessions, k.name(key))
	found, info, err := openSession(k, path)
	if err == nil && found.Key == key {
		return found.Session, true
	}
	switch {
	case info != nil:
		files.RemoveSame(path, info)
	case !errors.Is(err, fs.ErrNotExist):
		s.warn("reading a session: " + err.Error())
	}
	return session.Session{}, false
}

// openSession reads the file at path. info is nil when it could not be read.
func openSession(k key, path string) (found Kept, info fs.FileInfo, err error) {
	data, info, err := files.ReadOwn(path)
	if err != nil {
		return Kept{}, nil, err
	}
	name := filepath.Base(path)
	plain, err := k.open(name, data)
	if err != nil {
		return Kept{}, info, err
	}
	text, opened, err := decode(plain)
	if err != nil {
		return Kept{}, info, err
	}
	if k.name(text) != name {
		return Kept{}, info, errDamaged
	}
	return Kept{Session: opened, Key: text, path: path}, info, nil
}

// unexplained reports whether room holds a file that another key than k sealed.
func (s *Store) unexplained(room string, k key, have bool) bool {
	dir := s.home.path(room)
	for _, name := range fileNames(dir) {
		head := headOf(filepath.Join(dir, name))
		if head != nil && !(have && bytes.Equal(head, k.head())) {
			return true
		}
	}
	return false
}

// headOf returns the head of a sealed file of this version, nil for others.
func headOf(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, headSize)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.HasPrefix(head, append([]byte(magic), version)) {
		return nil
	}
	return head
}

// Put implements session.Store. What is out of date in the store is removed
// on the way.
func (s *Store) Put(ctx context.Context, key string, kept session.Session) error {
	dir, err := s.home.room(sessions)
	if err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	k, err := s.keys.make(ctx)
	if err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	plain, err := encode(key, kept)
	if err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	name := k.name(key)
	if err := files.Replace(filepath.Join(dir, name), k.seal(name, plain)); err != nil {
		return fmt.Errorf("keeping the session: %w", err)
	}
	if s.due() {
		s.sweep(k, dir)
	}
	return nil
}

// due is false where a sweep has been of late: who puts hundreds of sessions
// need not open all of them each time.
func (s *Store) due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if since := now.Sub(s.swept); since >= 0 && since < time.Minute {
		return false
	}
	s.swept = now
	return true
}

// sweep removes sessions that have ended, files that can never be opened and
// what killed writers left. A file of another key or version is left alone
// until no session can live in it: its key may only be out of reach.
func (s *Store) sweep(k key, dir string) {
	files.RemoveUnfinished(dir, s.now())
	for _, name := range fileNames(dir) {
		path := filepath.Join(dir, name)
		found, info, err := openSession(k, path)
		switch {
		case info == nil:
		case s.now().Sub(info.ModTime()) > deadAfter, errors.Is(err, errDamaged):
			files.RemoveSame(path, info)
		case err == nil && !found.Credentials.Expires.After(s.now()):
			files.RemoveSame(path, info)
		}
	}
}

// List returns the sessions that can be opened, ended ones included, sorted
// by profile. Errors: session.ErrNoKeyring (wrapped) when there are sessions
// and nothing to open them with, the context's.
func (s *Store) List(ctx context.Context) ([]Kept, error) {
	near, have := s.keys.near()
	var list []Kept
	if have {
		list = s.opened(near)
	}
	if s.unexplained(sessions, near, have) {
		far, err := s.keys.far(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		switch {
		case err == nil && !(have && far == near):
			list = append(list, s.opened(far)...)
			if !have {
				s.keys.adopt(far)
			}
		case err != nil && !have && !errors.Is(err, errAbsent):
			return nil, fmt.Errorf("listing sessions: %w: %w", session.ErrNoKeyring, err)
		}
	}
	slices.SortStableFunc(list, func(a, b Kept) int {
		return cmp.Or(cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Key, b.Key), b.Credentials.Expires.Compare(a.Credentials.Expires))
	})
	// Under two keys, one session may be there twice: the longer one counts.
	return slices.CompactFunc(list, func(a, b Kept) bool { return a.Key == b.Key }), nil
}

func (s *Store) opened(k key) []Kept {
	dir := s.home.path(sessions)
	var list []Kept
	for _, name := range fileNames(dir) {
		if found, _, err := openSession(k, filepath.Join(dir, name)); err == nil {
			list = append(list, found)
		}
	}
	return list
}

// Delete forgets the sessions that match and returns how many. Errors as List.
func (s *Store) Delete(ctx context.Context, match func(session.Session) bool) (int, error) {
	list, err := s.List(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, kept := range list {
		if !match(kept.Session) {
			continue
		}
		switch gone := os.Remove(kept.path); {
		case gone == nil:
			n++
		case !errors.Is(gone, fs.ErrNotExist):
			err = errors.Join(err, fmt.Errorf("forgetting the session of %s: %w", kept.Profile, gone))
		}
	}
	return n, err
}

// DeleteAll forgets every session, every org's cookies and every refused
// password, whether or not they can be opened, and withKey the key too, in
// every keyring.
func (s *Store) DeleteAll(ctx context.Context, withKey bool) error {
	err := errors.Join(files.RemoveAll(s.home.path(sessions)), files.RemoveAll(s.home.path(cookies)), files.RemoveAll(s.home.path(refused)))
	if withKey {
		err = errors.Join(err, s.keys.remove(ctx))
	}
	return err
}
