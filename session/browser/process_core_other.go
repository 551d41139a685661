//go:build !linux

package browser

import "os"

// forbidCore: only Linux can limit another process; elsewhere cores are off unless the person asked for them.
func forbidCore(*os.Process) {}

// hasSharedMemory: only Chromium for Linux keeps its shared memory in a file system.
func hasSharedMemory() bool { return true }
