package vault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"stsx/session"
)

const (
	sessionsFolder = "sessions"
	// sessionLife is the age at which a session's file is of no use whatever it
	// holds: STS lets no session live longer than 12 hours.
	sessionLife = 24 * time.Hour
)

// keptSession is a session with the text that it is kept under, and when it was.
type keptSession struct {
	session.Session
	key string
	at  moment
}

func (s *Store) newSessionFolder() *sealedFolder[keptSession] {
	return &sealedFolder[keptSession]{
		home: s.home, keys: s.keys, now: s.clock, warn: s.showWarning,
		name: sessionsFolder, holds: "a session", purpose: "session name", life: sessionLife,
		encode: encodeSession, decode: s.openSession,
		under: func(kept keptSession) string { return kept.key },
		ended: func(kept keptSession) bool { return !kept.Credentials.Expires.After(s.now()) },
	}
}

// openSession is decodeSession by the clock as it stands: where that was set back, a
// session ends earlier by it.
func (s *Store) openSession(plain []byte) (keptSession, error) {
	kept, err := decodeSession(plain)
	now := s.moment()
	if back := now.setBackSince(kept.at); err == nil && back > 0 {
		kept.Issued, kept.Credentials.Expires, kept.at = kept.Issued.Add(-back), kept.Credentials.Expires.Add(-back), now
	}
	return kept, err
}

// Get implements session.SessionStore.
func (s *Store) Get(ctx context.Context, key string) (session.Session, error) {
	found, ok, err := s.sessions.find(ctx, key)
	switch {
	case ok:
		return found.Session, nil
	case ctx.Err() != nil:
		return session.Session{}, ctx.Err()
	case err != nil:
		return session.Session{}, fmt.Errorf("%w that can be opened: %w", session.ErrNoSession, err)
	}
	return session.Session{}, session.ErrNoSession
}

// Put implements session.SessionStore.
func (s *Store) Put(ctx context.Context, key string, kept session.Session) error {
	if err := s.sessions.put(ctx, keptSession{kept, key, s.moment()}); err != nil {
		return fmt.Errorf("saving the session: %w", err)
	}
	return nil
}

// List returns the sessions that can be opened, ended ones included, sorted
// by profile. Errors: session.ErrNoKeyring (wrapped) when there are sessions
// and nothing to open them with, the context's.
func (s *Store) List(ctx context.Context) ([]session.Session, error) {
	list, err := s.keptSessions(ctx)
	var out []session.Session
	for _, kept := range list {
		out = append(out, kept.value.Session)
	}
	return out, err
}

func (s *Store) keptSessions(ctx context.Context) ([]sealedFile[keptSession], error) {
	list, err := s.sessions.list(ctx)
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("listing sessions: %w", err)
	}
	slices.SortStableFunc(list, func(a, b sealedFile[keptSession]) int {
		return cmp.Or(cmp.Compare(a.value.Profile, b.value.Profile), cmp.Compare(a.value.key, b.value.key),
			b.value.Credentials.Expires.Compare(a.value.Credentials.Expires))
	})
	// Under two keys, one session may be there twice: the longer one counts.
	same := func(a, b sealedFile[keptSession]) bool { return a.value.key == b.value.key }
	return slices.CompactFunc(list, same), err
}
