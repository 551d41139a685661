//go:build unix

package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// linkedModules are the modules that the program is built from on some system,
// with the folders that they are in.
func linkedModules(t *testing.T) map[string]string {
	t.Helper()
	modules := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		command := exec.Command("go", "list", "-tags", "urfave_cli_no_docs", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{.Dir}}{{end}}",
			"stsx")
		command.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
		out, err := command.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", system, err)
		}
		for line := range strings.Lines(string(out)) {
			if path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && path != "stsx" {
				modules[path] = dir
			}
		}
	}
	return modules
}

// licenceOf tells a licence by the sentence that no other has.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "LICENSE*"))
	if len(files) == 0 {
		t.Fatalf("%s has no licence", dir)
	}
	text := strings.Join(strings.Fields(textOf(t, files[0])), " ")
	switch {
	case strings.Contains(text, "Apache License Version 2.0"):
		return "Apache-2.0"
	case strings.Contains(text, "Permission is hereby granted, free of charge"):
		return "MIT"
	case !strings.Contains(text, "Redistribution and use in source and binary forms"):
		return "unknown"
	case strings.Contains(text, "Neither the name of"):
		return "BSD-3-Clause"
	}
	return "BSD-2-Clause"
}

// TestDependencies: docs/dev/dependencies.md has every module that is linked, and
// the licence that the module has.
func TestDependencies(t *testing.T) {
	t.Parallel()
	_, table, ok := strings.Cut(textOf(t, "../docs/dev/dependencies.md"), "<!-- table: checked by TestDependencies -->\n")
	table, _, ok2 := strings.Cut(table, "<!-- end of the table -->\n")
	if !ok || !ok2 {
		t.Fatal("docs/dev/dependencies.md has no table")
	}
	licences := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, "|"); strings.Contains(cells[1], "/") {
			licences[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2])
		}
	}
	linked := linkedModules(t)
	for path, dir := range linked {
		want, told := licences[path]
		if !told {
			t.Errorf("docs/dev/dependencies.md does not tell of %s", path)
			continue
		}
		if got := licenceOf(t, dir); got != want || got == "unknown" {
			t.Errorf("%s has the licence %s, and docs/dev/dependencies.md says %s", path, got, want)
		}
	}
	for path := range licences {
		if linked[path] == "" {
			t.Errorf("docs/dev/dependencies.md tells of %s, which is not linked", path)
		}
	}
}
