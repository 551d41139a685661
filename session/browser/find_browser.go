package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Find returns the browsers that can be run, best first. An explicit path or command name (from flag, config or
// STSX_BROWSER_PATH; the caller resolves which) is taken or fails by name: never another browser in its stead. Without one,
// Chrome, Chromium, Edge and Brave are looked for, in that order, where each system keeps them. None at all is a
// *NotFoundError.
func Find(explicit string, getenv func(string) string) ([]string, error) {
	if explicit != "" {
		path, err := findExplicit(explicit, getenv)
		return []string{path}, err
	}
	var found []string
	for _, paths := range browserPaths(runtime.GOOS, getenv) {
		if i := slices.IndexFunc(paths, func(path string) bool { return checkExecutable(path) == nil }); i >= 0 {
			found = append(found, paths[i])
		}
	}
	if found == nil {
		return nil, &NotFoundError{Cure: installHint(runtime.GOOS)}
	}
	return found, nil
}

func findExplicit(explicit string, getenv func(string) string) (string, error) {
	if !strings.ContainsAny(explicit, `/\`) {
		for _, path := range pathCandidates(runtime.GOOS, getenv, explicit) {
			if checkExecutable(path) == nil {
				return path, nil
			}
		}
		return "", fmt.Errorf("browser %q: no such command on PATH", explicit)
	}
	if err := checkExecutable(explicit); err != nil {
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			err = path.Err
		}
		return "", fmt.Errorf("browser %q: %w", explicit, err)
	}
	return filepath.Abs(explicit)
}

// isHeadlessShell reports that path is, by its name, Chromium's build without windows (chrome-headless-shell,
// chromium-headless-shell, headless_shell).
func isHeadlessShell(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return strings.Contains(name, "headless-shell") || strings.Contains(name, "headless_shell")
}

// checkExecutable says why path can't be run, as far as that can be seen without running it.
func checkExecutable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("is a directory, not a program")
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return errors.New("is not executable")
	}
	return nil
}

// browserPaths are the candidates of a system for each browser, best first.
func browserPaths(goos string, getenv func(string) string) [][]string {
	switch goos {
	case "darwin":
		var found [][]string
		for _, app := range []string{"Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser"} {
			inside := filepath.Join("Applications", app+".app", "Contents", "MacOS", app)
			paths := []string{filepath.Join("/", inside)}
			if home := getenv("HOME"); filepath.IsAbs(home) { // launchd's daemons have none; never from the current directory
				paths = append(paths, filepath.Join(home, inside))
			}
			found = append(found, paths)
		}
		return found
	case "windows":
		var found [][]string
		for _, app := range []string{`Google\Chrome\Application\chrome.exe`, `Chromium\Application\chrome.exe`,
			`Microsoft\Edge\Application\msedge.exe`, `BraveSoftware\Brave-Browser\Application\brave.exe`} {
			var paths []string
			for _, root := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
				if dir := getenv(root); dir != "" {
					paths = append(paths, dir+`\`+app)
				}
			}
			found = append(found, paths)
		}
		return found
	}
	return [][]string{
		pathCandidates(goos, getenv, "google-chrome-stable", "google-chrome"),
		pathCandidates(goos, getenv, "chromium", "chromium-browser"),
		pathCandidates(goos, getenv, "microsoft-edge-stable", "microsoft-edge"),
		pathCandidates(goos, getenv, "brave-browser", "brave"),
	}
}

// pathCandidates lists where on PATH, and in /snap/bin, which login shells add but cron does not, the commands would lie.
func pathCandidates(goos string, getenv func(string) string, names ...string) []string {
	dirs := filepath.SplitList(getenv("PATH"))
	if goos == "linux" {
		dirs = append(dirs, "/snap/bin")
	}
	var found []string
	for _, name := range names {
		for _, dir := range dirs {
			if filepath.IsAbs(dir) { // never one from the current directory
				found = append(found, filepath.Join(dir, name))
				if goos == "windows" {
					found = append(found, filepath.Join(dir, name+".exe"))
				}
			}
		}
	}
	return found
}

func installHint(goos string) string {
	const otherwise = ", or name another Chromium with --browser-path"
	switch goos {
	case "darwin":
		return "install Google Chrome (brew install --cask google-chrome)" + otherwise
	case "windows":
		return "install Microsoft Edge or Google Chrome (winget install Google.Chrome)" + otherwise
	case "linux":
		return "install Chromium with your package manager (apt install chromium, dnf install chromium, pacman -S chromium)" + otherwise
	}
	return "install Chromium" + otherwise
}
