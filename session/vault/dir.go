package vault

import (
	"path/filepath"

	"stsx/session/files"
)

// home is the directory that everything is kept in.
type home string

// path names a file without touching anything.
func (h home) path(parts ...string) string {
	return filepath.Join(append([]string{string(h)}, parts...)...)
}

// room returns the directory called name, made if need be. It and the one
// around it are the caller's alone when room returns nil.
func (h home) room(name string) (string, error) {
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
