// Package windows_test runs the Windows build: on Windows, or under wine, as
// make windows does. What wine shows and what it can't is in docs/dev/windows.md.
package windows_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"stsx/tests/require"
)

const wine = "/usr/lib/wine/wine64"

// folder has the programs that are tested, and the wine prefix.
var folder string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	// Wine refuses a prefix in a folder that is not the user's own: TMPDIR is.
	dir, err := os.MkdirTemp("", "stsx-windows-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	folder = dir
	defer os.RemoveAll(dir)
	defer endWine()
	return m.Run()
}

// needPrograms makes the programs and the wine prefix once, and ends t as require.Part does
// where wine is missing.
func needPrograms(t *testing.T) {
	t.Helper()
	require.Part(t, "wine", canRun(), "apt install --no-install-recommends wine64 gcc-mingw-w64-x86-64, on amd64")
	if err := makePrograms(); err != nil {
		t.Fatal(err)
	}
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

var makePrograms = sync.OnceValue(func() error {
	for name, source := range map[string]string{"stsx.exe": "stsx", "lay.exe": "stsx/tests/windows/lay"} {
		build := windowsGo("build", "-o", filepath.Join(folder, name), source)
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", name, err, out)
		}
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	if out, err := exec.Command("sh", "wine/prefix.sh", prefix()).CombinedOutput(); err != nil {
		return fmt.Errorf("prefix.sh: %w: %s", err, out)
	}
	return nil
})

// windowsGo is the command go with the first word and the others, for Windows.
func windowsGo(verb string, args ...string) *exec.Cmd {
	command := exec.Command("go", append([]string{verb, "-tags", "urfave_cli_no_docs"}, args...)...)
	command.Env = append(wineEnviron(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	return command
}

func prefix() string { return filepath.Join(folder, "prefix") }

func wineEnviron() []string { return append(os.Environ(), "WINEPREFIX="+prefix(), "WINEDEBUG=-all") }

// endWine ends the server of this prefix, and with it all that runs there.
func endWine() {
	if _, err := os.Stat(prefix()); err != nil {
		return
	}
	command := exec.Command("/usr/lib/wine/wineserver64", "-k")
	command.Env = wineEnviron()
	_ = command.Run() // fails where nothing runs any more
}
