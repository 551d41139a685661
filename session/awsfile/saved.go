package awsfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stsx/session/files"
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
	names, err := files.List(f.Dir)
	if err != nil {
		return nil, err
	}
	var all []SavedSection
	for _, name := range names {
		text, _, err := files.ReadOwn(filepath.Join(f.Dir, name))
		var s SavedSection
		if err == nil && json.Unmarshal(text, &s) == nil && f.recordName(s) == name {
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

func (f Files) recordPath(s SavedSection) string { return filepath.Join(f.Dir, f.recordName(s)) }

// writeRecord is called with the lock of s.Path held: nobody else writes this record.
func (f Files) writeRecord(s SavedSection) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := files.MakePrivate(f.Dir); err != nil {
		return err
	}
	files.RemoveUnfinished(f.Dir, time.Now())
	return files.Replace(f.recordPath(s), text)
}

func (f Files) deleteRecord(s SavedSection) error {
	_ = files.Remove(f.recordPath(s) + openMark) // what is left there says too little, not too much
	return files.Remove(f.recordPath(s))
}
