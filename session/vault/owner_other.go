//go:build !unix

package vault

import "io/fs"

// owned is nil: on Windows the profile directory's access list keeps others out.
func owned(string, fs.FileInfo) error { return nil }
