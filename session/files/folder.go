package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CheckPrivate says why dir, which has to be there, is not a folder that only this user
// can enter. It changes nothing. Error: *OwnerError, what the file system said.
func CheckPrivate(dir string) error {
	if err := CheckFolder(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	case info.Mode().Perm()&0o077 != 0 && hasModes(dir):
		return &OwnerError{Path: dir, Why: fmt.Sprintf("is open to other users (mode %04o)", info.Mode().Perm()), Cure: "chmod 700 " + dir}
	}
	return nil
}

// MakePrivate makes sure that dir is a folder that only this user can enter. A
// missing one is made, its parents too; one that is open wider is closed, where
// the file system knows modes or access lists at all; what CheckFolder refuses is refused.
func MakePrivate(dir string) error {
	if err := CheckFolder(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return fmt.Errorf("making %s: %w", filepath.Dir(dir), folderError(filepath.Dir(dir), err))
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("making %s: %w", dir, folderError(filepath.Dir(dir), err))
		}
		info, err = os.Stat(dir)
	}
	if err != nil {
		return fmt.Errorf("looking at %s: %w", dir, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	}
	if err := CheckOwner(dir, info); err != nil {
		return err
	}
	return closeFolder(dir, info)
}
