package browser

import (
	"os"

	"golang.org/x/sys/unix"
)

// enoughShared is what a page may need of shared memory.
const enoughShared = 64 << 20

// forbidCore keeps a process, and what it starts, from leaving a core file when it crashes: it would hold what was typed.
func forbidCore(p *os.Process) {
	_ = unix.Prlimit(p.Pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) // fails only for a process that is gone
}

// hasSharedMemory says whether /dev/shm can be used; containers may have none, or too little.
func hasSharedMemory() bool {
	free, ok := freeSpace("/dev/shm")
	return ok && free >= enoughShared && unix.Access("/dev/shm", unix.W_OK|unix.X_OK) == nil
}
