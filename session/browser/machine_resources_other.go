//go:build !linux && !darwin && !freebsd

package browser

func freeSpace(string) (bytes uint64, ok bool) { return 0, false }
func openFilesLimit() (files uint64, ok bool)  { return 0, false }
