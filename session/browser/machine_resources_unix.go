//go:build linux || darwin || freebsd

package browser

import (
	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes are free on the disk of dir.
func freeSpace(dir string) (bytes uint64, ok bool) {
	var stat unix.Statfs_t
	if unix.Statfs(dir, &stat) != nil {
		return 0, false
	}
	return uint64(max(0, int64(stat.Bavail))) * uint64(stat.Bsize), true
}

// openFilesLimit is how many files a process may have open.
func openFilesLimit() (files uint64, ok bool) {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
