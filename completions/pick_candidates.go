package completions

import "strings"

// PickCandidates is a for a shell that neither picks nor quotes: the candidates that go
// on from current, whatever the case of its letters, each as quote spells it
// unless it can stand bare. One that has no spelling is left out.
func PickCandidates(a Answer, current string, quote func(string) (string, error)) Answer {
	if a.Kind != Values {
		return a
	}
	var fits []Candidate
	for _, c := range a.Candidates {
		if len(c.Value) < len(current) || !strings.EqualFold(c.Value[:len(current)], current) {
			continue
		}
		if !needsNoQuotes(c.Value) {
			quoted, err := quote(c.Value)
			if err != nil {
				continue
			}
			c.Value = quoted
		}
		fits = append(fits, c)
	}
	a.Candidates = fits
	return a
}

// bareLetters stand for themselves in a word of any shell.
const bareLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:="

// needsNoQuotes reports whether value is the same word in every shell without quotes.
func needsNoQuotes(value string) bool {
	return value != "" && strings.Trim(value, bareLetters) == "" && strings.Trim(value[:1], "0123456789.:=") != ""
}

// UnquoteWord takes the quotes off a word that may not have its second one yet,
// for shells that hand over the text of the line.
func UnquoteWord(word string) string {
	if word == "" || strings.IndexByte("'\"`", word[0]) < 0 {
		return word
	}
	return strings.TrimSuffix(word[1:], word[:1])
}
