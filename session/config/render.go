package config

import (
	"fmt"
	"strings"

	"stsx/session"
)

// renderTable writes t as a table of its own, with its "=" below one another.
func renderTable(t session.Table, eol string) string {
	widest := 0
	for _, s := range t.Settings {
		widest = max(widest, len(s.Key))
	}
	out := "[" + t.Kind + "." + tomlKey(t.Name) + "]" + eol
	for _, s := range t.Settings {
		out += fmt.Sprintf("%-*s = %s", widest, s.Key, renderValue(s.Value)) + eol
	}
	return out
}

func renderValue(v any) string {
	switch v := v.(type) {
	case bool:
		return fmt.Sprint(v)
	case []string:
		list := make([]string, len(v))
		for i, item := range v {
			list[i] = tomlString(item)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case []session.Tag:
		list := make([]string, len(v))
		for i, tag := range v {
			list[i] = tomlKey(tag.Key) + " = " + tomlString(tag.Value)
		}
		return "{ " + strings.Join(list, ", ") + " }"
	}
	return tomlString(v.(string))
}

// tomlString prefers the form without escapes where quotes would need some.
func tomlString(text string) string {
	if strings.ContainsAny(text, `"\`) && !strings.Contains(text, "'") && session.IsVisible(text) {
		return "'" + text + "'"
	}
	return basicString(text)
}

func basicString(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t':
			out.WriteString(`\t`)
		case session.IsHidden(r) && r > 0xffff:
			fmt.Fprintf(&out, `\U%08X`, r)
		case session.IsHidden(r):
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

func tomlKey(key string) string {
	if key == "" || !madeOf(key, "-_") {
		return basicString(key)
	}
	return key
}
