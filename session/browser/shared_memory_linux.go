package browser

import (
	"golang.org/x/sys/unix"

	"stsx/session/files"
)

// enoughShared is what a page may need of shared memory.
const enoughShared = 64 << 20

// hasSharedMemory says whether /dev/shm can be used; containers may have none, or too little.
func hasSharedMemory() bool {
	free, ok := files.FreeSpace("/dev/shm")
	return ok && free >= enoughShared && unix.Access("/dev/shm", unix.W_OK|unix.X_OK) == nil
}
