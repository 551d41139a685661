//go:build unix

package process

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
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

// FindProgram looks name up as a shell does: in PATH, entries that name the current
// directory included, since on Unix a person who has them means them. A file
// that is there and can't be executed is told apart from none.
func FindProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) {
		return path, nil
	}
	if name == "" || !errors.Is(err, exec.ErrNotFound) {
		return path, err
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if info, failed := os.Stat(filepath.Join(dir, name)); failed == nil && info.Mode().IsRegular() {
			return "", &fs.PathError{Op: "exec", Path: name, Err: syscall.EACCES}
		}
	}
	return path, err
}
