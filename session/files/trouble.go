package files

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// FolderError: nothing can be written in a folder of stsx's own. Its text says
// what to do about it.
type FolderError struct {
	Dir string
	Err error
}

func (e *FolderError) Error() string {
	if isFull(e.Err) {
		return fmt.Sprintf("no space is left in %s: free some there, or set XDG_STATE_HOME to a folder on another disk (%v)", e.Dir, e.Err)
	}
	return fmt.Sprintf("%s can't be written: make it writable, or set XDG_STATE_HOME to a folder that is (%v)", e.Dir, e.Err)
}

func (e *FolderError) Unwrap() error { return e.Err }

// folderError is err, as a FolderError where it is about dir and not the file.
func folderError(dir string, err error) error {
	if isFull(err) || isRefused(err) {
		return &FolderError{dir, err}
	}
	return err
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isRefused reports that a folder takes no new file.
func isRefused(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// isMounted reports that a file can't be replaced because something is mounted
// there: itself, as into a container.
func isMounted(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

// HasNoLocks reports an error of a file system that does not support locks, such
// as NFS without its lock service.
func HasNoLocks(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EINVAL)
}
