package config

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

func (s *tableScanner) addProblem(at filePosition, text string) {
	s.problems = append(s.problems, Problem{s.path, at.line, at.column, text})
}

// syntaxError reports what go-toml found. Its message may quote one character, never
// a value.
func (s *tableScanner) syntaxError(err error) {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	var broken *toml.DecodeError
	if !errors.As(err, &broken) {
		s.addProblem(filePosition{1, 1}, text)
		return
	}
	line, column := broken.Position()
	start := 0
	for range line - 1 {
		next := bytes.IndexByte(s.text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	at := s.positionAt(min(start+column-1, len(s.text)))
	wrong, _, _ := strings.Cut(string(s.text[start:]), "\n")
	if mistake, column := commonMistake(wrong, at.column, text); mistake != "" {
		at.column, text = column, mistake
	}
	s.addProblem(at, text)
}

// positionAt counts characters where go-toml counts bytes, as editors do.
func (s *tableScanner) positionAt(offset int) filePosition {
	before := s.text[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return filePosition{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1}
}

// invalidOffset returns the offset of the first byte that is not UTF-8, or -1.
func invalidOffset(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// unreadable says why text can't be read line by line; "" when it can.
func unreadable(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")),
		len(text) > 1 && (text[0] == 0 || text[1] == 0):
		return "the file is UTF-16: save it as UTF-8"
	case bytes.ContainsRune(text, '\r') && !bytes.ContainsRune(text, '\n'):
		return "the lines end with a carriage return alone: save the file with line ends of Unix or Windows"
	}
	return ""
}
