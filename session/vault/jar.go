package vault

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/files"
)

const (
	cookies = "cookies"
	// cookiesLife is how long cookies are kept that nobody signs in with.
	cookiesLife = 90 * 24 * time.Hour
)

// Jar implements session.Jar with a sealed file per org in the store's
// directory. Its methods may be called by several processes at once: of two
// that keep something for the same org the later one's counts.
type Jar struct{ store *Store }

// Jar returns what keeps cookies under the same key as s keeps sessions.
func (s *Store) Jar() *Jar { return &Jar{s} }

// Dir is where the files are.
func (j *Jar) Dir() string { return j.store.home.path(cookies) }

// jarName is the name of o's file. The host is part of it: what was kept for
// one is not found for another, whatever the configuration calls it.
func (k key) jarName(o session.Org) string {
	return hex.EncodeToString(k.mac("cookies name", o.Name+"\x00"+o.Origin()))[:nameLength]
}

// Remembered implements session.Jar. What can't be opened is as none; what
// never will be is removed.
func (j *Jar) Remembered(ctx context.Context, o session.Org) (session.Remembered, error) {
	keys, err := j.store.openers(ctx, cookies)
	if err != nil {
		return session.Remembered{}, fmt.Errorf("reading the cookies of %s: %w", o.Name, err)
	}
	var found session.Remembered
	for _, k := range keys {
		if r, ok := j.look(k, k.jarName(o)); ok && r.Org == o.Name && session.Origin(r.URL) == o.Origin() && r.Kept.After(found.Kept) {
			found = r
		}
	}
	return found, nil
}

// look opens the file called name with k, which the name comes from: a file
// that is there and doesn't open never will.
func (j *Jar) look(k key, name string) (session.Remembered, bool) {
	path := filepath.Join(j.Dir(), name)
	r, info, err := openJar(k, path)
	if err == nil && !j.old(r) {
		return r, true
	}
	switch {
	case info != nil:
		files.RemoveSame(path, info)
	case !errors.Is(err, fs.ErrNotExist):
		j.store.warn("reading cookies: " + err.Error())
	}
	return session.Remembered{}, false
}

// old also says so of what a clock set back would keep for long.
func (j *Jar) old(r session.Remembered) bool {
	age := j.store.now().Sub(r.Kept)
	return age > cookiesLife || age < -cookiesLife
}

// openJar reads the file at path. info is nil when it could not be read.
func openJar(k key, path string) (session.Remembered, fs.FileInfo, error) {
	data, info, err := files.ReadOwn(path)
	if err != nil {
		return session.Remembered{}, nil, err
	}
	plain, err := k.open(filepath.Base(path), data)
	if err != nil {
		return session.Remembered{}, info, err
	}
	r, err := decodeJar(plain)
	return r, info, err
}

// Keep implements session.Jar.
func (j *Jar) Keep(ctx context.Context, o session.Org, r session.Remembered) error {
	fail := func(err error) error { return fmt.Errorf("keeping the cookies of %s: %w", o.Name, err) }
	dir, err := j.store.home.room(cookies)
	if err != nil {
		return fail(err)
	}
	k, err := j.store.keys.make(ctx)
	if err != nil {
		return fail(err)
	}
	r.Org, r.URL, r.Kept = o.Name, o.URL, j.store.now().UTC()
	plain, err := encodeJar(r)
	if err != nil {
		return fail(err)
	}
	name := k.jarName(o)
	file := k.seal(name, plain)
	if len(file) > files.OwnLimit {
		return fail(fmt.Errorf("they take %d bytes, and at most %d are kept", len(file), files.OwnLimit))
	}
	if err := files.Replace(filepath.Join(dir, name), file); err != nil {
		return fail(err)
	}
	j.sweep(k, dir)
	return nil
}

// sweep removes what is out of date, what can never be opened and what killed
// writers left. The key of another's file may only be out of reach.
func (j *Jar) sweep(k key, dir string) {
	files.RemoveUnfinished(dir, j.store.now())
	for _, name := range fileNames(dir) {
		path := filepath.Join(dir, name)
		r, info, err := openJar(k, path)
		switch {
		case info == nil:
		case errors.Is(err, errDamaged), err == nil && j.old(r), j.store.now().Sub(info.ModTime()) > cookiesLife:
			files.RemoveSame(path, info)
		}
	}
}

// Discard implements session.Jar.
func (j *Jar) Discard(ctx context.Context, o session.Org) error {
	keys, err := j.store.openers(ctx, cookies)
	if err != nil {
		return fmt.Errorf("discarding the cookies of %s: %w", o.Name, err)
	}
	for _, k := range keys {
		if gone := files.Remove(filepath.Join(j.Dir(), k.jarName(o))); gone != nil {
			err = errors.Join(err, fmt.Errorf("discarding the cookies of %s: %w", o.Name, gone))
		}
	}
	return err
}

// List returns everything that can be opened, sorted by org. Errors: why there
// is something and nothing to open it with, the context's.
func (j *Jar) List(ctx context.Context) ([]session.Remembered, error) {
	keys, err := j.store.openers(ctx, cookies)
	if err != nil {
		return nil, fmt.Errorf("listing the orgs remembered: %w", err)
	}
	var list []session.Remembered
	for _, k := range keys {
		for _, name := range fileNames(j.Dir()) {
			r, _, err := openJar(k, filepath.Join(j.Dir(), name))
			if err == nil && !j.old(r) && k.jarName(session.Org{Name: r.Org, URL: r.URL}) == name {
				list = append(list, r)
			}
		}
	}
	slices.SortFunc(list, func(a, b session.Remembered) int {
		return cmp.Or(cmp.Compare(a.Org, b.Org), cmp.Compare(a.URL, b.URL), b.Kept.Compare(a.Kept))
	})
	return list, nil
}

// openers are the keys that may open what is in room: the near one, and the OS
// keyring's where that one does not explain every file. A room without files
// asks no keyring. Errors: the context's, or why the only key can't be had.
func (s *Store) openers(ctx context.Context, room string) ([]key, error) {
	if len(fileNames(s.home.path(room))) == 0 {
		return nil, nil
	}
	var list []key
	near, have := s.keys.near()
	if have {
		list = append(list, near)
	}
	if !s.unexplained(room, near, have) {
		return list, nil
	}
	far, err := s.keys.far(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil && !(have && far == near):
		if !have {
			s.keys.adopt(far)
		}
		list = append(list, far)
	case err != nil && !have && !errors.Is(err, errAbsent):
		return nil, fmt.Errorf("%w: %w", session.ErrNoKeyring, err)
	}
	return list, nil
}

// jarWire is what is remembered as it is written inside the seal; see wire.
type jarWire struct {
	Org      string       `json:"org"`
	URL      string       `json:"url"`
	Username string       `json:"username"`
	Subject  string       `json:"subject"`
	Agent    string       `json:"agent"`
	Kept     time.Time    `json:"kept"`
	Cookies  []cookieWire `json:"cookies"`
}

type cookieWire struct {
	Name     string    `json:"name"`
	Value    string    `json:"value"`
	Domain   string    `json:"domain"`
	Path     string    `json:"path"`
	Expires  time.Time `json:"expires"`
	Secure   bool      `json:"secure"`
	HTTPOnly bool      `json:"http_only"`
	SameSite string    `json:"same_site"`
}

func encodeJar(r session.Remembered) ([]byte, error) {
	w := jarWire{r.Org, r.URL, r.Username, r.Subject, r.Agent, r.Kept, nil}
	for _, c := range r.Cookies {
		w.Cookies = append(w.Cookies, cookieWire{c.Name, c.Value.Reveal(), c.Domain, c.Path, c.Expires, c.Secure, c.HTTPOnly, c.SameSite})
	}
	return json.Marshal(w)
}

func decodeJar(plain []byte) (session.Remembered, error) {
	var w jarWire
	if err := json.Unmarshal(plain, &w); err != nil {
		return session.Remembered{}, errDamaged // the decoder's words could quote a secret
	}
	r := session.Remembered{Org: w.Org, URL: w.URL, Username: w.Username, Subject: w.Subject, Agent: w.Agent, Kept: w.Kept}
	for _, c := range w.Cookies {
		r.Cookies = append(r.Cookies, session.Cookie{
			Name: c.Name, Value: session.NewSecret(c.Value), Domain: c.Domain, Path: c.Path,
			Expires: c.Expires, Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
		})
	}
	return r, nil
}
