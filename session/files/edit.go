package files

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Edit changes the file at path, through symbolic links, to what change makes
// of its text; one that is not there has none. Other processes of stsx wait for
// their turn; a writer that knows no lock is noticed, and change is made to what
// that one wrote. The file is replaced in one step: whatever happens, it holds
// the old text or the new. It keeps its mode and owner; a new one is for its
// owner alone. Where nothing changes nothing is written. Errors: change's, the
// context's, what the file system said.
func Edit(ctx context.Context, path string, change func(text string) (string, error)) error {
	target, err := linkTarget(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := WaitLock(ctx, filepath.Join(dir, "."+filepath.Base(target)+".stsx-lock"), nil)
	if err != nil {
		return fmt.Errorf("locking %s: %w", target, err)
	}
	defer lock.Remove()
	removeUnfinishedOf(target)
	for {
		old, info, err := readText(target)
		if err != nil {
			return err
		}
		text, err := change(old)
		if err != nil {
			return err
		}
		if text == old {
			return nil
		}
		done, err := replaceText(target, old, text, info)
		if err != nil || done {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// maxLinks is how many symbolic links are followed, as in Linux.
const maxLinks = 40

// linkTarget is the file that path leads to, also when it is not there yet.
func linkTarget(path string) (string, error) {
	for range maxLinks {
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link: the file, or nothing yet
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return "", fmt.Errorf("%s: too many symbolic links", path)
}

// replaceText puts text in old's place, unless somebody was faster: then false.
func replaceText(path, old, text string, was fs.FileInfo) (done bool, err error) {
	mode := fs.FileMode(0o600)
	if was != nil {
		mode = was.Mode().Perm()
		// A rename asks the folder only, so the file's own wish is looked at.
		if mode&0o200 == 0 {
			return false, fmt.Errorf("%s is read-only: nothing was changed", path)
		}
	}
	temp, err := writeTemp(path, []byte(text), func(f *os.File) error {
		if err := keepOwner(f, was); err != nil {
			return err
		}
		return f.Chmod(mode)
	})
	if err != nil {
		return false, err
	}
	now, info, err := readText(path)
	if err != nil || now != old || (info == nil) != (was == nil) {
		os.Remove(temp)
		return false, err
	}
	err = putInPlace(temp, path)
	return err == nil, err
}
