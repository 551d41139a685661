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
	next      bool   // what npm calls the next, where Okta publishes one
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

// publishedVersions are the versions that npm calls the latest and, where Okta publishes
// one ahead of it, the next.
type publishedVersions struct{ Latest, Next string }

func askPublished(ctx context.Context) (publishedVersions, error) {
	limited, cancel := context.WithTimeout(ctx, npmTimeout)
	defer cancel()
	out, err := runNPM(limited, "", "view", widgetPackage, "dist-tags", "--json")
	if err != nil {
		return publishedVersions{}, fmt.Errorf("asking npm for the newest version: %w", err)
	}
	var tags publishedVersions
	if err := json.Unmarshal(out, &tags); err != nil || tags.Latest == "" {
		return publishedVersions{}, fmt.Errorf("asking npm for the newest version: it said %q", out)
	}
	return tags, nil
}

// withPublished marks what is published in all, and adds what is not there.
func withPublished(all []version, tags publishedVersions) []version {
	for _, number := range []string{tags.Latest, tags.Next} {
		if number == "" {
			continue
		}
		i := slices.IndexFunc(all, func(v version) bool { return v.number == number })
		if i < 0 {
			i, all = len(all), append(all, version{number: number})
		}
		all[i].newest = all[i].newest || number == tags.Latest
		all[i].next = number == tags.Next && number != tags.Latest
	}
	return all
}

// runNPM runs npm where dir is, and returns what it prints.
func runNPM(ctx context.Context, dir string, args ...string) ([]byte, error) {
	command := exec.CommandContext(
		ctx,
		"npm",
		append(args, "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--no-update-notifier", "--silent")...)
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
