package windows_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

const wine = "/usr/lib/wine/wine64"

// folder has the programs that are tested, and the wine prefix. "" where wine is missing.
var folder string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	if !canRun() {
		return m.Run()
	}
	// Wine refuses a prefix in a folder that is not the user's own: TMPDIR is.
	dir, err := os.MkdirTemp("", "stsx-windows-")
	if err != nil {
		return failMain(err)
	}
	folder = dir
	defer os.RemoveAll(dir)
	if err := buildPrograms(); err != nil {
		return failMain(err)
	}
	if runtime.GOOS != "windows" {
		defer endWine()
		if out, err := exec.Command("sh", "wine/prefix.sh", prefix()).CombinedOutput(); err != nil {
			return failMain(fmt.Errorf("prefix.sh: %w: %s", err, out))
		}
	}
	return m.Run()
}

func failMain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// canRun reports whether programs for Windows run here.
func canRun() bool {
	if runtime.GOOS == "windows" {
		return true
	}
	_, errWine := os.Stat(wine)
	_, errCompiler := exec.LookPath("x86_64-w64-mingw32-gcc")
	return runtime.GOARCH == "amd64" && errWine == nil && errCompiler == nil
}

func prefix() string { return filepath.Join(folder, "prefix") }

// endWine ends the server of this prefix, and with it all that runs there.
func endWine() {
	command := exec.Command("/usr/lib/wine/wineserver64", "-k")
	command.Env = append(os.Environ(), "WINEPREFIX="+prefix())
	_ = command.Run() // fails where nothing runs any more
}

func buildPrograms() error {
	for name, source := range map[string]string{"stsx.exe": "stsx", "lay.exe": "stsx/tests/windows/lay"} {
		command := exec.Command("go", "build", "-tags", "urfave_cli_no_docs", "-o", filepath.Join(folder, name), source)
		command.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
	}
	return nil
}
