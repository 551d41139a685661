package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tempLife is the age at which an unfinished file has lost its writer.
const tempLife = time.Hour

// Remove removes the file at path; one that is not there is removed already.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RemoveSame removes the file at path unless it has been replaced since it was
// looked at: what another process has just put there is not what was found
// wanting. A replacement between the look and the removal is lost; it costs
// one sign-in.
func RemoveSame(path string, looked fs.FileInfo) {
	if now, err := os.Lstat(path); err == nil && os.SameFile(looked, now) {
		os.Remove(path)
	}
}

// RemoveAll removes every file in dir and leaves dir; a dir that isn't there
// is empty.
func RemoveAll(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		err = errors.Join(err, Remove(filepath.Join(dir, e.Name())))
	}
	return err
}

// RemoveUnfinished removes what killed writers left in dir. Nobody writes a
// file for an hour.
func RemoveUnfinished(dir string, now time.Time) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && isTemp(e.Name()) && now.Sub(info.ModTime()) > tempLife {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// removeUnfinishedOf removes what killed writers of path left. The caller holds
// its lock, so nobody writes.
func removeUnfinishedOf(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix(path)) {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
