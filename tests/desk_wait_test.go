//go:build unix

package tests

import (
	"time"
)

// waitFor waits until something holds, a minute at most.
func (d *desk) waitFor(what string, holds func() bool) {
	d.Helper()
	d.waitWithin(time.Minute, what, holds)
}

func (d *desk) waitWithin(limit time.Duration, what string, holds func() bool) {
	d.Helper()
	if !eventually(limit, holds) {
		d.Fatalf("not within %s: %s", limit, what)
	}
}

func eventually(limit time.Duration, holds func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return holds()
}
