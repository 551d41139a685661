package files

import (
	"fmt"
	"path/filepath"
)

// BaseFolder is stsx's folder under the XDG base directory that variable names,
// or else under home. A relative value counts as none, as the XDG specification
// says. It makes nothing. Errors: *OwnerError where CheckFolder refuses it, that
// there is no home.
func BaseFolder(getenv func(string) string, variable, home string, otherwise ...string) (string, error) {
	base := getenv(variable)
	if !filepath.IsAbs(base) {
		if home == "" {
			return "", fmt.Errorf("neither HOME nor %s is set: stsx does not know where to put its files", variable)
		}
		base = filepath.Join(append([]string{home}, otherwise...)...)
	}
	dir := filepath.Join(base, "stsx")
	return dir, CheckFolder(dir)
}
