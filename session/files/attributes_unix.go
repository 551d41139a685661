//go:build linux || darwin

package files

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// accessList is where Linux keeps a file's access list. (macOS keeps it
// elsewhere, where nothing here reaches: there it is the folder's.)
const accessList = "system.posix_acl_access"

// keepAttributes gives f the extended attributes of the file at path, its access
// list among them. Error: which one can't be had.
func keepAttributes(f *os.File, path string) error {
	names, err := attributeNames(path)
	if err != nil {
		return nil // the file system knows none
	}
	listed := false
	for _, name := range names {
		listed = listed || name == accessList
		value, err := attribute(path, name)
		if err == nil {
			err = unix.Fsetxattr(int(f.Fd()), name, value, 0)
		}
		// What the system sets itself, as SELinux does, is not for everybody to set.
		if err != nil && !strings.HasPrefix(name, "security.") && !strings.HasPrefix(name, "com.apple.") {
			return fmt.Errorf("copying %s of %s: %w", name, path, err)
		}
	}
	if !listed {
		_ = unix.Fremovexattr(int(f.Fd()), accessList) // the folder's
	}
	return nil
}

func attributeNames(path string) ([]string, error) {
	size, err := unix.Listxattr(path, nil)
	if err != nil || size == 0 {
		return nil, err
	}
	buffer := make([]byte, size)
	if size, err = unix.Listxattr(path, buffer); err != nil {
		return nil, err
	}
	return strings.FieldsFunc(string(buffer[:size]), func(r rune) bool { return r == 0 }), nil
}

func attribute(path, name string) ([]byte, error) {
	size, err := unix.Getxattr(path, name, nil)
	if err != nil || size == 0 {
		return nil, err
	}
	value := make([]byte, size)
	size, err = unix.Getxattr(path, name, value)
	return value[:max(size, 0)], err
}
