package process

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"stsx/session"
)

// longestSecret bounds a password or a code, in bytes.
const longestSecret = 4096

// ReadSecretLine reads the first line of in as a password or a code, and not a
// byte more: the rest of standard input is for the command. Errors: in's, and
// what a password can't be.
func ReadSecretLine(in io.Reader) (session.Secret, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if len(line) > longestSecret {
			return session.Secret{}, fmt.Errorf("it is longer than %d bytes", longestSecret)
		}
		n, err := in.Read(one)
		if n == 1 {
			if one[0] == '\n' {
				break
			}
			line = append(line, one[0])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return session.Secret{}, err
		}
	}
	text, err := SecretText(string(line))
	if err == nil && text.IsZero() {
		err = errEmptyLine
	}
	return text, err
}

// errEmptyLine: there is nothing in a line, or no line.
var errEmptyLine = errors.New("it is empty")

// SecretText is a password or a code as it was given: without the line's end
// and without the mark that some editors put first. Errors: what can't be typed.
func SecretText(text string) (session.Secret, error) {
	text = strings.TrimRight(strings.TrimPrefix(text, "\ufeff"), "\r\n")
	switch {
	case len(text) > longestSecret:
		return session.Secret{}, fmt.Errorf("it is longer than %d bytes", longestSecret)
	case !utf8.ValidString(text):
		return session.Secret{}, errors.New("it is not UTF-8 text")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }):
		return session.Secret{}, errors.New("it holds a line break or another control character")
	}
	return session.NewSecret(text), nil
}
