// Package files holds what stsx does with files: private folders, locks, reading
// with a bound, replacing in one step, removing. Nobody else does any of these.
//
// Two kinds of files come through here. stsx's own lie in private folders and
// are read with ReadOwn and written with Replace or Create. Those that other
// programs and people write as well are read with Read and changed with Edit.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

const (
	// textLimit bounds what is read of a file that people edit, in bytes.
	textLimit = 16 << 20
	// OwnLimit bounds what is read of a file of stsx's own, in bytes; a session
	// takes about 2 KB.
	OwnLimit = 1 << 20
)

// Read returns the text of the file at path; one that is not there has none.
func Read(path string) (string, error) {
	text, _, err := readText(path)
	return text, err
}

// readText returns what the file holds; info is nil when it is not there.
func readText(path string) (string, fs.FileInfo, error) {
	text, info, err := readRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	return string(text), info, err
}

// pipeTime is how long what writes into a pipe may take.
const pipeTime = 10 * time.Second

// ReadThere is Read of a file that has to be there.
func ReadThere(path string) ([]byte, error) {
	text, _, err := readRegular(path)
	return text, err
}

// ReadGiven is ReadThere of what a person named for this one run: a pipe too, as a shell has
// it for <(…), which can be read once.
func ReadGiven(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return readPipe(path)
	}
	text, _, err := readRegular(path)
	return text, err
}

// readPipe reads a pipe to its end. One that nobody writes into is empty.
func readPipe(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.SetReadDeadline(time.Now().Add(pipeTime)); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, textLimit+1))
	if err == nil && len(text) > textLimit {
		err = fmt.Errorf("%s holds more than %d MiB", path, textLimit>>20)
	}
	return text, err
}

// readRegular reads neither a device nor a pipe, which may have no end.
func readRegular(path string) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > textLimit:
		return nil, nil, fmt.Errorf("%s is larger than %d MiB", path, textLimit>>20)
	}
	f, err := openInTime(path, os.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	return text, info, err
}

// ReadTrusted returns what is in a file that stsx obeys, such as its
// configuration: what CheckFile refuses is not read.
func ReadTrusted(path string) ([]byte, error) {
	if err := CheckFile(path); err != nil {
		return nil, err
	}
	f, err := openInTime(path, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = checkWriters(path, info) // another may have taken its place meanwhile
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, textLimit+1))
	if err == nil && len(text) > textLimit {
		err = fmt.Errorf("%s is larger than %d MiB", path, textLimit>>20)
	}
	return text, err
}

// ReadOwn returns what is in a file of stsx's own, up to OwnLimit, and what the
// file was, for RemoveSame. One of another user is refused.
func ReadOwn(path string) ([]byte, fs.FileInfo, error) {
	f, err := openInTime(path, os.O_RDONLY|syscall.O_NONBLOCK) // a pipe is not waited for
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	if err := CheckOwner(path, info); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, OwnLimit))
	return data, info, err
}

// List returns the names of the files in dir that Replace or Create has
// finished, or somebody else put there; a dir that isn't there has none.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && !isTemp(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
