//go:build unix

package tests

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// testedProgramEnv names a variable with the program to test, in place of one that
// is built.
const testedProgramEnv = "STSX_TESTED"

// stsxPath is the program under test, built by TestMain and written by nobody else.
var stsxPath string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

// setParallel runs twice as many tests at a time as there are cores, unless
// -parallel says how many: a sign-in waits as long as it works.
func setParallel() error {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if said {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
}

func runTests(m *testing.M) int {
	if program := os.Getenv(withoutKeyctlEnv); program != "" {
		return becomeWithoutKeyctl(program)
	}
	if os.Getenv(goSDKEnv) != "" {
		return becomeGoSDK()
	}
	if os.Getenv(relaySocketEnv) != "" {
		return becomeBrowserRelay()
	}
	restoreSignals()
	if err := setParallel(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
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
