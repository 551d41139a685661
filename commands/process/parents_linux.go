package process

import (
	"fmt"
	"os"
	"strings"
)

// describeProcess tells what a process is called and who its parent is.
func describeProcess(pid int) (name string, parent int, ok bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, false
	}
	// pid (name) state ppid …, and the name may hold anything, ")" included.
	text := string(stat)
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return "", 0, false
	}
	var state string
	if _, err := fmt.Sscan(text[end+1:], &state, &parent); err != nil {
		return "", 0, false
	}
	return text[open+1 : end], parent, true
}
