package config

// readSessionName is what STS takes as RoleSessionName and SourceIdentity.
func (c *checker) readSessionName(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if ok && (len(text) < 2 || len(text) > 64 || !madeOf(text, "_+=,.@-")) {
		c.addProblem(e.at, "%s %q is not 2 to 64 letters, digits and _+=,.@-", e.key, text)
		return "", false
	}
	return text, ok
}
