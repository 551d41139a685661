package awsfile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stsx/session"
)

// LongLivedError: the section holds keys that stsx did not write and nobody can
// get back once they are gone.
type LongLivedError struct{ Path, Section string }

func (e *LongLivedError) Error() string {
	return fmt.Sprintf("[%s] in %s holds long-lived keys that stsx did not write: nothing was changed", e.Section, e.Path)
}

// Hint says what to do about it.
func (e *LongLivedError) Hint() string {
	return "give another section's name with --as, or take the place of those keys with --force"
}

// The keys that stsx writes. The first three are the AWS SDKs'; the next two
// tell other tools when the session ends.
const (
	keyID        = "aws_access_key_id"
	keySecret    = "aws_secret_access_key"
	keyToken     = "aws_session_token"
	keyExpires   = "x_security_token_expires"
	keyExpiry    = "aws_expiration"
	keyRegion    = "region"
	longLivedKey = "AKIA" // how the id of an access key without end begins
)

func writtenKeys() []string {
	return []string{keyID, keySecret, keyToken, keyExpires, keyExpiry, keyRegion}
}

// CheckSave says whether Save would refuse to write that section.
func (f Files) CheckSave(name string, force bool) error {
	if err := CheckSection(name); err != nil {
		return err
	}
	path, err := f.Credentials()
	if err != nil {
		return err
	}
	d, err := ReadFile(path)
	if err != nil {
		return err
	}
	there, _, err := d.SectionPairs(name)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if hasLongLivedKeys(there) && !force {
		return &LongLivedError{path, name}
	}
	return nil
}

// Save writes s into the section called name and returns the file's path.
// Errors: *LongLivedError unless force, what EditFile says.
func (f Files) Save(ctx context.Context, name string, s session.Session, force bool) (string, error) {
	if err := CheckSection(name); err != nil {
		return "", err
	}
	path, err := f.Credentials()
	if err != nil {
		return "", err
	}
	expires := s.Credentials.Expires.UTC().Format(time.RFC3339)
	pairs := []Pair{
		{keyID, s.Credentials.AccessKeyID},
		{keySecret, s.Credentials.SecretAccessKey.Reveal()},
		{keyToken, s.Credentials.SessionToken.Reveal()},
		{keyExpires, expires},
		{keyExpiry, expires},
	}
	if s.Region != "" {
		pairs = append(pairs, Pair{keyRegion, s.Region})
	}
	// The record comes first: what is in the file without one, logout would leave.
	saved := SavedSection{Profile: s.Profile, Path: path, Section: name, KeyID: s.Credentials.AccessKeyID}
	err = EditFile(ctx, path, func(d *Document) error {
		there, _, err := d.SectionPairs(name)
		if err != nil {
			return err
		}
		if hasLongLivedKeys(there) && !force {
			return &LongLivedError{path, name}
		}
		if err := f.writeRecord(saved); err != nil {
			return fmt.Errorf("noting what is saved: %w", err)
		}
		return d.SetPairs(name, name, pairs)
	})
	if err != nil {
		return "", fmt.Errorf("saving to %s: %w", path, err)
	}
	return path, nil
}

func hasLongLivedKeys(pairs []Pair) bool {
	id, token := valueOf(pairs, keyID), valueOf(pairs, keyToken)
	return id != "" && (token == "" || strings.HasPrefix(id, longLivedKey))
}
