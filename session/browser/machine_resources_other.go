//go:build !linux && !darwin && !freebsd

package browser

func openFilesLimit() (files uint64, ok bool) { return 0, false }
