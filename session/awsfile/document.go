// Package awsfile edits the files that AWS's tools share, ~/.aws/credentials
// and ~/.aws/config: it changes the lines of one section and leaves every other
// byte of the file as it is.
package awsfile

import (
	"strings"
)

// Pair is one setting of a section.
type Pair struct{ Key, Value string }

// Document is a file of sections, line by line as it was read.
type Document struct {
	lines []fileLine
	eol   string // how new lines end: as the file's first does
}

// fileLine is one line with its end, and what AWS's tools read it as.
type fileLine struct {
	raw     string
	kind    lineKind
	section string // of a header: the name as written between the brackets
	key     string // of a setting, in lower case
	value   string
}

type lineKind int

const (
	otherLine        lineKind = iota // empty, a comment, or nothing that AWS's tools know
	headerLine                       // [name]
	settingLine                      // key = value
	continuationLine                 // indented: goes on with the setting above
)

// Parse reads text. Nothing in it is an error here; what would make the AWS
// tools refuse the file is one when that section is asked for.
func Parse(text string) *Document {
	d := &Document{eol: "\n"}
	for i, raw := range strings.SplitAfter(text, "\n") {
		if raw == "" {
			continue
		}
		if i == 0 && strings.HasSuffix(raw, "\r\n") {
			d.eol = "\r\n"
		}
		after := otherLine
		if len(d.lines) > 0 {
			after = d.lines[len(d.lines)-1].kind
		}
		d.lines = append(d.lines, readLine(raw, after))
	}
	return d
}

// String is the whole file.
func (d *Document) String() string {
	var text strings.Builder
	for _, l := range d.lines {
		text.WriteString(l.raw)
	}
	return text.String()
}

func readLine(raw string, after lineKind) fileLine {
	l := fileLine{raw: raw}
	bare := strings.TrimPrefix(strings.TrimSpace(raw), "\ufeff")
	indented := raw[0] == ' ' || raw[0] == '\t'
	switch {
	case bare == "" || bare[0] == '#' || bare[0] == ';':
		return l
	case indented && (after == settingLine || after == continuationLine):
		l.kind = continuationLine
		return l
	case bare[0] == '[':
		name, _, closed := strings.Cut(bare[1:], "]")
		if closed {
			l.kind, l.section = headerLine, strings.Join(strings.Fields(name), " ")
		}
		return l
	}
	at := strings.IndexAny(bare, "=:")
	if at > 0 {
		l.kind, l.key, l.value = settingLine, strings.ToLower(strings.TrimSpace(bare[:at])), strings.TrimSpace(bare[at+1:])
	}
	return l
}
