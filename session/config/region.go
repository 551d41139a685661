package config

import (
	"regexp"
	"slices"
	"strings"

	"stsx/session"
)

// readRegion is the name of a region that there may be. AWS adds new ones, so
// only the form of the name is checked, and its words for typing errors.
func (c *checker) readRegion(e tableEntry) (string, bool) {
	text, ok := c.readText(e)
	if !ok {
		return "", false
	}
	if zone := regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+-\d+)[a-z]$`).FindStringSubmatch(text); zone != nil {
		c.addProblem(e.at, "%q is an availability zone; its region is %q", text, zone[1])
		return "", false
	}
	if !regexp.MustCompile(`^[a-z]+(-[a-z]+)+-\d+$`).MatchString(text) {
		c.addProblem(e.at, "region %q is not a region's name, such as \"eu-west-1\"", text)
		return "", false
	}
	parts := strings.Split(text, "-")
	direction := parts[len(parts)-2]
	if near := session.Near(direction, directions()); !slices.Contains(directions(), direction) && near != nil {
		parts[len(parts)-2] = near[0]
		c.addProblem(e.at, "there is no region %q; did you mean %q?", text, strings.Join(parts, "-"))
		return "", false
	}
	return text, true
}

// directions are the words that regions are told apart by.
func directions() []string {
	return []string{"north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"}
}
