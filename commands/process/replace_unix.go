//go:build unix

package process

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// errInterpreter: the file is there, and what it wants to be run by is not.
var errInterpreter = errors.New("its interpreter (the program on its first line, or the loader it is linked with) is missing")

// Replace is execve: argv takes this process's place, so that its pid, signals,
// terminal and exit status are the command's own. As execvp does, a file that
// is executable but of no known format is run by the shell.
func Replace(path string, argv, environ []string) error {
	err := syscall.Exec(path, argv, environ)
	if errors.Is(err, syscall.ENOEXEC) {
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), environ)
	}
	return explainMissing(path, os.NewSyscallError("execve", err))
}

// explainMissing is err, told apart from that of a file that is not there.
func explainMissing(path string, err error) error {
	if _, there := os.Stat(path); errors.Is(err, syscall.ENOENT) && there == nil {
		return &fs.PathError{Op: "execve", Path: path, Err: errInterpreter}
	}
	return err
}
