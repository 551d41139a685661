//go:build unix

package tests

import (
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

// wideLines is about how many lines are over max_line_length of .editorconfig: most
// are in texts that can't be broken (HTML and shell in backquotes). There may not
// come more: lower it where you mend some.
const wideLines = 280

// TestLinesFit counts lines over 140 columns, of which a tab has four, in code,
// scripts and documents. Tables and links of Markdown can't be broken.
func TestLinesFit(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", "..", "ls-files", "*.go", "*.md", "*.sh", "*.yml", "*.txtar").Output()
	if err != nil {
		t.Skipf("this is no checkout: %v", err)
	}
	wide := 0
	for _, file := range strings.Fields(string(out)) {
		for line := range strings.Lines(textOf(t, "../"+file)) {
			line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\n")
			whole := strings.HasSuffix(file, ".md") && (strings.HasPrefix(line, "|") || strings.Contains(line, "](") ||
				strings.Contains(line, "://"))
			if utf8.RuneCountInString(line) > 140 && !whole {
				wide++
			}
		}
	}
	if wide > wideLines {
		t.Errorf("%d lines are over 140 columns, and %d were", wide, wideLines)
	}
}
