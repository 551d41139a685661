//go:build unix && !linux

package files

// listedWriter is whom an access list lets write: such lists are read on Linux only.
func listedWriter(string) string { return "" }
