//go:build unix && !linux

package tests

// keepFilesInMemory leaves the tests' files where the system has them.
func keepFilesInMemory() (leave func(), err error) { return func() {}, nil }
