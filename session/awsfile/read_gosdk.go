package awsfile

import "strings"

// goReader reads as the ini package of AWS's SDK for Go v2 does
// (config/internal/ini).
type goReader struct {
	fileReading
	section, key string
}

// readGoSDK is what AWS's SDK for Go makes of lines.
func readGoSDK(kind FileKind, lines []string) *fileReading {
	r := &goReader{}
	r.values = map[string]map[string]string{}
	r.profile = func(section string) string { return goProfile(kind, section) }
	for _, line := range lines {
		r.meanings = append(r.meanings, r.readLine(line))
	}
	return &r.fileReading
}

func (r *goReader) readLine(line string) lineMeaning {
	bare := strings.TrimLeft(line, goSpace)
	if strings.TrimSpace(line) == "" || bare[0] == '#' || bare[0] == ';' {
		return lineMeaning{}
	}
	if name, ok := goHeader(line); ok {
		r.section, r.key = name, ""
		r.addSection(name)
		return lineMeaning{headerLine, name, ""}
	}
	if bare == line {
		key, value, ok := splitSetting(cutComment(line))
		if !ok {
			return lineMeaning{}
		}
		return r.readSetting(key, value)
	}
	if key, value, ok := splitSetting(bare); ok {
		return r.readNested(key, value)
	}
	return r.readContinuation(bare)
}

func (r *goReader) readSetting(key, value string) lineMeaning {
	if r.section == "" {
		return lineMeaning{}
	}
	r.key = key
	r.setValue(r.section, key, value)
	return lineMeaning{settingLine, r.section, key}
}

// readNested: an indented setting belongs to the one above where that one is
// empty, and otherwise is one of its own.
func (r *goReader) readNested(key, value string) lineMeaning {
	if r.section == "" {
		return lineMeaning{}
	}
	above := r.values[r.section][r.key]
	if r.key == "" || above != "" && !strings.HasPrefix(above, nestedMark) {
		return r.readSetting(key, strings.TrimSpace(cutComment(value)))
	}
	r.setValue(r.section, r.key, above+nestedMark+key+"="+value)
	return lineMeaning{continuationLine, r.section, r.key}
}

// nestedMark stands before each setting in the value of a nested one: two such
// values are the same where the SDK's maps are.
const nestedMark = "\x00"

func (r *goReader) readContinuation(text string) lineMeaning {
	if r.key == "" {
		return lineMeaning{}
	}
	if above := r.values[r.section][r.key]; above != "" && !strings.HasPrefix(above, nestedMark) {
		r.setValue(r.section, r.key, above+"\n"+text)
	}
	return lineMeaning{continuationLine, r.section, r.key}
}

const goSpace = " \t"

func goHeader(line string) (name string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	line, _, _ = strings.Cut(line, ";")
	line = strings.TrimSpace(line)
	if !strings.HasPrefix(line, "[") || !strings.HasSuffix(line, "]") || len(line) < 2 {
		return "", false
	}
	line = strings.TrimSpace(line[1 : len(line)-1])
	first := strings.IndexAny(line, goSpace)
	if first <= 0 {
		return line, true
	}
	return line[:first] + " " + strings.TrimLeft(line[first:], goSpace), true
}

func cutComment(line string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		line, _, _ = strings.Cut(line, mark)
	}
	return strings.TrimRight(line, goSpace)
}

func splitSetting(text string) (key, value string, ok bool) {
	at := strings.IndexAny(text, "=:")
	if at < 0 {
		return "", "", false
	}
	value = strings.TrimSpace(text[at+1:])
	for _, quote := range []string{"'", `"`} {
		if len(value) > 1 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
			value = value[1 : len(value)-1]
			break
		}
	}
	return strings.ToLower(strings.TrimSpace(text[:at])), value, true
}

// goProfile is processConfigSections and processCredentialsSections.
func goProfile(kind FileKind, section string) string {
	name, prefixed := strings.CutPrefix(section, "profile ")
	switch {
	case kind == ConfigFile && (prefixed || section == "default"):
		return name
	case kind == CredentialsFile && !prefixed:
		return section
	}
	return ""
}
