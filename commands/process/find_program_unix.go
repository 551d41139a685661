//go:build unix

package process

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// FindProgram looks name up as a shell does: in PATH, entries that name the current
// directory included, since on Unix a person who has them means them. A file
// that is there and can't be executed is told apart from none.
func FindProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		return path, nil
	}
	if name == "" || !errors.Is(err, exec.ErrNotFound) {
		return path, err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if info, failed := os.Stat(filepath.Join(dir, name)); failed == nil && info.Mode().IsRegular() {
			return "", &fs.PathError{Op: "exec", Path: name, Err: syscall.EACCES}
		}
	}
	return path, err
}
