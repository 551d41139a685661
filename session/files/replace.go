package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// tempMark is in the names of files that are not finished.
const tempMark = ".stsx-new-"

// renameWait is how long Windows may refuse a rename because another process has
// the target open, or to open a file that another process is about to replace.
const renameWait = 2 * time.Second

// Replace writes data to path so that a reader, now or after a crash, finds
// the whole of the old or the whole of the new. The file is for its owner only.
func Replace(path string, data []byte) error {
	temp, err := writeTemp(path, data, func(*os.File) error { return nil })
	if err == nil {
		err = putInPlace(temp, path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, folderError(filepath.Dir(path), err))
	}
	return nil
}

// Create writes data to path, for its owner only, whole or not at all. Where a
// file is there already it stays: fs.ErrExist (wrapped).
func Create(path string, data []byte) error {
	temp, err := writeTemp(path, data, func(*os.File) error { return nil })
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer os.Remove(temp)
	// A link fails where the name is taken, which a rename does not; some file
	// systems know no links.
	err = os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	return putInPlace(temp, path)
}

// writeTemp writes data to a new file beside path and returns its name. prepare
// is called before the file is closed. When it fails nothing is left.
func writeTemp(path string, data []byte, prepare func(*os.File) error) (name string, err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), tempPrefix(path)+"*")
	if err != nil {
		return "", err
	}
	_, err = temp.Write(data)
	if err == nil {
		err = prepare(temp)
	}
	if err == nil {
		err = temp.Sync()
		if HasNoLocks(err) { // nor does such a file system know of being synced
			err = nil
		}
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		os.Remove(temp.Name())
		return "", err
	}
	return temp.Name(), nil
}

// putInPlace gives temp the name path, or removes it.
func putInPlace(temp, path string) error {
	if err := renameInTime(temp, path); err != nil {
		os.Remove(temp)
		return err
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// renameInTime is os.Rename; on Windows, where it fails while another process
// has the target open, it tries for renameWait.
func renameInTime(from, to string) error {
	return tryInTime(func() error { return os.Rename(from, to) }, func(error) bool { return runtime.GOOS == "windows" })
}

// openInTime is os.OpenFile of a file that is there; while another process puts
// one in its place, which Windows opens for nobody, it tries for renameWait.
func openInTime(path string, flag int) (f *os.File, err error) {
	err = tryInTime(func() error {
		f, err = os.OpenFile(path, flag, 0)
		return err
	}, isInUse)
	return f, err
}

// tryInTime does what passes by itself soon, as again says of its error, until it
// succeeds, for renameWait.
func tryInTime(do func() error, again func(error) bool) error {
	start := time.Now()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := do()
		if err == nil || !again(err) || time.Since(start) > renameWait {
			return err
		}
		time.Sleep(wait)
	}
}

func tempPrefix(path string) string { return "." + filepath.Base(path) + tempMark }

func isTemp(name string) bool {
	return strings.HasPrefix(name, ".") && strings.Contains(name, tempMark)
}
