//go:build unix

package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// testedProgramEnv names a variable with the program to test, in place of one that
// is built.
const testedProgramEnv = "STSX_TESTED"

// stsxPath is the program under test, built by TestMain and written by nobody else.
var stsxPath string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	if program := os.Getenv(withoutKeyctlEnv); program != "" {
		return becomeWithoutKeyctl(program)
	}
	if program := os.Getenv(withoutLocksEnv); program != "" {
		return becomeWithoutLocks(program)
	}
	if os.Getenv(goSDKEnv) != "" {
		return becomeGoSDK()
	}
	if os.Getenv(relaySocketEnv) != "" {
		return becomeBrowserRelay()
	}
	restoreSignals()
	leave, err := keepFilesInMemory()
	if err != nil {
		fmt.Fprintln(os.Stderr, "making room for the tests' files:", err)
		return 1
	}
	defer leave()
	if stsxPath = os.Getenv(testedProgramEnv); stsxPath != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "stsx-tests-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	stsxPath = filepath.Join(dir, "stsx")
	command := exec.Command("go", "build", "-buildvcs=false", "-tags", "urfave_cli_no_docs", "-o", stsxPath, "stsx")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building stsx:", err)
		return 1
	}
	return m.Run()
}
