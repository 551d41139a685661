//go:build unix

package tests

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestComparison: each yes that docs/comparison.md gives stsx leads to a test
// that exists.
func TestComparison(t *testing.T) {
	t.Parallel()
	tables := strings.Split(textOf(t, "../docs/comparison.md"), "<!-- table: checked by TestComparison -->\n")[1:]
	if len(tables) != 2 {
		t.Fatalf("docs/comparison.md has %d tables", len(tables))
	}
	for i, least := range []int{50, 15} {
		table, _, ok := strings.Cut(tables[i], "<!-- end of the table -->\n")
		lines := strings.Split(strings.TrimSpace(table), "\n")
		if !ok || len(lines) < least {
			t.Fatalf("docs/comparison.md was not read well: %d lines", len(lines))
		}
		checkComparison(t, lines)
	}
}

// checkComparison checks the rows of one table.
func checkComparison(t *testing.T, lines []string) {
	t.Helper()
	link := regexp.MustCompile(`\[(Test\w+)(?:/([^\]]+))?\]\(\.\./([^)]+)\)`)
	width := strings.Count(lines[0], "|")
	for _, line := range lines[2:] {
		cells := strings.Split(line, "|")
		if strings.Count(line, "|") != width {
			t.Errorf("this row has another number of cells: %s", line)
			continue
		}
		feature, ours := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])
		links := link.FindAllStringSubmatch(ours, -1)
		if strings.HasPrefix(ours, "Y") && len(links) == 0 {
			t.Errorf("%s: no test shows it: %s", feature, ours)
		}
		for _, l := range links {
			test, row, file := l[1], strings.ReplaceAll(l[2], "_", " "), l[3]
			if !strings.Contains(textOf(t, "../"+file), "\nfunc "+test+"(t *testing.T)") {
				t.Errorf("%s: %s has no %s", feature, file, test)
			}
			if row != "" && !slices.ContainsFunc(situations(), func(s situation) bool { return s.row == row }) {
				t.Errorf("%s: no row of TestPages is %q", feature, row)
			}
		}
	}
}
