package vault

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// readUptime is how long the machine has run since its last start, suspends
// included, and the name of that start; "" where neither can be known. Nobody sets
// this clock.
func readUptime() (boot string, running time.Duration) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	var now unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) != nil {
		return "", 0
	}
	return strings.TrimSpace(string(id)), time.Duration(now.Nano())
}
