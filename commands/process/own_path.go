package process

import (
	"os"
	"os/exec"
	"path/filepath"
)

// OwnPath is the path under which this program is found: where PATH leads to it
// that path, since a package manager's own may be gone after an upgrade. called
// is the name it was started by.
func OwnPath(called string) (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	found, err := exec.LookPath(filepath.Base(called))
	if err != nil {
		return path, nil
	}
	if found, err = filepath.Abs(found); err != nil {
		return path, nil
	}
	ours, err := os.Stat(path)
	if err != nil {
		return path, nil
	}
	if theirs, err := os.Stat(found); err == nil && os.SameFile(ours, theirs) {
		return found, nil
	}
	return path, nil
}
