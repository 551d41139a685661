package awsfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SavedSection is one section that stsx wrote.
type SavedSection struct {
	Profile string `json:"profile"`
	Path    string `json:"path"`
	Section string `json:"section"`
	KeyID   string `json:"access_key_id"` // of the credentials written last
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
