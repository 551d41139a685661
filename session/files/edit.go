package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Edit changes the file at path, through symbolic links, to what change makes
// of its text; one that is not there has none. Other processes of stsx wait for
// their turn; a writer that knows no lock is noticed, and change is made to what
// that one wrote. The file is replaced in one step: whatever happens, it holds
// the old text or the new. It keeps its mode, owner and extended attributes; a new
// one is for its owner alone. A file that no other can take the place of is
// written in place, see writeInPlace. Where nothing changes nothing is written. Errors: change's, the
// context's, CheckPlace's, what the file system said.
func Edit(ctx context.Context, path string, change func(text string) (string, error)) error {
	target, err := linkTarget(path)
	if err != nil {
		return err
	}
	if err := CheckPlace(target); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	unlock, err := lockForEdit(ctx, target)
	if err != nil {
		return fmt.Errorf("locking %s: %w", target, err)
	}
	defer unlock()
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

// lockForEdit keeps other processes of stsx from the file at path. Where no lock
// can be had, which the file itself may do without, there is none: what another
// writes meanwhile is noticed all the same.
func lockForEdit(ctx context.Context, path string) (unlock func(), err error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".stsx-lock")
	lock, err := WaitLock(ctx, name, nil)
	if err != nil && ctx.Err() == nil && (HasNoLocks(err) || isRefused(err)) {
		if HasNoLocks(err) {
			os.Remove(name) // nobody can hold it
		}
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	removeUnfinishedOf(path)
	return lock.Remove, nil
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
	if was != nil && !canKeepOwner(was) {
		return writeInPlace(path, old, text)
	}
	kept := true
	temp, err := writeTemp(path, []byte(text), func(f *os.File) error {
		if err := keepOwner(f, was); err != nil {
			return err
		}
		if err := f.Chmod(mode); err != nil && !isRefused(err) && !HasNoLocks(err) { // WSL's /mnt/c knows none
			return err
		}
		kept = was == nil || keepAttributes(f, path) == nil
		return nil
	})
	if was != nil && (isRefused(err) || err == nil && !kept) {
		os.Remove(temp)
		return writeInPlace(path, old, text)
	}
	if err != nil {
		return false, err
	}
	now, info, err := readText(path)
	if err != nil || now != old || (info == nil) != (was == nil) {
		os.Remove(temp)
		return false, err
	}
	err = putInPlace(temp, path)
	if was != nil && isMounted(err) {
		return writeInPlace(path, old, text)
	}
	return err == nil, err
}

// writeInPlace writes text over old, for a file that no other can take the place
// of: it is mounted by itself, as into a container, its folder takes no new file,
// or a new one could not have its owner or access list. What needs more space
// comes first, and what fails is undone. Only a crash in the middle leaves a
// mixture of both.
func writeInPlace(path, old, text string) (done bool, err error) {
	f, err := openInTime(path, os.O_RDWR)
	if err != nil {
		return false, err
	}
	defer f.Close()
	now, err := io.ReadAll(io.LimitReader(f, textLimit+1))
	if err != nil || string(now) != old {
		return false, err
	}
	if err := overwrite(f, text, min(len(old), len(text))); err != nil {
		return false, errors.Join(fmt.Errorf("writing %s: %w", path, err), overwrite(f, old, len(old)))
	}
	return true, nil
}

// overwrite makes text what f holds, the part from first on before the rest.
func overwrite(f *os.File, text string, first int) error {
	if _, err := f.WriteAt([]byte(text[first:]), int64(first)); err != nil {
		return err
	}
	if _, err := f.WriteAt([]byte(text[:first]), 0); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(text))); err != nil {
		return err
	}
	return f.Sync()
}
