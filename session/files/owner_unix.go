//go:build unix

package files

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// CheckOwner refuses what belongs to another user: they could have put it
// there, and could take it back.
func CheckOwner(path string, info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to uid %d, not to you (uid %d)", path, stat.Uid, os.Geteuid())
	}
	return nil
}

// keepOwner gives the new file the old one's owner, as root under sudo can;
// anybody else's is their own already.
func keepOwner(f *os.File, old fs.FileInfo) error {
	if old == nil || os.Geteuid() != 0 {
		return nil
	}
	if s, ok := old.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(s.Uid), int(s.Gid))
	}
	return nil
}

// syncFolder makes a rename in dir last. Where a folder can't be synced there
// is nothing more to do.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
