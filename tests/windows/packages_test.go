package windows_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestPackages runs the packages' own tests, built for Windows, under wine: the
// cheap ones, or those that STSX_PACKAGES names. On Windows go test does that itself.
func TestPackages(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows: go test ./session/... ./commands/...")
	}
	needPrograms(t)
	packages := strings.Fields(os.Getenv("STSX_PACKAGES"))
	if len(packages) == 0 {
		packages = []string{
			"./commands/process", "./completions", "./session/config", "./session/desktop", "./session/files", "./shellinit",
		}
	}
	flags := []string{"-vet=off", "-count=1", "-timeout=5m", "-overlay", writeOverlay(t), "-exec", wine}
	command := windowsGo("test", append(flags, packages...)...)
	command.Dir = "../.."
	out, err := command.CombinedOutput()
	if n := strings.Count("\n"+string(out), "\nok  \t"); err != nil || n == 0 {
		t.Fatalf("%v, %d packages passed: %s", err, n, out)
	}
	t.Logf("%s", out)
}

// writeOverlay returns a file for go's -overlay. Wine 8 can't delete a file as
// os.RemoveAll asks for it since Go 1.25. Go has another way, for older Windows, and
// is told to take that. It is for the tests' own folders: stsx.exe is tested as it is built.
func writeOverlay(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src/internal/syscall/windows/at_windows.go")
	data, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	const before, after = "\nvar TestDeleteatFallback bool\n", "\nvar TestDeleteatFallback = true\n"
	if !strings.Contains(string(data), before) {
		t.Fatalf("%s has another way now: see whether wine needs this still", source)
	}
	changed := filepath.Join(t.TempDir(), "at_windows.go")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(data), before, after, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
