package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

// editProfiles is old with profiles renamed, also where they are another's source, and
// removed. Every other byte stays. Errors: Problems of old, *CannotEditError, and what is
// wrong with a configuration that has it so.
func editProfiles(path, old string, renamed map[string]string, removed []string) (string, error) {
	if len(renamed)+len(removed) == 0 {
		return old, nil
	}
	scanned, _, _ := scanTables(path, []byte(old))
	var want []session.Table
	for _, t := range plainTables(scanned) {
		if t.Kind == "profile" {
			if slices.Contains(removed, t.Name) {
				continue
			}
			t.Name = newName(renamed, t.Name)
			for i, s := range t.Settings {
				if name, ok := s.Value.(string); ok && s.Key == "source" {
					t.Settings[i].Value = newName(renamed, name)
				}
			}
		}
		want = append(want, t)
	}
	next := rewriteProfiles(old, renamed, removed)
	scanned, problems, isTOML := scanTables(path, []byte(next))
	if !isTOML || len(problems) > 0 || !reflect.DeepEqual(flattenTables(plainTables(scanned)), flattenTables(want)) {
		return "", &CannotEditError{path}
	}
	if _, err := Parse(path, []byte(next)); err != nil {
		return "", fmt.Errorf("%s would not be right, nothing was changed: %w", path, err)
	}
	return next, nil
}

func newName(renamed map[string]string, name string) string {
	if to, ok := renamed[name]; ok {
		return to
	}
	return name
}

// expression is a header or a key of the file with its value.
type expression struct {
	start     int // of its line
	isHeader  bool
	isRemoved bool
}

// textSwap is what takes the place of text[from:to].
type textSwap struct {
	from, to int
	text     string
}

// rewriteProfiles renames and removes profiles in text where each has lines of its own.
func rewriteProfiles(text string, renamed map[string]string, removed []string) string {
	body := strings.TrimPrefix(text, "\ufeff")
	var all []expression
	var swaps []textSwap
	parser := unstable.Parser{}
	parser.Reset([]byte(body))
	var header []string
	for parser.NextExpression() {
		node := parser.Expression()
		isHeader := node.Kind != unstable.KeyValue
		var above []string
		if !isHeader {
			above = header
		}
		key := slices.Clone(above)
		var places []unstable.Range
		for it := node.Key(); it.Next(); {
			key, places = append(key, string(it.Node().Data)), append(places, it.Node().Raw)
		}
		if isHeader {
			header = key
		}
		e := expression{start: strings.LastIndexByte(body[:places[0].Offset], '\n') + 1, isHeader: isHeader}
		if len(key) > 1 && key[0] == "profile" {
			e.isRemoved = slices.Contains(removed, key[1])
			if to, ok := renamed[key[1]]; ok && len(above) < 2 {
				at := places[1-len(above)]
				swaps = append(swaps, textSwap{int(at.Offset), int(at.Offset + at.Length), bareKey(to)})
			}
			if value := node.Value(); !isHeader && len(key) == 3 && key[2] == "source" && value.Kind == unstable.String {
				if to, ok := renamed[string(value.Data)]; ok {
					swaps = append(swaps, textSwap{int(value.Raw.Offset), int(value.Raw.Offset + value.Raw.Length), tomlString(to)})
				}
			}
		}
		all = append(all, e)
	}
	swaps = slices.DeleteFunc(swaps, func(s textSwap) bool { return isRemovedAt(all, s.from) })
	swaps = append(swaps, removedLines(body, all)...)
	slices.SortFunc(swaps, func(x, y textSwap) int { return y.from - x.from }) // from the end to the beginning
	for _, s := range swaps {
		body = body[:s.from] + s.text + body[s.to:]
	}
	return text[:len(text)-len(strings.TrimPrefix(text, "\ufeff"))] + body
}

// isRemovedAt reports that what stands at offset is removed.
func isRemovedAt(all []expression, offset int) bool {
	removed := false
	for _, e := range all {
		if e.start <= offset {
			removed = e.isRemoved
		}
	}
	return removed
}

// removedLines are the lines of the expressions that are removed, with what stands between
// them. Comments before the first and behind the last stay.
func removedLines(body string, all []expression) (cuts []textSwap) {
	for i := 0; i < len(all); i++ {
		if !all[i].isRemoved {
			continue
		}
		first := i
		for i+1 < len(all) && all[i+1].isRemoved {
			i++
		}
		end := len(body)
		if i+1 < len(all) {
			end = all[i+1].start
		}
		start, end := all[first].start, endOfValue(body, all[i].start, end)
		if before := strings.TrimRight(body[:start], " \t\r\n"); all[first].isHeader && strings.TrimSpace(body[end:]) == "" {
			start, end = len(before), len(body) // the file's last table
			if before != "" {
				cuts = append(cuts, textSwap{start, end, lineEnd(body)})
				continue
			}
		} else if all[first].isHeader {
			end += len(body[end:]) - len(strings.TrimLeft(body[end:], " \t\r\n")) // and the blank lines behind it
			end = strings.LastIndexByte(body[:end], '\n') + 1
		}
		cuts = append(cuts, textSwap{start, end, ""})
	}
	return cuts
}

// endOfValue is where the lines of the expression at start end, before end: comments and
// blank lines behind it are not its own.
func endOfValue(body string, start, end int) int {
	for {
		line := strings.LastIndexByte(strings.TrimSuffix(body[start:end], "\n"), '\n') + 1 + start
		text := strings.TrimSpace(body[line:end])
		if line <= start || text != "" && text[0] != '#' {
			return end
		}
		end = line
	}
}
