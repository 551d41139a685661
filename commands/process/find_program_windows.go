package process

import (
	"os/exec"
)

// FindProgram looks name up in PATH. Unlike cmd.exe it does not look in the current
// directory, where anybody may have put a file of that name.
func FindProgram(name string) (string, error) { return exec.LookPath(name) }
