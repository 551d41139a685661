package commands

import "os"

// maxParents bounds the way up: process ids are reused while we look.
const maxParents = 16

// Parents is System.Parents of a real process.
func Parents() func() (string, bool) {
	pid, seen := os.Getppid(), 0
	return func() (string, bool) {
		if seen++; pid <= 0 || seen > maxParents {
			return "", false
		}
		name, parent, ok := process(pid)
		pid = parent
		return name, ok
	}
}
