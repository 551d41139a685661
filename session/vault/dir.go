package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	tempPrefix = ".tmp-"
	// staleTemp is the age at which a temporary file has lost its writer.
	staleTemp = time.Hour
	// fileLimit bounds what is read of a file; a session takes about 2 KB.
	fileLimit = 1 << 20
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
	if err := private(string(h)); err != nil {
		return "", err
	}
	dir := h.path(name)
	return dir, private(dir)
}

// private makes sure that dir is a directory that only this user can enter.
// One that is open wider is closed; one of another user is refused, and with
// it `sudo -E stsx`, which would leave files behind that the user can't open.
func private(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return fmt.Errorf("making %s: %w", filepath.Dir(dir), err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("making %s: %w", dir, err)
		}
		info, err = os.Stat(dir)
	}
	if err != nil {
		return fmt.Errorf("looking at %s: %w", dir, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", dir)
	}
	if err := owned(dir, info); err != nil {
		return err
	}
	if wide := info.Mode().Perm() & 0o077; wide != 0 && runtime.GOOS != "windows" {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("%s is open to other users (mode %04o) and could not be closed: %w", dir, info.Mode().Perm(), err)
		}
	}
	return nil
}

// read returns what is in the file, and what the file was, for removeSame.
func read(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a file", path)
	}
	if err := owned(path, info); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, fileLimit))
	return data, info, err
}

// removeSame removes the file at path unless it has been replaced since was
// looked at: what another process has just put there is not what was found
// wanting. A replacement between the look and the removal is lost; it costs
// one sign-in.
func removeSame(path string, was fs.FileInfo) {
	if now, err := os.Lstat(path); err == nil && os.SameFile(was, now) {
		os.Remove(path)
	}
}

// replace writes data to path so that a reader, now or after a crash, finds
// the whole of the old or the whole of the new. The file's mode is 0600.
func replace(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix+"*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return rename(f.Name(), path)
}

// rename is os.Rename; on Windows, where it fails while another process has
// the target open, it tries for a tenth of a second.
func rename(from, to string) error {
	err := os.Rename(from, to)
	for try := 0; err != nil && runtime.GOOS == "windows" && try < 10; try++ {
		time.Sleep(10 * time.Millisecond)
		err = os.Rename(from, to)
	}
	return err
}

// sweepTemps removes what writers that were killed left in dir.
func sweepTemps(dir string, entries []fs.DirEntry, now time.Time) {
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix) {
			continue
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > staleTemp {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// empty removes every file in dir; a dir that isn't there is empty.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if gone := os.Remove(filepath.Join(dir, e.Name())); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
