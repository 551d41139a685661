// Package textfile changes text files that other programs and people write as
// well: one change at a time, in one step, and nothing else of the file.
package textfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// maxSize bounds what is read, in bytes: more is no file that people edit.
const maxSize = 16 << 20

// Edit changes the file at path, through symbolic links, to what change makes
// of its text; one that is not there has none. Other processes of stsx wait for their turn; a writer that knows no
// lock is noticed, and change is made to what that one wrote. The file is
// replaced in one step: whatever happens, it holds the old text or the new. It
// keeps its mode and owner; a new one is for its owner alone. Where nothing
// changes nothing is written. Errors: change's, the context's, what the file
// system said.
func Edit(ctx context.Context, path string, change func(text string) (string, error)) error {
	target, err := follow(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(dir, "."+filepath.Base(target)+".stsx-lock"))
	if err != nil {
		return fmt.Errorf("locking %s: %w", target, err)
	}
	defer unlock()
	sweep(target)
	for {
		old, info, err := readFile(target)
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
		done, err := replace(target, old, text, info)
		if err != nil || done {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Read returns the text of the file at path; one that is not there has none.
func Read(path string) (string, error) {
	text, _, err := readFile(path)
	return text, err
}

// maxLinks is how many symbolic links are followed, as in Linux.
const maxLinks = 40

// follow is the file that path leads to, also when it is not there yet.
func follow(path string) (string, error) {
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

// readFile returns what the file holds; info is nil when it is not there.
func readFile(path string) (string, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, nil
	case err != nil:
		return "", nil, err
	case !info.Mode().IsRegular():
		return "", nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > maxSize:
		return "", nil, fmt.Errorf("%s is larger than %d MiB", path, maxSize>>20)
	}
	text, err := os.ReadFile(path)
	return string(text), info, err
}

// replace puts text in old's place, unless somebody was faster: then false.
func replace(path, old, text string, was fs.FileInfo) (done bool, err error) {
	mode := fs.FileMode(0o600)
	if was != nil {
		mode = was.Mode().Perm()
		// A rename asks the directory only, so the file's own wish is looked at.
		if mode&0o200 == 0 {
			return false, fmt.Errorf("%s is read-only: nothing was changed", path)
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), tempPrefix(path)+"*")
	if err != nil {
		return false, err
	}
	defer func() {
		if !done {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	if _, err := temp.WriteString(text); err != nil {
		return false, err
	}
	if err := errors.Join(own(temp, was), temp.Chmod(mode), temp.Sync(), temp.Close()); err != nil {
		return false, err
	}
	now, info, err := readFile(path)
	if err != nil || now != old || (info == nil) != (was == nil) {
		return false, err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return false, err
	}
	syncDir(filepath.Dir(path))
	return true, nil
}

func tempPrefix(path string) string { return "." + filepath.Base(path) + ".stsx-new-" }

// sweep removes what killed writers left; the lock is held, so nobody writes.
func sweep(path string) {
	left, _ := filepath.Glob(filepath.Join(escaped(filepath.Dir(path)), escaped(tempPrefix(path))+"*"))
	for _, name := range left {
		os.Remove(name)
	}
}

// escaped keeps Glob from reading a name as a pattern.
func escaped(name string) string {
	out := make([]rune, 0, len(name))
	for _, r := range name {
		if r == '*' || r == '?' || r == '[' || r == '\\' && filepath.Separator != '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// lockStep is how often a lock that another holds is tried again.
const lockStep = 20 * time.Millisecond

// lock waits for the file at path to be ours. It is removed when it is let go,
// and one that lost its name meanwhile counts for nothing.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	for {
		l := flock.New(path, flock.SetPermissions(0o600))
		if _, err := l.TryLockContext(ctx, lockStep); err != nil {
			return nil, err
		}
		held, err := l.Stat()
		if err == nil {
			named, gone := os.Stat(path)
			if gone == nil && os.SameFile(held, named) {
				return func() { os.Remove(path); l.Unlock() }, nil
			}
		}
		l.Unlock()
	}
}
