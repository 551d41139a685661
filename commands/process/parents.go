package process

import "os"

// maxParents bounds the way up: process ids are reused while we look.
const maxParents = 16

// ParentNames returns a function that names the next process up at each call, our
// parent first; false when there is none or it can't be seen.
func ParentNames() func() (string, bool) { return NamesFrom(os.Getppid()) }

// NamesFrom is ParentNames with that process first.
func NamesFrom(pid int) func() (string, bool) {
	seen := 0
	return func() (string, bool) {
		if seen++; pid <= 0 || seen > maxParents {
			return "", false
		}
		name, parent, ok := describeProcess(pid)
		pid = parent
		return name, ok
	}
}
