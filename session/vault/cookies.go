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
	cookiesFolder = "cookies"
	// cookiesLife is how long cookies are kept that nobody signs in with.
	cookiesLife = 90 * 24 * time.Hour
)

// Jar implements session.CookieJar with a sealed file per org in the store's
// directory. Its methods may be called by several processes at once: of two
// that keep something for the same org the later one's counts.
type Jar struct {
	folder *sealedFolder[session.Remembered]
	now    func() time.Time
}

// Jar returns what keeps cookies under the same key as s keeps sessions.
func (s *Store) Jar() *Jar { return &Jar{s.cookies, s.clock} }

func (s *Store) newCookieFolder() *sealedFolder[session.Remembered] {
	return &sealedFolder[session.Remembered]{
		home: s.home, keys: s.keys, now: s.clock, warn: s.showWarning,
		name: cookiesFolder, holds: "cookies", purpose: "cookies name", life: cookiesLife,
		encode: encodeCookies, decode: decodeCookies,
		under: cookiesUnder,
		ended: func(r session.Remembered) bool { return isOld(r, s.now()) },
	}
}

// cookiesOf is the text that o's cookies are kept under. The host is part of
// it: what was kept for one is not found for another, whatever the
// configuration calls it.
func cookiesOf(o session.Org) string { return o.Name + "\x00" + o.Origin() }

func cookiesUnder(r session.Remembered) string {
	return cookiesOf(session.Org{Name: r.Org, URL: r.URL})
}

// Dir is where the files are.
func (j *Jar) Dir() string { return j.folder.dir() }

// Remembered implements session.CookieJar. What can't be opened is as none; what
// never will be is removed, as is what is out of date.
func (j *Jar) Remembered(ctx context.Context, o session.Org) (session.Remembered, error) {
	found, ok, err := j.folder.find(ctx, cookiesOf(o))
	if ok && isOld(found, j.now()) {
		ok, err = false, j.folder.remove(ctx, cookiesOf(o))
	}
	if err != nil {
		return session.Remembered{}, fmt.Errorf("reading the cookies of %s: %w", o.Name, err)
	}
	if !ok {
		return session.Remembered{}, nil
	}
	return found, nil
}

// isOld also says so of what a clock set back would keep for long.
func isOld(r session.Remembered, now time.Time) bool {
	age := now.Sub(r.Kept)
	return age > cookiesLife || age < -cookiesLife
}

// Keep implements session.CookieJar.
func (j *Jar) Keep(ctx context.Context, o session.Org, r session.Remembered) error {
	r.Org, r.URL, r.Kept = o.Name, o.URL, j.now().UTC()
	if err := j.folder.put(ctx, r); err != nil {
		return fmt.Errorf("saving the cookies of %s: %w", o.Name, err)
	}
	return nil
}

// Discard implements session.CookieJar.
func (j *Jar) Discard(ctx context.Context, o session.Org) error {
	if err := j.folder.remove(ctx, cookiesOf(o)); err != nil {
		return fmt.Errorf("discarding the cookies of %s: %w", o.Name, err)
	}
	return nil
}

// List returns everything that can be opened, sorted by org. Errors: why there
// is something and nothing to open it with, the context's.
func (j *Jar) List(ctx context.Context) ([]session.Remembered, error) {
	all, err := j.folder.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing remembered sign-ins: %w", err)
	}
	var list []session.Remembered
	for _, file := range all {
		if !isOld(file.value, j.now()) {
			list = append(list, file.value)
		}
	}
	slices.SortFunc(list, func(a, b session.Remembered) int {
		return cmp.Or(cmp.Compare(a.Org, b.Org), cmp.Compare(a.URL, b.URL), b.Kept.Compare(a.Kept))
	})
	return list, nil
}
