package browser

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestProfilesDontCollide: many start at once, sweep each other's root, and none loses its own.
func TestProfilesDontCollide(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "deep", "root")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				p, err := newProfile(root)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(filepath.Join(p.dir, "Default", "Preferences")); err != nil {
					t.Error(err)
				}
				if err := p.remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, _ := os.ReadDir(root); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("root: %v, %v", info.Mode(), err)
	}
}

func TestSweep(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"run-1/Default", "run-2/Default", "other/Default"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	program(t, filepath.Join(root, "run-2.lock"), 0o600)
	SweepProfiles(root)
	left, _ := os.ReadDir(root)
	if len(left) != 1 || left[0].Name() != "other" {
		t.Errorf("left: %v", left)
	}
}

func TestSnap(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "linked")
	if err := os.Symlink("/snap/bin/brave", link); err != nil {
		t.Skip(err)
	}
	stub := filepath.Join(dir, "chromium-browser")
	if err := os.WriteFile(stub, []byte("#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then echo; fi\nexec /snap/bin/chromium \"$@\"\n"),
		0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/snap/bin/chromium": "chromium", "/snap/chromium/current/usr/lib/chromium-browser/chrome": "chromium", link: "brave",
		stub: "chromium",
		program(t, filepath.Join(dir, "chrome"), 0o755): "", "/nowhere": "",
	} {
		if got := snapName(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := profileRoot("/snap/bin/chromium", "/state", []string{"HOME=/home/jane"}); got != "/home/jane/snap/chromium/common/stsx" {
		t.Errorf("root: %s", got)
	}
}
