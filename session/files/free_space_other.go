//go:build !linux && !darwin && !freebsd

package files

// FreeSpace can't be told here.
func FreeSpace(string) (bytes uint64, ok bool) { return 0, false }
