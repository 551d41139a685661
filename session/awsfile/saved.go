package awsfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// Files are the files that AWS's tools share, with a record of what stsx wrote
// into them. The record holds no secret.
type Files struct {
	Getenv func(string) string
	Home   string // "" when it is not known
	Dir    string // of the record; created when it is needed
}

// SavedSection is one section that stsx wrote.
type SavedSection struct {
	Profile string `json:"profile"`
	Path    string `json:"path"`
	Section string `json:"section"`
	KeyID   string `json:"access_key_id"` // of the credentials written last
}

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

// Credentials is the path of the shared credentials file:
// AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials.
func (f Files) Credentials() (string, error) {
	return f.filePath("AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

// Config is the path of the shared configuration: AWS_CONFIG_FILE, else
// ~/.aws/config.
func (f Files) Config() (string, error) { return f.filePath("AWS_CONFIG_FILE", "config") }

func (f Files) filePath(variable, name string) (string, error) {
	path := f.Getenv(variable)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) && f.Home != "" {
		path = f.Home + rest // as the SDKs read it
	}
	if path == "" {
		if f.Home == "" {
			return "", fmt.Errorf("neither HOME nor %s is set: stsx does not know where the file is", variable)
		}
		path = filepath.Join(f.Home, ".aws", name)
	}
	return filepath.Abs(path)
}

// CheckSection says why name can't be a section's in a file that every AWS tool
// reads alike.
func CheckSection(name string) error {
	const others = "-_./@:+=,%"
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	}
	if name == "" || strings.ContainsFunc(name, bad) {
		return fmt.Errorf("%q can't be a section of AWS's files: letters, digits and %s only", name, others)
	}
	return nil
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

// Shadow says what the AWS tools, or some of them, use for that profile before
// keys in the credentials file; "" when there is nothing of the kind.
func (f Files) Shadow(name string) string {
	section := "profile " + name
	if name == "default" {
		section = name
	}
	for _, at := range []struct {
		path    func() (string, error)
		section string
	}{{f.Config, section}, {f.Credentials, name}} {
		path, err := at.path()
		if err != nil {
			continue
		}
		d, err := ReadFile(path)
		if err != nil {
			continue
		}
		there, _, err := d.SectionPairs(at.section)
		if err != nil {
			continue
		}
		for _, key := range []string{"role_arn", "web_identity_token_file", "sso_session", "sso_start_url"} {
			if valueOf(there, key) != "" {
				return key + " of [" + at.section + "] in " + path
			}
		}
	}
	return ""
}

func hasLongLivedKeys(pairs []Pair) bool {
	id, token := valueOf(pairs, keyID), valueOf(pairs, keyToken)
	return id != "" && (token == "" || strings.HasPrefix(id, longLivedKey))
}

func valueOf(pairs []Pair, key string) string {
	i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Key == key })
	if i < 0 {
		return ""
	}
	return pairs[i].Value
}

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
	err = EditFile(ctx, s.Path, func(d *Document) error {
		found = false
		there, ok, err := d.SectionPairs(s.Section)
		switch {
		case err != nil || !ok:
			return err
		case s.KeyID != "" && valueOf(there, keyID) != s.KeyID:
			return nil
		case hasLongLivedKeys(there):
			return &LongLivedError{s.Path, s.Section}
		}
		found, err = d.RemoveKeys(s.Section, writtenKeys())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("removing [%s] from %s: %w", s.Section, s.Path, err)
	}
	return found, f.deleteRecord(s)
}

// Saved lists what was saved and not removed since, by profile.
func (f Files) Saved() ([]SavedSection, error) {
	entries, err := os.ReadDir(f.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []SavedSection
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(f.Dir, e.Name()))
		var s SavedSection
		if err == nil && json.Unmarshal(text, &s) == nil && f.recordName(s) == e.Name() {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b SavedSection) int {
		return strings.Compare(a.Profile+"\x00"+a.Section, b.Profile+"\x00"+b.Section)
	})
	return all, nil
}

// recordName is the name of s's record.
func (Files) recordName(s SavedSection) string {
	sum := sha256.Sum256([]byte(s.Path + "\x00" + s.Section))
	return hex.EncodeToString(sum[:16])
}

// writeRecord is called with the lock of s.Path held: nobody else writes this record,
// so its new text has a fixed name, and a killed writer leaves one file at most.
func (f Files) writeRecord(s SavedSection) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(f.Dir, f.recordName(s))
	temp := path + ".new"
	if err = os.WriteFile(temp, text, 0o600); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

func (f Files) deleteRecord(s SavedSection) error {
	if err := os.Remove(filepath.Join(f.Dir, f.recordName(s))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
