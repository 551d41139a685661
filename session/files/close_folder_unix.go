//go:build unix

package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// closeFolder keeps other users out of dir, where the file system knows modes.
func closeFolder(dir string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	// Only a file system without modes (WSL's /mnt/c) or a read-only one refuses
	// that to the owner.
	err := os.Chmod(dir, 0o700)
	if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%s is open to other users (mode %04o) and could not be closed: %w", dir, info.Mode().Perm(), err)
	}
	return nil
}
