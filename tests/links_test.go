//go:build unix

package tests

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the texts of all Markdown files of the project, by their paths
// from its top.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{"node_modules", ".venv", ".idps", ".git", "build", "dist"}, entry.Name()) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			texts[strings.TrimPrefix(filepath.ToSlash(path), "../")] = textOf(t, path)
		}
		return nil
	})
	if err != nil || len(texts) < 15 {
		t.Fatalf("%d documents, %v", len(texts), err)
	}
	return texts
}

// TestEveryLinkOfTheDocuments leads to a file that exists, and one whose text is
// the name of a test to the file that has it.
func TestEveryLinkOfTheDocuments(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\[([^\]]*)\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	code := regexp.MustCompile("(?s)```.*?```")
	test := regexp.MustCompile("^`?((?:Test|Fuzz|Benchmark)[A-Z]\\w*)")
	for path, text := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			target := found[2]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			file := filepath.Join("..", filepath.Dir(path), target)
			if matches, _ := filepath.Glob(file); len(matches) == 0 {
				t.Errorf("%s: there is no %s", path, target)
				continue
			}
			if name := test.FindStringSubmatch(found[1]); name != nil && !strings.Contains(textOf(t, file), "\nfunc "+name[1]+"(") {
				t.Errorf("%s: %s has no %s", path, target, name[1])
			}
		}
	}
}
