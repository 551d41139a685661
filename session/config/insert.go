package config

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// insertionPoint is where a table's further keys go: after its last one, in the way that
// one is written.
type insertionPoint struct {
	at     int      // offset behind a line
	prefix []string // of the key: none below [profile.x], "x" below [profile]
}

// lineEnd is how the first line of text ends.
func lineEnd(text string) string {
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// insertInto writes what is planned into text and leaves every byte of it.
func (m *mergePlan) insertInto(text string) string {
	eol := lineEnd(text)
	places := insertionPoints(text)
	inserted := map[int]string{}
	end := ""
	for _, t := range m.added {
		s, ok := places[[2]string{t.Kind, t.Name}]
		if !ok {
			end += eol + renderTable(t, eol)
			continue
		}
		for _, set := range t.Settings {
			key := ""
			for _, part := range append(s.prefix, set.Key) {
				key += "." + tomlKey(part)
			}
			inserted[s.at] += key[1:] + " = " + renderValue(set.Value) + eol
		}
	}
	var out strings.Builder
	for i := 0; i <= len(text); i++ {
		if more, ok := inserted[i]; ok {
			if i > 0 && text[i-1] != '\n' {
				out.WriteString(eol)
			}
			out.WriteString(more)
		}
		if i < len(text) {
			out.WriteByte(text[i])
		}
	}
	whole := out.String()
	switch {
	case end == "":
		return whole
	case strings.TrimLeft(whole, "\ufeff") == "":
		return whole + strings.TrimPrefix(end, eol)
	case !strings.HasSuffix(whole, "\n"):
		return whole + eol + end
	case strings.HasSuffix(whole, "\n"+eol) || whole == eol:
		return whole + strings.TrimPrefix(end, eol)
	}
	return whole + end
}

// insertionPoints finds where further keys of each table of text go. A table without one
// has no line of its own yet, or is an inline table, which can't be added to.
func insertionPoints(text string) map[[2]string]insertionPoint {
	body := []byte(strings.TrimPrefix(text, "\ufeff"))
	cut := len(text) - len(body)
	behind := func(offset int) int {
		if i := bytes.IndexByte(body[offset:], '\n'); i >= 0 {
			return cut + offset + i + 1
		}
		return len(text)
	}
	out := map[[2]string]insertionPoint{}
	parser := unstable.Parser{}
	parser.Reset(body)
	var header []string
	for parser.NextExpression() {
		node := parser.Expression()
		var key []string
		last := 0
		for it := node.Key(); it.Next(); {
			key = append(key, string(it.Node().Data))
			last = int(it.Node().Raw.Offset + it.Node().Raw.Length)
		}
		switch node.Kind {
		case unstable.Table:
			if header = key; len(header) == 2 {
				out[[2]string{header[0], header[1]}] = insertionPoint{at: behind(last)}
			}
		case unstable.KeyValue:
			if path := append(header[:len(header):len(header)], key...); len(path) > 2 && len(header) <= 2 {
				last := int(node.Raw.Offset + node.Raw.Length)
				out[[2]string{path[0], path[1]}] = insertionPoint{at: behind(last), prefix: path[len(header):2:2]}
			}
		}
	}
	return out
}
