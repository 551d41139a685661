package config

import (
	"slices"
	"strings"

	"stsx/session"

	"github.com/pelletier/go-toml/v2/unstable"
)

// readText is a string that is neither empty nor could do anything to a terminal.
func (c *checker) readText(e tableEntry) (string, bool) {
	switch v := e.value; {
	case v.kind != unstable.String:
		c.addProblem(e.at, "%s is %s, not %s", e.key, kindOf(unstable.String), kindOf(v.kind))
	case v.text == "":
		c.addProblem(e.at, "%s is empty; leave it out instead", e.key)
	case !session.IsVisible(v.text):
		c.addProblem(e.at, "%s has characters in it that can't be seen", e.key)
	default:
		return v.text, true
	}
	return "", false
}

// readWord is one of words.
func (c *checker) readWord(e tableEntry, words ...string) (string, bool) {
	text, ok := c.readText(e)
	if ok && !slices.Contains(words, text) {
		c.addProblem(e.at, "unknown %s %q%s", e.key, text, didYouMean(text, words))
		return "", false
	}
	return text, ok
}

// readColor is one of the few colours, which the error lists.
func (c *checker) readColor(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if names := session.ColorNames(); ok && !slices.Contains(names, text) {
		last := len(names) - 1
		c.addProblem(e.at, "%s is %s or %s, not %q", e.key, strings.Join(names[:last], ", "), names[last], text)
		return "", false
	}
	return text, ok
}

func (c *checker) readBool(e tableEntry) (bool, bool) {
	if e.value.kind != unstable.Bool {
		c.addProblem(e.at, "%s is true or false, not %s", e.key, kindOf(e.value.kind))
		return false, false
	}
	return e.value.text == "true", true
}

// readWords is a non-empty array of strings. No message quotes any of them: they
// may hold a secret.
func (c *checker) readWords(e tableEntry) ([]string, bool) {
	if e.value.kind != unstable.Array {
		c.addProblem(e.at, "%s is a list of strings, not %s: write %s = [\"…\", \"…\"]", e.key, kindOf(e.value.kind), e.key)
		return nil, false
	}
	if len(e.value.items) == 0 {
		c.addProblem(e.at, "%s is empty; leave it out instead", e.key)
		return nil, false
	}
	var list []string
	for i, item := range e.value.items {
		if item.kind != unstable.String {
			c.addProblem(e.at, "%s is a list of strings; number %d in it is %s", e.key, i+1, kindOf(item.kind))
			return nil, false
		}
		if strings.ContainsRune(item.text, 0) {
			c.addProblem(e.at, "%s: number %d in it has a NUL character", e.key, i+1)
			return nil, false
		}
		list = append(list, item.text)
	}
	return list, true
}

// readCommand is words whose first can be run.
func (c *checker) readCommand(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	if ok && list[0] == "" {
		c.addProblem(e.at, "%s names no program", e.key)
		return nil, false
	}
	return list, ok
}

// readChecked is a text that check has nothing against.
func (c *checker) readChecked(e tableEntry, check func(string) error) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if err := check(text); err != nil {
		c.addProblem(e.at, "%s: %v", e.key, err)
		return "", false
	}
	return text, true
}

func kindOf(kind unstable.Kind) string {
	switch kind {
	case unstable.String:
		return "a string"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer, unstable.Float:
		return "a number"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable, unstable.Table:
		return "a table"
	default:
		return "a date or time"
	}
}

// madeOf reports whether text is made of ASCII letters and digits and of others.
func madeOf(text, others string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	})
}
