//go:build !linux

package browser

import "os"

// forbidCore: only Linux can limit another process; elsewhere cores are off unless the person asked for them.
func forbidCore(*os.Process) {}
