package desktop

import (
	"regexp"
	"strings"
)

// browserCommand is the program and its arguments that an entry of BROWSER
// means, nil when there is no such program. A path with blanks is read as it
// stands, in quotes or without: the longest beginning that isProgram counts.
func browserCommand(entry string, isProgram func(name string) bool) []string {
	entry = strings.TrimSpace(entry)
	if entry == "" {
		return nil
	}
	if quote := entry[0]; quote == '"' || quote == '\'' {
		name, rest, closed := strings.Cut(entry[1:], string(quote))
		if !closed || !isProgram(name) {
			return nil
		}
		return withAddress(append([]string{name}, splitWords(rest)...))
	}
	for end := len(entry); end > 0; end = strings.LastIndexAny(entry[:end], " \t") {
		name := strings.TrimSpace(entry[:end])
		for _, name := range []string{name, strings.ReplaceAll(name, `\ `, " ")} {
			if name != "" && isProgram(name) {
				return withAddress(append([]string{name}, splitWords(entry[end:])...))
			}
		}
	}
	return nil
}

// splitWords splits at blanks that stand in no quotes, and takes quotes around
// a word or a part of one away.
func splitWords(text string) []string {
	var words []string
	for _, word := range regexp.MustCompile(`(?:"[^"]*"|'[^']*'|[^\s"']|["'])+`).FindAllString(text, -1) {
		words = append(words, regexp.MustCompile(`"([^"]*)"|'([^']*)'`).ReplaceAllString(word, "$1$2"))
	}
	return words
}

// withAddress puts the address at the end when it stands nowhere.
func withAddress(argv []string) []string {
	if !strings.Contains(strings.Join(argv[1:], " "), "%s") {
		argv = append(argv, "%s")
	}
	return argv
}
