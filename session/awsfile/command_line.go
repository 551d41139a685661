package awsfile

import (
	"fmt"
	"strings"
)

// commandLine writes a command so that a shell and every SDK's own splitter
// read it alike. They agree on words, and on double quotes around blanks.
func commandLine(argv []string) (string, error) {
	words := make([]string, len(argv))
	for i, word := range argv {
		switch {
		case word == "" || strings.ContainsAny(word, "\"'`$!%^&|<>;()*?[]{}#~\t\r\n\x00"):
			return "", fmt.Errorf("the AWS tools do not all read %q alike in a command: "+
				"choose a path or a name of letters, digits, blanks and _./:@+=,-", word)
		case strings.Contains(word, " "):
			words[i] = `"` + word + `"`
		default:
			words[i] = word
		}
	}
	return strings.Join(words, " "), nil
}
