//go:build unix

package commands

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Replace is execve: argv takes this process's place, so that its pid, signals,
// terminal and exit status are the command's own. As execvp does, a file that
// is executable but of no known format is run by the shell.
func Replace(path string, argv, environ []string) error {
	err := syscall.Exec(path, argv, environ)
	if errors.Is(err, syscall.ENOEXEC) {
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), environ)
	}
	return os.NewSyscallError("execve", err)
}

// Find looks name up as a shell does: in PATH, entries that name the current
// directory included, since on Unix a person who has them means them.
func Find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		return path, nil
	}
	return path, err
}
