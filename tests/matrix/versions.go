//go:build unix

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	widgetPackage = "@okta/okta-signin-widget"
	lockFile      = "tests/okta/package-lock.json"
	versionList   = "tests/okta/widgets.txt"
)

// version is one that was published.
type version struct {
	number    string
	integrity string // of its tarball, as a lock file has it; empty where only npm vouches for it
	pinned    bool   // what the tests run with
	newest    bool   // what npm calls the latest
}

// versions are those listed and the pinned one, oldest first.
func versions(root string) ([]version, error) {
	raw, err := os.ReadFile(filepath.Join(root, lockFile))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", lockFile, err)
	}
	own := lock.Packages["node_modules/"+widgetPackage]
	if own.Version == "" {
		return nil, fmt.Errorf("%s has no %s", lockFile, widgetPackage)
	}
	all := []version{{number: own.Version, integrity: own.Integrity, pinned: true}}
	text, err := os.ReadFile(filepath.Join(root, versionList))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		number, integrity, ok := strings.Cut(line, " ")
		if !ok || !strings.HasPrefix(integrity, "sha512-") || slices.ContainsFunc(all, func(v version) bool { return v.number == number }) {
			return nil, fmt.Errorf("%s: %q is not another version and its sha512", versionList, line)
		}
		all = append(all, version{number: number, integrity: integrity})
	}
	slices.SortFunc(all, func(a, b version) int { return slices.Compare(versionParts(a.number), versionParts(b.number)) })
	return all, nil
}

func versionParts(number string) []int {
	var out []int
	for part := range strings.SplitSeq(number, ".") {
		n, _ := strconv.Atoi(part)
		out = append(out, n)
	}
	return out
}

// npmTimeout bounds a look at npm.
const npmTimeout = 30 * time.Second

// newestVersion is what npm calls the newest version now.
func newestVersion(ctx context.Context) (string, error) {
	limited, cancel := context.WithTimeout(ctx, npmTimeout)
	defer cancel()
	out, err := runNPM(limited, "", "view", widgetPackage+"@latest", "version", "--json")
	if err != nil {
		return "", fmt.Errorf("asking npm for the newest version: %w", err)
	}
	var number string
	if err := json.Unmarshal(out, &number); err != nil || number == "" {
		return "", fmt.Errorf("asking npm for the newest version: it said %q", out)
	}
	return number, nil
}

// runNPM runs npm where dir is, and returns what it prints.
func runNPM(ctx context.Context, dir string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, "npm", append(args, "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--no-update-notifier", "--silent")...)
	command.Dir = dir
	var said strings.Builder
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		words := strings.Join(strings.Fields(said.String()+" "+string(out)), " ")
		return nil, fmt.Errorf("npm %s: %w: %s", args[0], cmp.Or(context.Cause(ctx), err), words)
	}
	return out, nil
}
