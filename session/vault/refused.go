package vault

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/files"
)

const refused = "refused"

// refusedLife is how long a refused password is not tried again.
const refusedLife = 10 * time.Minute

// MarkRefused remembers for ten minutes that o's provider refused password, so
// that the next of twenty waiting processes doesn't send it again and lock the
// account. What is kept is a keyed hash: without the key it can't be guessed
// against. When no key can be had it does nothing.
func (s *Store) MarkRefused(ctx context.Context, o session.Org, password session.Secret) {
	dir, err := s.home.room(refused)
	if err != nil {
		s.warn("remembering that the password was refused: " + err.Error())
		return
	}
	k, err := s.keys.make(ctx)
	if err != nil {
		return
	}
	s.sweepRefused(dir)
	at := s.now().UTC().Format(time.RFC3339)
	if err := files.Replace(filepath.Join(dir, refusedName(k, o, password)), []byte(at)); err != nil {
		s.warn("remembering that the password was refused: " + err.Error())
	}
}

// WasRefused reports whether MarkRefused was told so in the last ten minutes.
func (s *Store) WasRefused(ctx context.Context, o session.Org, password session.Secret) bool {
	if len(s.refusals(o)) == 0 {
		return false // and no keyring is asked
	}
	k, err := s.keys.any(ctx)
	if err != nil {
		return false
	}
	return s.stillRefused(s.home.path(refused, refusedName(k, o, password)))
}

// ClearRefused forgets what was refused for o: the person signed in, or says
// that the password is right now.
func (s *Store) ClearRefused(o session.Org) {
	for _, path := range s.refusals(o) {
		files.Remove(path)
	}
}

func refusedName(k key, o session.Org, password session.Secret) string {
	return o.ID() + "-" + hex.EncodeToString(k.mac("refused password", o.ID()+"\x00"+password.Reveal()))[:nameLength]
}

func (s *Store) refusals(o session.Org) []string {
	dir := s.home.path(refused)
	var list []string
	for _, name := range fileNames(dir) {
		if strings.HasPrefix(name, o.ID()+"-") {
			list = append(list, filepath.Join(dir, name))
		}
	}
	return list
}

// stillRefused also forgets what a clock set back would keep for long.
func (s *Store) stillRefused(path string) bool {
	data, _, err := files.ReadOwn(path)
	if err != nil {
		return false
	}
	at, err := time.Parse(time.RFC3339, string(data))
	age := s.now().Sub(at)
	return err == nil && age > -refusedLife && age < refusedLife
}

func (s *Store) sweepRefused(dir string) {
	files.RemoveUnfinished(dir, s.now())
	for _, name := range fileNames(dir) {
		if path := filepath.Join(dir, name); !s.stillRefused(path) {
			files.Remove(path)
		}
	}
}
