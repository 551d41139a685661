package shellinit

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// quoteCmd is what stands in set "NAME=…", at the prompt and in a batch file alike.
func quoteCmd(value string) (string, error) {
	if value == "" {
		return "", errors.New("it is empty, which cmd takes for unset")
	}
	for _, c := range []byte(value) {
		switch {
		case c < ' ' || c >= 0x7f:
			return "", errors.New("it holds a control character or one that is not ASCII")
		case strings.IndexByte(`%^"!`, c) >= 0:
			return "", errors.New(`it holds one of ! % ^ "`)
		}
	}
	return value, nil
}

// quoteDotenv keeps to what every reader of such files (docker, compose, the
// libraries of Node, Python, Ruby and Go) understands in the same way.
func quoteDotenv(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotUTF8
	}
	bare, single, double := value != "", true, true
	for _, r := range value {
		switch {
		case r < ' ' || r == 0x7f:
			return "", errors.New("it holds a newline or another control character")
		case r == '\\':
			return "", errors.New("it holds a backslash, which readers take in different ways")
		case r == '\'':
			bare, single = false, false
		case r == '"' || r == '$' || r == '`':
			bare, double = false, false
		case !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+/=:.,@-", r):
			bare = false
		}
	}
	switch {
	case bare:
		return value, nil
	case single:
		return "'" + value + "'", nil
	case double:
		return `"` + value + `"`, nil
	}
	return "", errors.New(`it holds both ' and one of " $ and backtick`)
}

// quoteSystemd is the value in a file for EnvironmentFile=; source: systemd.exec(5)
// and parse_env_file, which refuses what is not UTF-8 and control characters.
func quoteSystemd(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errNotUTF8
	}
	for _, r := range value {
		if r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 {
			return "", errors.New("it holds a control character")
		}
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(value) + `"`, nil
}

// quoteHeredoc is the rest of NAME<<… in the file of $GITHUB_ENV: a delimiter that
// does not occur in the value, the value, the delimiter.
func quoteHeredoc(value string) (string, error) {
	switch {
	case !utf8.ValidString(value):
		return "", errNotUTF8
	case strings.Contains(value, "\r"):
		return "", errors.New("it holds a carriage return")
	}
	end := "STSX"
	for strings.Contains(value, end) {
		end += "X"
	}
	return end + "\n" + value + "\n" + end, nil
}
