package session

import (
	"slices"
	"strings"
)

// NearestNames lists up to five of names that someone who wrote name may have meant,
// best first: names equal but for case, names few typing errors away, names
// that it begins or that begin it, names that contain it. Duplicates are
// listed once.
func NearestNames(name string, names []string) []string {
	type candidate struct {
		name string
		far  int
	}
	var found []candidate
	asked := strings.ToLower(name)
	seen := map[string]bool{}
	for _, n := range names {
		far, ok := nameNearness(asked, strings.ToLower(n))
		if ok && !seen[n] {
			seen[n] = true
			found = append(found, candidate{n, far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.far - b.far })
	var near []string
	for _, c := range found[:min(5, len(found))] {
		near = append(near, c.name)
	}
	return near
}

// nameNearness ranks how far b is from a, 0 the nearest; false when they have nothing
// to do with each other. Typing errors come before containment, since a name
// that is merely longer is a weaker guess.
func nameNearness(a, b string) (int, bool) {
	if a == "" || b == "" {
		return 0, false
	}
	if a == b {
		return 0, true
	}
	x, y := []rune(a), []rune(b)
	d := editDistance(x, y)
	longest := max(len(x), len(y))
	switch {
	case d <= 2 && d < longest-1 || d == 1:
		return d, true
	case strings.HasPrefix(b, a) || strings.HasPrefix(a, b):
		return 10 + d, true
	case d*3 <= longest:
		return 10 + d, true
	case len(a) > 1 && len(b) > 1 && (strings.Contains(b, a) || strings.Contains(a, b)):
		return 100 + d, true
	}
	return 0, false
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
