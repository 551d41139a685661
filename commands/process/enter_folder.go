package process

import (
	"os"
	"path/filepath"
)

// EnterFolder makes dir this process's working folder. Where that can't be it is the
// root: what is named relative to dir is then not found, rather than taken from the
// folder that this process was started in.
func EnterFolder(dir string) {
	if os.Chdir(dir) != nil {
		_ = os.Chdir(string(filepath.Separator)) // it is there
	}
}
