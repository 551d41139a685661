package bundle

import (
	"path/filepath"

	"stsx/session/files"
)

// SavePicture saves a page's picture in dir, for its owner only, and returns its
// path. The next one takes its place.
func SavePicture(dir string, png []byte) (string, error) {
	if err := files.MakePrivate(dir); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "page.png")
	return path, files.Replace(path, png)
}
