//go:build unix

package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"stsx/tests/require"
)

func requireBrowser(t testing.TB) {
	t.Helper()
	found := false
	for _, name := range []string{"google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge",
		"brave-browser"} {
		_, err := exec.LookPath(name)
		found = found || err == nil
	}
	for _, path := range []string{"/Applications/Google Chrome.app", "/Applications/Chromium.app"} {
		_, err := os.Stat(path)
		found = found || err == nil
	}
	require.Part(t, "a browser", found, "install Chromium: apt-get install chromium, brew install --cask chromium")
}

// browserPath is the browser that stsx would find.
func browserPath(t testing.TB) string {
	t.Helper()
	requireBrowser(t)
	for _, name := range []string{"google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "microsoft-edge",
		"brave-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no browser on PATH")
	return ""
}

// withBrowserFlags is the desk with a browser that gets flags besides stsx's.
func (d *desk) withBrowserFlags(flags ...string) *desk {
	d.Helper()
	return d.withBrowserCommand("exec", append([]string{browserPath(d.T)}, flags...)...)
}

// withBrowserCommand makes a command, with the browser's arguments after it, the browser.
func (d *desk) withBrowserCommand(first string, words ...string) *desk {
	d.Helper()
	text := first
	for _, w := range words {
		text += " '" + strings.ReplaceAll(w, "'", `'\''`) + "'"
	}
	script := filepath.Join(d.home, "chromium")
	d.writeFile(script, "#!/bin/sh\n"+text+" \"$@\"\n", 0o700)
	return d.with("STSX_BROWSER_PATH=" + script)
}

// withoutBrowser is the desk without a browser, a password or a code: whoever needs one
// fails.
func (d *desk) withoutBrowser() *desk {
	return d.with("STSX_BROWSER_PATH=/nowhere", "STSX_PASSWORD=", "STSX_MFA_CODE=")
}
