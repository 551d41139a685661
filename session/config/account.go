package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// readAccounts is a list of account ids.
func (c *checker) readAccounts(e tableEntry) ([]string, bool) {
	list, ok := c.readWords(e)
	for _, id := range list {
		if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
			c.addProblem(e.at, "%s: %q is not 12 digits", e.key, id)
			return nil, false
		}
	}
	return list, ok
}

func (c *checker) readAccount(e tableEntry) (string, bool) {
	if e.value.kind == unstable.Integer || e.value.kind == unstable.Float {
		c.addProblem(e.at, "account is a string: write it in quotes, or leading zeros are lost")
		return "", false
	}
	text, ok := c.readText(e)
	if ok && (len(text) != 12 || strings.Trim(text, "0123456789") != "") {
		c.addProblem(e.at, "account %q is not 12 digits", text)
		return "", false
	}
	return text, ok
}
