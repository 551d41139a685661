// Package require says what a test needs from the machine it runs on.
//
// A shell, a browser or a server that is not installed is no fault of the program, so at a desk its tests are skipped
// with a line that tells how to get it. In CI the same absence would hide a failure: with STSX_REQUIRE=all in the
// environment it fails the test.
package require

import (
	"os"
	"os/exec"
	"testing"
)

// Part skips t when the part called name was not found, and fails t instead when STSX_REQUIRE=all.
// The cure is what to type or install, in a few words. When found is true it does nothing.
func Part(t testing.TB, name string, found bool, cure string) {
	t.Helper()
	switch {
	case found:
	case os.Getenv("STSX_REQUIRE") == "all":
		t.Fatalf("%s is missing and STSX_REQUIRE=all: %s", name, cure)
	default:
		t.Skipf("%s is missing: %s", name, cure)
	}
}

// Command returns the path of the program called name, looked up on PATH; without one it ends t as Part does.
func Command(t testing.TB, name, cure string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	Part(t, name, err == nil, cure)
	return path
}
