package vault

import (
	"path/filepath"

	"stsx/session/files"
)

// stateFolder is the folder that everything is kept in.
type stateFolder string

// path names a file without touching anything.
func (h stateFolder) path(parts ...string) string {
	return filepath.Join(append([]string{string(h)}, parts...)...)
}

// folder returns the folder in it called name, made if need be. Both are the caller's alone when it returns nil.
func (h stateFolder) folder(name string) (string, error) {
	if err := files.MakePrivate(string(h)); err != nil {
		return "", err
	}
	dir := h.path(name)
	return dir, files.MakePrivate(dir)
}

// fileNames lists the files in dir; none where it can't be read.
func fileNames(dir string) []string {
	names, _ := files.List(dir)
	return names
}
