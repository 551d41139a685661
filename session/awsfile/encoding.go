package awsfile

import (
	"strings"
	"unicode/utf8"
)

// EncodingError: the file is no text that a line can be added to.
type EncodingError struct{ What, Cure string }

func (e *EncodingError) Error() string { return "it is " + e.What + ": nothing was changed" }

// Hint says what to do about it.
func (e *EncodingError) Hint() string { return e.Cure }

// checkEncoding refuses text in which an added line would not be one.
func checkEncoding(text string) error {
	const cure = "save it as UTF-8; in PowerShell: [IO.File]::WriteAllText($path, (Get-Content $path -Raw))"
	switch {
	case strings.HasPrefix(text, "\xff\xfe\x00\x00") || strings.HasPrefix(text, "\x00\x00\xfe\xff"):
		return &EncodingError{"UTF-32, which no AWS tool reads", cure}
	case strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") ||
		len(text) > 1 && (text[0] == 0 || text[1] == 0):
		return &EncodingError{"UTF-16, which no AWS tool reads", cure}
	case strings.Contains(text, "\x00"):
		return &EncodingError{"not all text: it has NUL characters in it, as >> of PowerShell 5 adds them or a crash leaves them",
			"remove what stands around them, or write that anew as UTF-8"}
	case strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), "\r"):
		return &EncodingError{"written with line ends that AWS's tools do not all read (a carriage return alone)",
			"save it with line ends of Unix or Windows"}
	}
	return nil
}

// Unreadable says why the AWS CLI refuses the file, whatever profile is asked
// for; "" when it does not.
func (d *Document) Unreadable() string {
	text := d.String()
	switch {
	case strings.HasPrefix(text, byteOrderMark):
		return "it begins with a byte order mark: save it as UTF-8 without one"
	case !utf8.ValidString(text):
		return "it is not UTF-8"
	}
	if problems := d.read().botocore.problems; len(problems) > 0 {
		return problems[0].Error()
	}
	return ""
}
