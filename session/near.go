package session

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Near lists up to five of names that someone who wrote name may have meant,
// the best first: the same but for case, one a part of the other, or a few
// typing mistakes away. Duplicates are listed once.
func Near(name string, names []string) []string {
	type guess struct {
		name string
		cost int
	}
	var guesses []guess
	lower := strings.ToLower(name)
	allowed := 1 + utf8.RuneCountInString(name)/4
	seen := map[string]bool{}
	for _, candidate := range names {
		if seen[candidate] || candidate == "" {
			continue
		}
		seen[candidate] = true
		other := strings.ToLower(candidate)
		cost := distance(lower, other)
		if len(lower) >= 2 && (strings.Contains(other, lower) || strings.Contains(lower, other) && len(other) >= 2) {
			cost = min(cost, allowed)
		}
		if cost <= allowed {
			guesses = append(guesses, guess{candidate, cost})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return a.cost - b.cost })
	var out []string
	for _, g := range guesses[:min(5, len(guesses))] {
		out = append(out, g.name)
	}
	return out
}

// distance is the number of single-letter edits between a and b, a swap of two
// neighbours counting as one.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

// plural is "1 role", "2 roles".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
