package config

import (
	"stsx/session"
)

func (c *checker) readRegion(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if err := session.CheckRegionName(text); err != nil {
		c.addProblem(e.at, "region: %v", err)
		return "", false
	}
	return text, true
}
