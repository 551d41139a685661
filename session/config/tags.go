package config

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"

	"stsx/session"
)

// STS's limits: API reference, AssumeRole.
const mostTags = 50

func (c *checker) readTags(e tableEntry) ([]session.Tag, bool) {
	var list []session.Tag
	for _, below := range e.below {
		text := below.value.text
		switch {
		case below.value.kind != unstable.String:
			c.addProblem(below.at, "the tag %s is a string, not %s", bareKey(below.key), kindOf(below.value.kind))
		case !isTagKey(below.key):
			c.addProblem(below.at, "%q can't be a tag's key: up to 128 letters, digits, blanks and _.:/=+-@, not beginning with aws:",
				below.key)
		case !isTag(text) || utf8.RuneCountInString(text) > 256:
			c.addProblem(below.at, "the tag %s has a value that AWS refuses: up to 256 letters, digits, blanks and _.:/=+-@",
				bareKey(below.key))
		default:
			list = append(list, session.Tag{Key: below.key, Value: text})
		}
	}
	if len(list) > mostTags {
		c.addProblem(e.at, "%d tags are more than the %d that AWS takes", len(list), mostTags)
	}
	return list, len(list) > 0
}

func isTagKey(key string) bool {
	return key != "" && isTag(key) && utf8.RuneCountInString(key) <= 128 && !strings.HasPrefix(strings.ToLower(key), "aws:")
}

func isTag(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Z, r) && !strings.ContainsRune("_.:/=+-@", r)
	})
}
