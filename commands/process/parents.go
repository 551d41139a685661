package process

import (
	"os"
	"path"
	"strconv"
	"strings"
)

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

// parseProcess reads the line of ps about a process. macOS's has the program's whole
// path there, which may hold blanks.
func parseProcess(line string) (name string, parent int, ok bool) {
	first, name, found := strings.Cut(strings.TrimSpace(line), " ")
	parent, err := strconv.Atoi(first)
	return path.Base(strings.TrimSpace(name)), parent, found && err == nil
}
