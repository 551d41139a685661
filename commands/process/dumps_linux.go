package process

import "golang.org/x/sys/unix"

// ForbidDumps keeps the memory of this process, which holds secrets, out of
// core files, and other processes of this user from reading it. The kernel
// takes that back with execve: every other program keeps the limits that it
// would have had. The returned function is for right before one.
func ForbidDumps() (allowAgain func()) {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) // only a kernel without it refuses
	return func() {}
}
