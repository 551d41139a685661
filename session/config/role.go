package config

import (
	"strings"

	"stsx/session"
)

func (c *checker) readRole(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if text == session.SameRole {
		return text, true
	}
	if err := session.CheckSAMLRole(text); err != nil {
		c.addProblem(e.at, "role %v", err)
		return "", false
	}
	if strings.HasPrefix(strings.ToLower(text), "arn:") {
		if _, err := session.ParseRole(text); err != nil {
			c.addProblem(e.at, "role %v", err)
			return "", false
		}
		return text, true
	}
	if !madeOf(text, "_+=,.@/-") || strings.HasSuffix(text, "/") {
		c.addProblem(e.at, "role %q is neither an ARN (arn:aws:iam::ACCOUNT:role/NAME) nor a role's name", text)
		return "", false
	}
	return text, true
}
