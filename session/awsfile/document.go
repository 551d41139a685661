// Package awsfile edits the files that AWS's tools share, ~/.aws/credentials
// and ~/.aws/config: it changes the lines of one profile and leaves every other
// byte of the file as it is. AWS's tools do not all read these files alike, so
// each is read twice, as botocore does (the AWS CLI, boto3) and as AWS's SDK for
// Go does. What the two read differently of a profile is never changed, and no
// change is written that either would see outside of what was asked for.
package awsfile

import (
	"fmt"
	"slices"
	"strings"
)

// Pair is one setting of a profile.
type Pair struct{ Key, Value string }

// FileKind says how sections are named after profiles.
type FileKind int

const (
	CredentialsFile FileKind = iota // [dev]
	ConfigFile                      // [profile dev], and [default]
)

// Document is one of AWS's files, line by line as it was read.
type Document struct {
	kind  FileKind
	lines []string // each with its end
	eol   string   // how new lines end: as the file's first does
}

// ParseFile reads text. Nothing in it is an error here.
func ParseFile(kind FileKind, text string) *Document {
	d := &Document{kind: kind, eol: "\n"}
	for line := range strings.SplitAfterSeq(text, "\n") {
		if line != "" {
			d.lines = append(d.lines, line)
		}
	}
	if len(d.lines) > 0 && strings.HasSuffix(d.lines[0], "\r\n") {
		d.eol = "\r\n"
	}
	return d
}

// String is the whole file.
func (d *Document) String() string { return strings.Join(d.lines, "") }

// content are the lines as a tool reads them: without their ends and without a
// byte order mark. That one no tool reads over; the warning about it says so.
func (d *Document) content() []string {
	out := slices.Clone(d.lines)
	for i, line := range out {
		out[i] = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	}
	if len(out) > 0 {
		out[0] = strings.TrimPrefix(out[0], byteOrderMark)
	}
	return out
}

const byteOrderMark = "\ufeff"

// header is how a new section of profile is written.
func (d *Document) header(profile string) string {
	if d.kind == ConfigFile && profile != "default" {
		return "[profile " + profile + "]"
	}
	return "[" + profile + "]"
}

// LineError: a line that AWS's tools read differently, so that stsx can't say
// what the profile is.
type LineError struct {
	Line int // from 1
	Text string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }
