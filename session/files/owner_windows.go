package files

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// The access list of the person's own folder keeps others out: nothing below is
// ever refused.

// CheckOwner is nil.
func CheckOwner(string, fs.FileInfo) error { return nil }

// CheckFolder is nil.
func CheckFolder(string) error { return nil }

// CheckPlace is nil.
func CheckPlace(string) error { return nil }

func checkWriters(string, fs.FileInfo) error { return nil }

// CheckFile is nil.
func CheckFile(string) error { return nil }

// hasModes is false.
func hasModes(string) bool { return false }

// IsOpenToOthers is false.
func IsOpenToOthers(string) bool { return false }

// canKeepOwner is true.
func canKeepOwner(fs.FileInfo) bool { return true }

// keepOwner does nothing: a new file has the owner and the rights of its folder.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// syncFolder does nothing: Windows has no such thing.
func syncFolder(string) {}

// isInUse reports whether err is that another process has the file to itself, as it
// removes or replaces it.
func isInUse(err error) bool { return errors.Is(err, windows.ERROR_SHARING_VIOLATION) }
