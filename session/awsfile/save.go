package awsfile

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/files"
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
	keyOldToken  = "aws_security_token" // older tools' aws_session_token
	longLivedKey = "AKIA"               // how the id of an access key without end begins
	sessionKey   = "ASIA"               // and that of a session's
)

// writtenKeys are what Save writes.
func writtenKeys() []string {
	return []string{keyID, keySecret, keyToken, keyExpires, keyExpiry, keyRegion}
}

// companionKeys are what other tools write beside credentials of their own, and
// what would be false of others: botocore takes aws_security_token before
// aws_session_token. Of there, a section's settings, it is every end of a session
// as well, whatever a tool calls it.
func companionKeys(there []Pair) []string {
	keys := []string{keyOldToken, "aws_account_id", "x_principal_arn", "assumed_role", "assumed_role_arn",
		"expiration", "aws_session_expiration", "aws_credential_expiration"}
	isEnd := regexp.MustCompile(`(?s)expir.*=.*(\d-\d|\d:\d|\d{9})`) // a day, a time or seconds since 1970, and not how long
	for _, p := range there {
		if !slices.Contains(writtenKeys(), p.Key) && isEnd.MatchString(p.Key+"="+p.Value) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// CheckSave says whether Save would refuse to write that section. Errors as Save.
func (f Files) CheckSave(name string, force bool) error {
	if err := checkSection(name); err != nil {
		return err
	}
	path, err := f.Credentials()
	if err != nil {
		return err
	}
	err = files.CheckPlace(path)
	d := &Document{}
	if err == nil {
		d, err = ReadFile(CredentialsFile, path)
	}
	if err == nil {
		pairs := savedPairs(session.Session{Region: "x"})
		for i := range pairs {
			pairs[i].Value = "x"
		}
		err = d.saveSession(path, name, pairs, force)
	}
	if err != nil {
		return fmt.Errorf("saving to %s: %w", path, err)
	}
	return nil
}

// Save writes s into the section called name and returns the file's path.
// Errors: *LongLivedError unless force, *VariableError, what EditFile and Apply
// say.
func (f Files) Save(ctx context.Context, name string, s session.Session, force bool) (string, error) {
	if err := checkSection(name); err != nil {
		return "", err
	}
	path, err := f.Credentials()
	if err != nil {
		return "", err
	}
	saved := SavedSection{Profile: s.Profile, Path: path, Section: name, KeyID: s.Credentials.AccessKeyID}
	err = EditFile(ctx, CredentialsFile, path, func(d *Document) error {
		if err := d.saveSession(path, name, savedPairs(s), force); err != nil {
			return err
		}
		// The record comes before the file: what is in it without one, logout would leave.
		if err := f.writeRecord(saved); err != nil {
			return fmt.Errorf("noting what is saved: %w", err)
		}
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("saving to %s: %w", path, err)
	}
	return path, nil
}

func (d *Document) saveSession(path, name string, pairs []Pair, force bool) error {
	there, _, err := d.Pairs(name)
	if err != nil {
		return err
	}
	if hasLongLivedKeys(there) && !force {
		return &LongLivedError{path, name}
	}
	return d.Apply(name, Change{Set: pairs, Remove: companionKeys(there)})
}

// savedPairs are the settings that hold s.
func savedPairs(s session.Session) []Pair {
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
	return pairs
}

// hasLongLivedKeys reports keys, or one half of a pair, that are not those of a
// session.
func hasLongLivedKeys(pairs []Pair) bool {
	id := valueOf(pairs, keyID)
	switch {
	case id == "" && valueOf(pairs, keySecret) == "":
		return false
	case strings.HasPrefix(id, longLivedKey):
		return true
	}
	return firstKey(pairs, []string{keyToken, keyOldToken}) == "" && !strings.HasPrefix(id, sessionKey)
}
