package windows_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// powerShells are those that run here: under wine the one that tests/setup.sh unpacks, on Windows 5.1 and a newer one.
func powerShells() (paths []string) {
	if runtime.GOOS != "windows" {
		path, err := filepath.Abs("../.pwsh/pwsh-win/pwsh.exe")
		if _, missing := os.Stat(path); err == nil && missing == nil {
			return []string{path}
		}
		return nil
	}
	for _, name := range []string{"powershell", "pwsh"} {
		if path, err := exec.LookPath(name); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// powerShell runs pass_through.ps1 and returns what its lines show.
func (d *desk) powerShell(path, hook string) string {
	d.Helper()
	script, err := filepath.Abs("pass_through.ps1")
	if err != nil {
		d.Fatal(err)
	}
	out := filepath.Join(d.dir, "out-"+hook)
	argv := []string{
		path, "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", windowsPath(script),
		windowsPath(filepath.Join(folder, "stsx.exe")), windowsPath(filepath.Join(folder, "lay.exe")), windowsPath(out), hook,
	}
	if runtime.GOOS != "windows" { // wine's pwsh.exe wants a terminal
		argv = []string{"script", "-qec", "'" + strings.Join(append([]string{wine}, argv...), "' '") + "'", os.DevNull}
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Env = append(wineEnviron(), d.env...)
	command.Dir = d.dir
	screen, err := command.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		d.Fatalf("%s: %v: %s", hook, err, screen)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		d.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// TestPowerShell: with the hook loaded stsx.exe gets the same words, and its callers the same statuses, as without it; use and
// unuse set the shell's variables and put them back.
func TestPowerShell(t *testing.T) {
	paths := powerShells()
	if len(paths) == 0 {
		t.Skip("there is no PowerShell for Windows here")
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".exe"), func(t *testing.T) {
			d := newDesk(t, "prod", "dev")
			bare := d.powerShell(path, "bare")
			same, own, _ := strings.Cut(d.powerShell(path, "hook"), "done\n")
			if same+"done\n" != bare {
				t.Errorf("without the hook:\n%s\nwith it:\n%s", bare, same)
			}
			if !strings.HasPrefix(bare, `["a b" `) || !strings.Contains(bare, "False 3\nno\nfinally 9\n") {
				t.Errorf("the lines did not run:\n%s", bare)
			}
			const want = "used True prod ASIAprod\nused True dev ASIAdev\nback True prod ASIAprod\nunused True [] []\nfailed False []\n"
			if own != want {
				t.Errorf("got:\n%s\nwant:\n%s", own, want)
			}
		})
	}
}
