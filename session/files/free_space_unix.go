//go:build linux || darwin || freebsd

package files

import "golang.org/x/sys/unix"

// FreeSpace is how many bytes this user can still write to the disk of dir; not ok where that can't be told.
func FreeSpace(dir string) (bytes uint64, ok bool) {
	var stat unix.Statfs_t
	if unix.Statfs(dir, &stat) != nil {
		return 0, false
	}
	return uint64(max(0, int64(stat.Bavail))) * uint64(stat.Bsize), true
}
