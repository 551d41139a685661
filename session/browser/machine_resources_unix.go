//go:build linux || darwin || freebsd

package browser

import (
	"golang.org/x/sys/unix"
)

// openFilesLimit is how many files a process may have open.
func openFilesLimit() (files uint64, ok bool) {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0, false
	}
	return limit.Cur, true
}
