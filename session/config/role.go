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

func (c *checker) readProvider(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if err := session.CheckProvider(text); err != nil {
		c.addProblem(e.at, "provider %v", err)
		return "", false
	}
	return text, true
}

// checkProvider checks what d's provider says of its role.
func (c *checker) checkProvider(d *profileDraft) {
	if d.Provider == "" {
		return
	}
	at := d.at["provider"]
	if _, ok := d.at["role"]; !ok {
		c.addProblem(at, "provider is for a role: write role = \"arn:aws:iam::ACCOUNT:role/NAME\" too")
	}
	for _, arn := range []string{d.Role, "arn:" + strings.Split(d.Provider, ":")[1] + ":iam::" + d.Account + ":role/x"} {
		if role, err := session.ParseRole(arn); err == nil {
			if _, err := role.WithProvider(d.Provider); err != nil {
				c.addProblem(at, "provider %q is of another account than the profile's role", d.Provider)
				return
			}
		}
	}
}
