package awsfile

import (
	"context"
	"errors"
	"time"
)

// Ended names what was saved, still is in its file as it was, and has ended, "[prod] in PATH": AWS's tools would try it and fail.
func (f Files) Ended(now time.Time) (names []string, err error) {
	ended, err := f.endedSections(now)
	for _, s := range ended {
		names = append(names, "["+s.Section+"] in "+s.Path)
	}
	return names, err
}

func (f Files) endedSections(now time.Time) ([]SavedSection, error) {
	all, err := f.Saved()
	if err != nil {
		return nil, err
	}
	var ended []SavedSection
	var failed error
	for _, s := range all {
		d, err := ReadFile(CredentialsFile, s.Path)
		var pairs []Pair
		if err == nil {
			pairs, _, err = d.Pairs(s.Section)
		}
		failed = errors.Join(failed, err)
		end, wrong := time.Parse(time.RFC3339, valueOf(pairs, keyExpires))
		if valueOf(pairs, keyID) == s.KeyID && s.KeyID != "" && wrong == nil && end.Before(now) {
			ended = append(ended, s)
		}
	}
	return ended, failed
}

// RemoveEnded takes out what Ended lists. Errors as Forget's.
func (f Files) RemoveEnded(ctx context.Context, now time.Time) error {
	ended, err := f.endedSections(now)
	for _, s := range ended {
		_, failed := f.removeSession(ctx, s)
		err = errors.Join(err, failed)
	}
	return err
}
