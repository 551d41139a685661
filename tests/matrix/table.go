//go:build unix

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

const (
	tableBegin = "<!-- table: written by make widget-matrix -->\n"
	tableEnd   = "<!-- end of the versions -->\n"

	newestMark = "npm's newest"
)

// markdownTable is the table of results, a line for each version: the rows that
// passed, then those that failed and those that the version has no page for.
func markdownTable(results []result) string {
	var b strings.Builder
	b.WriteString("| version")
	for _, e := range engines {
		b.WriteString(" | " + e.title)
	}
	b.WriteString(" |\n|---" + strings.Repeat("|---", len(engines)) + "|\n")
	for _, r := range results {
		b.WriteString(r.tableLine())
	}
	return b.String()
}

func (r result) tableLine() string {
	text := "| " + r.version.String()
	for _, c := range r.cells {
		text += " | " + c.String()
	}
	return text + " |\n"
}

func (v version) String() string {
	switch {
	case v.pinned && v.newest:
		return v.number + " (pinned, " + newestMark + ")"
	case v.pinned:
		return v.number + " (pinned)"
	case v.newest:
		return v.number + " (" + newestMark + ")"
	case v.next:
		return v.number + " (npm's next)"
	}
	return v.number
}

func (c engineRows) String() string {
	if c.passed+c.failed == 0 {
		return "–"
	}
	text := fmt.Sprint(c.passed)
	if c.failed > 0 {
		text += fmt.Sprintf(", %d failed", c.failed)
	}
	if c.absent > 0 {
		text += fmt.Sprintf(", %d –", c.absent)
	}
	return text
}

// writeTable puts the table into the document; only: the lines of these versions,
// which have one there.
func writeTable(path string, results []result, only bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	old, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no place for the table", path)
	}
	table := markdownTable(results)
	if only {
		lines := strings.SplitAfter(old, "\n")
		for _, r := range results {
			i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "| "+r.version.number+" ") })
			if i < 0 {
				return fmt.Errorf("the table in %s has no line for %s: write it whole, without -only", path, r.version.number)
			}
			lines[i] = r.tableLine()
		}
		table = strings.Join(lines, "")
	}
	return os.WriteFile(path, []byte(before+tableBegin+table+tableEnd+after), 0o644)
}
