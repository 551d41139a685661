package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FolderReport is what Examine found.
type FolderReport struct {
	At      string      // the folder, or the nearest one above it that is there
	Mode    fs.FileMode // of the folder when others can enter it, else 0
	NoLocks bool        // its file system has no locks
	Free    uint64      // bytes
	HasFree bool        // whether Free is known
}

// Examine tries dir, a folder of stsx's own, as stsx will use it: whose it is, whether a file can be written and locked there.
// One that is missing is not made: the nearest folder above it is tried. Errors: *OwnerError, *FolderError, what the file
// system said.
func Examine(dir string) (FolderReport, error) {
	r := FolderReport{At: dir}
	if err := CheckFolder(dir); err != nil {
		return r, err
	}
	info, err := os.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && r.At != filepath.Dir(r.At) {
		r.At = filepath.Dir(r.At)
		info, err = os.Stat(r.At)
	}
	if err != nil {
		return r, fmt.Errorf("looking at %s: %w", r.At, err)
	}
	if !info.IsDir() {
		return r, fmt.Errorf("%s is not a directory", r.At)
	}
	if r.At == dir && info.Mode().Perm()&0o077 != 0 && hasModes(dir) {
		r.Mode = info.Mode().Perm()
	}
	r.Free, r.HasFree = FreeSpace(r.At)
	r.NoLocks, err = tryFolder(r.At)
	return r, err
}

// tryFolder writes, locks and removes a file in dir.
func tryFolder(dir string) (noLocks bool, err error) {
	f, err := os.CreateTemp(dir, ".stsx-doctor-")
	if err != nil {
		return false, folderError(dir, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, 4<<10))
	if err = errors.Join(err, f.Close()); err != nil {
		return false, folderError(dir, err)
	}
	lock, err := TryLockLeft(f.Name())
	if err != nil {
		if HasNoLocks(err) {
			return true, nil
		}
		return false, err
	}
	if lock != nil {
		lock.Release()
	}
	return false, nil
}
