package browser

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func env(pairs ...string) func(string) string {
	return func(name string) string { return lookupVariable(pairs, name) }
}

func program(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks on PATH")
	}
	dir := t.TempDir()
	program(t, filepath.Join(dir, "a", "chromium"), 0o755)
	program(t, filepath.Join(dir, "b", "google-chrome-stable"), 0o755)
	program(t, filepath.Join(dir, "b", "google-chrome"), 0o755)
	program(t, filepath.Join(dir, "b", "brave"), 0o755)
	program(t, filepath.Join(dir, "a", "google-chrome-stable"), 0o644)
	path := "PATH=" + dir + "/a:" + dir + "/b:relative"
	for _, c := range []struct{ explicit, path, want, err string }{
		{"", path, dir + "/b/google-chrome-stable " + dir + "/a/chromium " + dir + "/b/brave", ""},
		{"", "PATH=" + dir + "/a", dir + "/a/chromium", ""},
		{dir + "/a/chromium", "PATH=", dir + "/a/chromium", ""},
		{"chromium", path, dir + "/a/chromium", ""},
		{"edge", path, "", `browser "edge": no such command on PATH`},
		{dir + "/gone", path, "", "no such file"},
		{dir + "/a/google-chrome-stable", path, "", "not executable"},
		{dir + "/a", path, "", "directory"},
	} {
		got, err := Find(c.explicit, env(c.path))
		if strings.Join(got, " ") != c.want || (err == nil) != (c.err == "") ||
			err != nil && (!strings.Contains(err.Error(), c.err) || !strings.Contains(err.Error(), c.explicit)) {
			t.Errorf("%q: %q, %v", c.explicit, got, err)
		}
	}
	if _, err := os.Stat("/snap/bin/chromium"); err == nil {
		t.Skip("a snap is installed here")
	}
	_, err := Find("", env("PATH="+dir))
	var missing *NotFoundError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "install Chromium") {
		t.Errorf("got %v", err)
	}
}

func TestPlaces(t *testing.T) {
	mac := strings.Join(slices.Concat(browserPaths("darwin", env("HOME=/Users/jane"))...), "\n")
	for _, want := range []string{"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Users/jane/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if !strings.Contains(mac, want) {
			t.Errorf("macOS lacks %s", want)
		}
	}
	for _, home := range []string{"", "jane"} {
		for _, path := range slices.Concat(browserPaths("darwin", env("HOME="+home))...) {
			if !strings.HasPrefix(path, "/Applications/") {
				t.Errorf("HOME=%s: %s", home, path)
			}
		}
	}
	windows := browserPaths("windows", env(`ProgramFiles=C:\Program Files`, `LocalAppData=C:\Users\j\AppData\Local`))
	if len(slices.Concat(windows...)) != 8 || windows[0][0] != `C:\Program Files\Google\Chrome\Application\chrome.exe` {
		t.Errorf("Windows: %q", windows)
	}
}
