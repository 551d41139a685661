//go:build unix

package tests

import (
	"go/scanner"
	"go/token"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestLinesFit: no line is over max_line_length of .editorconfig, 140 columns, of which
// a tab has four, in code, scripts and documents. What can't be broken may be: tables
// and links of Markdown, texts in backquotes, and what a quoted text alone makes wide.
func TestLinesFit(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", "..", "ls-files", "*.go", "*.md", "*.sh", "*.yml").Output()
	if err != nil {
		t.Skipf("this is no checkout: %v", err)
	}
	quoted := regexp.MustCompile(`'[^']{90,}'|"[^"]{90,}"`)
	for _, file := range strings.Fields(string(out)) {
		text := textOf(t, "../"+file)
		raw := map[int]bool{}
		if strings.HasSuffix(file, ".go") {
			raw = rawTextLines(text)
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), "\n")
			whole := raw[number] || quoted.MatchString(line) || strings.HasSuffix(file, ".md") &&
				(strings.HasPrefix(line, "|") || strings.Contains(line, "](") || strings.Contains(line, "://"))
			if utf8.RuneCountInString(line) > 140 && !whole {
				t.Errorf("%s:%d is wider than 140 columns", file, number)
			}
		}
	}
}

// rawTextLines are the numbers of the lines of Go code on which a text in backquotes stands.
func rawTextLines(code string) map[int]bool {
	lines := map[int]bool{}
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", -1, len(code)), []byte(code), nil, 0)
	for at, kind, text := s.Scan(); kind != token.EOF; at, kind, text = s.Scan() {
		if kind != token.STRING || text[0] != '`' {
			continue
		}
		first := files.Position(at).Line
		for n := range strings.Count(text, "\n") + 1 {
			lines[first+n] = true
		}
	}
	return lines
}
