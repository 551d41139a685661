//go:build unix

package textfile

import (
	"io/fs"
	"os"
	"syscall"
)

// own gives the new file the old one's owner, as root under sudo can; anybody
// else's is their own already.
func own(f *os.File, was fs.FileInfo) error {
	if was == nil || os.Geteuid() != 0 {
		return nil
	}
	if s, ok := was.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(s.Uid), int(s.Gid))
	}
	return nil
}

// syncDir makes the rename last. Where a directory can't be synced there is
// nothing more to do.
func syncDir(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
