//go:build unix && !linux

package files

// hasModes reports whether the modes of the file at path mean anything.
func hasModes(string) bool { return true }
