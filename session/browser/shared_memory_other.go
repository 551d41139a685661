//go:build !linux

package browser

// hasSharedMemory: only Chromium for Linux keeps its shared memory in a file system.
func hasSharedMemory() bool { return true }
