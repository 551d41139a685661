package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"stsx/session"
	"stsx/session/files"
)

// Delete forgets the sessions that match and the cookies of orgs, and returns
// how many sessions those were. A copy of their files that is put back later, as
// by a backup, does not open: the key is changed. Where it can't be, Warn is
// told. Errors as List's.
func (s *Store) Delete(ctx context.Context, match func(session.Session) bool, orgs ...session.Org) (sessions int, err error) {
	sessions, err = s.sessions.removeMatching(ctx, func(kept keptSession) bool { return match(kept.Session) })
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("removing sessions: %w", err)
	}
	cookies, problem := s.cookies.removeMatching(ctx, func(r session.Remembered) bool {
		return slices.ContainsFunc(orgs, func(o session.Org) bool { return cookiesOf(o) == cookiesUnder(r) })
	})
	if problem != nil && ctx.Err() == nil {
		err = errors.Join(err, fmt.Errorf("removing cookies: %w", problem))
	}
	if sessions+cookies == 0 {
		return 0, err
	}
	if problem := s.changeKey(ctx); problem != nil {
		s.warnOfKey(problem)
	}
	return sessions, err
}

// DeleteAll forgets every session, every org's cookies, every refused password,
// whether or not they can be opened, and the key, in every keyring. Where the
// key can't be removed Warn is told; if keyToo, it is an error.
func (s *Store) DeleteAll(ctx context.Context, keyToo bool) error {
	var err error
	empty := true
	for _, folder := range []string{sessionsFolder, cookiesFolder, refusedFolder} {
		empty = empty && len(fileNames(s.home.path(folder))) == 0
		err = errors.Join(err, files.RemoveAll(s.home.path(folder)))
	}
	if empty && !keyToo {
		return err // and no keyring is asked
	}
	problem := s.keys.remove(ctx)
	if problem != nil && !keyToo {
		s.warnOfKey(problem)
		problem = nil
	}
	return errors.Join(err, problem)
}

func (s *Store) warnOfKey(problem error) {
	s.warn("the key of the removed files is still there, so a copy of them could be used: " + problem.Error())
}

// changeKey puts a new key in the place of the one before and seals again what
// is still kept, so that no file of before can be opened any more. At each moment
// what is kept can be opened by a key that is there. What another process seals
// with the old key meanwhile is lost; that costs one sign-in.
func (s *Store) changeKey(ctx context.Context) error {
	unlock, err := s.home.lock(ctx, "key", "changing the key", nil)
	switch {
	case err == nil:
		defer unlock()
	case !files.HasNoLocks(err):
		return err
	}
	next := makeKey()
	sessions, err := s.sessions.sealAgain(ctx, next)
	cookies, problem := s.cookies.sealAgain(ctx, next)
	if err = errors.Join(err, problem); err == nil {
		err = s.keys.replaceKey(ctx, next)
	}
	if err != nil {
		s.sessions.removeSealed(next)
		s.cookies.removeSealed(next)
		return err
	}
	for _, path := range slices.Concat(sessions, cookies) {
		err = errors.Join(err, files.Remove(path))
	}
	return err
}
