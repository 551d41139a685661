package browser

import (
	"os"

	"golang.org/x/sys/unix"
)

// forbidCore keeps a process, and what it starts, from leaving a core file when it crashes: it would hold what was typed.
func forbidCore(p *os.Process) {
	_ = unix.Prlimit(p.Pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) // fails only for a process that is gone
}
