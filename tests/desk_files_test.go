//go:build unix

package tests

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func (d *desk) configPath() string { return filepath.Join(d.home, ".config", "stsx", "config.toml") }

func (d *desk) writeConfig(text string) {
	d.Helper()
	path := filepath.Join(d.home, ".config", "stsx", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

// readConfig is what configure wrote.
func (d *desk) readConfig() string {
	d.Helper()
	text, err := os.ReadFile(filepath.Join(d.home, ".config", "stsx", "config.toml"))
	if err != nil {
		d.Fatal(err)
	}
	return string(text)
}

// editConfig changes the configuration.
func (d *desk) editConfig(was, is string) {
	d.Helper()
	text := textOf(d.T, filepath.Join(d.home, ".config", "stsx", "config.toml"))
	if !strings.Contains(text, was) {
		d.Fatalf("the configuration has no %q", was)
	}
	d.writeConfig(strings.Replace(text, was, is, 1))
}

func (d *desk) writeFile(path, text string, mode os.FileMode) {
	d.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		d.Fatal(err)
	}
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fileTree is every file below dir with its content, mode and time.
func fileTree(t *testing.T, dir string) map[string]string {
	out := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		text := ""
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		out[path] = info.Mode().String() + " " + info.ModTime().String() + " " + text
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return out
}

// wantNoBrowserProfile fails the test if a run left a browser's profile behind.
func (d *desk) wantNoBrowserProfile() {
	d.Helper()
	entries, err := os.ReadDir(filepath.Join(d.home, ".local", "state", "stsx", "browser"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		d.Fatal(err)
	}
	for _, e := range entries {
		d.Errorf("left behind: %s", e.Name())
	}
}

// cookieFiles are the files with cookies.
func (d *desk) cookieFiles() []string {
	d.Helper()
	files, err := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "cookies", "*"))
	if err != nil {
		d.Fatal(err)
	}
	return files
}

// credentials is the path of the desk's AWS credentials file.
func (d *desk) credentials() string { return filepath.Join(d.home, ".aws", "credentials") }
