package awsfile

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inheritedSection gives its settings to every section, for botocore only.
const inheritedSection = "DEFAULT"

// botocoreReader reads as Python's configparser.RawConfigParser does.
type botocoreReader struct {
	fileReading
	section, key string
	inSection    bool
	level        int // characters before the last header or setting
	parts        map[[2]string][]string
	firstLine    map[[2]string]int
}

// readBotocore is what botocore makes of lines.
func readBotocore(kind FileKind, lines []string) *fileReading {
	r := &botocoreReader{parts: map[[2]string][]string{}, firstLine: map[[2]string]int{}}
	r.values = map[string]map[string]string{}
	r.profile = func(section string) string { return botocoreProfile(kind, section) }
	for i, line := range lines {
		r.meanings = append(r.meanings, r.readLine(i, line))
	}
	for at, parts := range r.parts {
		value := strings.TrimRightFunc(strings.Join(parts, "\n"), isPythonSpace)
		r.setValue(at[0], at[1], value)
		if strings.HasPrefix(value, "\n") && slices.ContainsFunc(strings.Split(value, "\n"), isNotNested) {
			r.problem(r.firstLine[at], "below "+at[1]+" stands a line without =")
		}
	}
	slices.SortFunc(r.problems, func(a, b LineError) int { return a.Line - b.Line })
	return &r.fileReading
}

func isNotNested(line string) bool {
	return strings.TrimFunc(line, isPythonSpace) != "" && !strings.Contains(line, "=")
}

func (r *botocoreReader) problem(i int, text string) {
	r.problems = append(r.problems, LineError{Line: i + 1, Text: text})
}

func (r *botocoreReader) readLine(i int, line string) lineMeaning {
	at := [2]string{r.section, r.key}
	text := strings.TrimFunc(line, isPythonSpace)
	switch {
	case text == "":
		if r.key != "" {
			r.parts[at] = append(r.parts[at], "") // an empty line within a value
		}
		return lineMeaning{}
	case text[0] == '#' || text[0] == ';':
		return lineMeaning{}
	}
	indent := utf8.RuneCountInString(line[:strings.Index(line, text)])
	if r.key != "" && indent > r.level {
		r.parts[at] = append(r.parts[at], text)
		return lineMeaning{continuationLine, r.section, r.key}
	}
	r.level = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 1 {
		return r.readHeader(i, text[1:end])
	}
	return r.readSetting(i, text)
}

func (r *botocoreReader) readHeader(i int, name string) lineMeaning {
	at := [2]string{name, ""}
	if first, ok := r.firstLine[at]; ok && name != inheritedSection {
		r.problem(i, "["+name+"] is on line "+strconv.Itoa(first+1)+" already")
	} else {
		r.firstLine[at] = i
	}
	r.section, r.key, r.inSection = name, "", true
	r.addSection(name)
	return lineMeaning{headerLine, name, ""}
}

func (r *botocoreReader) readSetting(i int, text string) lineMeaning {
	split := strings.IndexAny(text, "=:")
	switch {
	case !r.inSection:
		r.problem(i, "this stands before any [section]")
		return lineMeaning{}
	case split <= 0:
		r.problem(i, "this is neither a [section] nor key = value")
		return lineMeaning{}
	}
	r.key = strings.ToLower(strings.TrimRightFunc(text[:split], isPythonSpace))
	at := [2]string{r.section, r.key}
	if first, ok := r.firstLine[at]; ok {
		r.problem(i, r.key+" of ["+r.section+"] is on line "+strconv.Itoa(first+1)+" already")
	} else {
		r.firstLine[at] = i
	}
	r.parts[at] = []string{strings.TrimFunc(text[split+1:], isPythonSpace)}
	return lineMeaning{settingLine, r.section, r.key}
}

// isPythonSpace is str.isspace.
func isPythonSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// botocoreProfile is configloader.build_profile_map, and the name itself in the
// credentials file.
func botocoreProfile(kind FileKind, section string) string {
	if kind == CredentialsFile || section == "default" {
		return section
	}
	if words, ok := shellWords(section); ok && strings.HasPrefix(section, "profile") && len(words) == 2 {
		return words[1]
	}
	return ""
}

// shellWords splits as Python's shlex.split does; false where a quote does not end.
func shellWords(text string) ([]string, bool) {
	var words []string
	var word strings.Builder
	begun, quote, escaped := false, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			if quote != 0 && r != quote && r != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			begun, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			begun, quote = true, r
		case quote == 0 && strings.ContainsRune(" \t\r\n", r):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words, quote == 0 && !escaped
}
