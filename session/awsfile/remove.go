package awsfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Remove takes a session out of the section called name and reports whether
// there was one. Errors: *LongLivedError, what EditFile says.
func (f Files) Remove(ctx context.Context, name string) (path string, found bool, err error) {
	path, err = f.Credentials()
	if err != nil {
		return "", false, err
	}
	found, err = f.removeSession(ctx, SavedSection{Path: path, Section: name})
	return path, found, err
}

// Forget takes out what was saved for the profiles that match, as far as it
// still is there: a section that holds other keys by now is left alone. It
// returns how many it took out.
func (f Files) Forget(ctx context.Context, match func(profile string) bool) (gone int, err error) {
	all, err := f.Saved()
	if err != nil {
		return 0, err
	}
	var failed error
	for _, s := range all {
		if !match(s.Profile) {
			continue
		}
		found, err := f.removeSession(ctx, s)
		if found {
			gone++
		}
		failed = errors.Join(failed, err)
	}
	return gone, failed
}

// removeSession takes out the session of s; with a KeyID only if it still is that one.
func (f Files) removeSession(ctx context.Context, s SavedSection) (found bool, err error) {
	if _, gone := os.Stat(filepath.Dir(s.Path)); errors.Is(gone, fs.ErrNotExist) {
		return false, f.deleteRecord(s)
	}
	err = EditFile(ctx, CredentialsFile, s.Path, func(d *Document) error {
		found = false
		there, ok, err := d.Pairs(s.Section)
		switch {
		case err != nil || !ok:
			return err
		case s.KeyID != "" && valueOf(there, keyID) != s.KeyID:
			return nil
		case hasLongLivedKeys(there):
			return &LongLivedError{s.Path, s.Section}
		}
		before := d.String()
		err = d.Apply(s.Section, Change{Remove: append(writtenKeys(), companionKeys(there)...)})
		found = d.String() != before
		return err
	})
	if err != nil {
		return false, fmt.Errorf("removing [%s] from %s: %w", s.Section, s.Path, err)
	}
	return found, f.deleteRecord(s)
}
