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
	widget = "@okta/okta-signin-widget"
	pinned = "tests/okta/package-lock.json"
	listed = "tests/okta/widgets.txt"
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
	raw, err := os.ReadFile(filepath.Join(root, pinned))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("%s: %w", pinned, err)
	}
	own := lock.Packages["node_modules/"+widget]
	if own.Version == "" {
		return nil, fmt.Errorf("%s has no %s", pinned, widget)
	}
	all := []version{{number: own.Version, integrity: own.Integrity, pinned: true}}
	text, err := os.ReadFile(filepath.Join(root, listed))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		number, integrity, ok := strings.Cut(line, " ")
		if !ok || !strings.HasPrefix(integrity, "sha512-") || slices.ContainsFunc(all, func(v version) bool { return v.number == number }) {
			return nil, fmt.Errorf("%s: %q is not another version and its sha512", listed, line)
		}
		all = append(all, version{number: number, integrity: integrity})
	}
	slices.SortFunc(all, func(a, b version) int { return slices.Compare(parts(a.number), parts(b.number)) })
	return all, nil
}

func parts(number string) []int {
	var out []int
	for part := range strings.SplitSeq(number, ".") {
		n, _ := strconv.Atoi(part)
		out = append(out, n)
	}
	return out
}

// reach bounds a look at npm.
const reach = 30 * time.Second

// latest is what npm calls the newest version now.
func latest(ctx context.Context) (string, error) {
	limited, cancel := context.WithTimeout(ctx, reach)
	defer cancel()
	out, err := npm(limited, "", "view", widget+"@latest", "version", "--json")
	if err != nil {
		return "", fmt.Errorf("asking npm for the newest version: %w", err)
	}
	var number string
	if err := json.Unmarshal(out, &number); err != nil || number == "" {
		return "", fmt.Errorf("asking npm for the newest version: it said %q", out)
	}
	return number, nil
}

// npm runs npm where dir is, and returns what it prints.
func npm(ctx context.Context, dir string, args ...string) ([]byte, error) {
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
