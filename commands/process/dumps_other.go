//go:build unix && !linux

package process

import "syscall"

// ForbidDumps keeps the memory of this process, which holds secrets, out of
// core files. The returned function is for right before this process becomes
// another program, which keeps the limit that it would have had.
func ForbidDumps() (allowAgain func()) {
	var was syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &was) != nil {
		return func() {}
	}
	none := was
	none.Cur = 0
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &none)
	return func() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &was) }
}
