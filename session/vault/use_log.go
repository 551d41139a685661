package vault

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"stsx/session"
	"stsx/session/files"
)

// The log keeps the newest lines, as far as both allow.
const (
	maxUseLines = 1000
	maxUseBytes = 256 << 10
)

// UseLog is the record of which program got which credentials: a file of JSON
// lines, the newest last.
type UseLog struct{ path string }

// NewUseLog is the log in the state folder dir.
func NewUseLog(dir string) UseLog { return UseLog{filepath.Join(dir, "uses.jsonl")} }

// Path is the file's.
func (l UseLog) Path() string { return l.path }

// Add writes u behind what is there. Other processes wait for their turn, and no
// line is lost. Errors: the context's, what the file system said.
func (l UseLog) Add(ctx context.Context, u session.UseRecord) error {
	line, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if err := files.MakePrivate(filepath.Dir(l.path)); err != nil {
		return err
	}
	return files.Edit(ctx, l.path, func(text string) (string, error) { return appendUse(text, string(line)), nil })
}

// appendUse is the newest lines of text, with line behind them.
func appendUse(text, line string) string {
	lines := append(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' }), line)
	lines = lines[max(0, len(lines)-maxUseLines):]
	for i, size := len(lines)-1, 0; i >= 0; i-- {
		if size += len(lines[i]) + 1; size > maxUseBytes {
			lines = lines[i+1:]
			break
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// List is what the log has, the oldest first. A line that is none is left out.
func (l UseLog) List() ([]session.UseRecord, error) {
	text, _, err := files.ReadOwn(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var uses []session.UseRecord
	for line := range strings.Lines(string(text)) {
		var u session.UseRecord
		if json.Unmarshal([]byte(line), &u) == nil && !u.Time.IsZero() {
			uses = append(uses, u)
		}
	}
	return uses, err
}
