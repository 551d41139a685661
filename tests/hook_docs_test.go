//go:build unix

package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/tests/shells"
)

// TestHookDocumented runs the lines that docs/shells.md gives for rc files. The
// cached forms start stsx the first time and when it is newer than the cache,
// and no process at all otherwise.
func TestHookDocumented(t *testing.T) {
	for _, s := range shells.All() {
		language := s.Dialect
		if s.Name != "bash" && s.Name != "zsh" && s.Name != "fish" && s.Name != "dash" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			works := "stsx unuse 2>/dev/null || echo works\n"
			if language == "fish" {
				works = "stsx unuse 2>/dev/null; or echo works\n"
			}
			if out, status := runHook(t, s, snippetOf(t, "shells.md", language, language, 0)+works); out != "works\n" || status != 0 {
				t.Errorf("status %d: %s", status, out)
			}
			if language != "zsh" && language != "fish" {
				return
			}
			// A stsx that counts how often it is started.
			bin, home := t.TempDir(), t.TempDir()
			program := filepath.Join(bin, "stsx")
			if err := os.WriteFile(program, []byte("#!/bin/sh\necho x >>\""+bin+"/count\"\nexec \""+stsxPath+"\" \"$@\"\n"),
				0o700); err != nil {
				t.Fatal(err)
			}
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(program, old, old); err != nil {
				t.Fatal(err)
			}
			cached := func() int {
				script := snippetOf(t, "shells.md", language, language, 1)
				if out, status := runHook(t, s, script+works, "PATH="+bin+":"+os.Getenv("PATH"),
					"XDG_CACHE_HOME="+home); out != "works\n" || status != 0 {
					t.Errorf("status %d: %s", status, out)
				}
				text, err := os.ReadFile(filepath.Join(bin, "count"))
				if err != nil {
					t.Fatal(err)
				}
				return strings.Count(string(text), "x")
			}
			if a, b := cached(), cached(); a != 1 || b != 1 {
				t.Errorf("stsx was started %d and %d times", a, b)
			}
			later := time.Now().Add(time.Hour)
			if err := os.Chtimes(program, later, later); err != nil {
				t.Fatal(err)
			}
			if n := cached(); n != 2 {
				t.Errorf("a newer stsx: it was started %d times in all", n)
			}
		})
	}
}
