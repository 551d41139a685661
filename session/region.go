package session

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// CheckRegionName says why name can't be a region. AWS adds new ones, so only
// the form of the name is checked, and its words for typing errors.
func CheckRegionName(name string) error {
	zone := regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+-\d+)[a-z]$`).FindStringSubmatch(name)
	switch {
	case zone != nil:
		return fmt.Errorf("%q is an availability zone; its region is %q", name, zone[1])
	case !regexp.MustCompile(`^[a-z]+(-[a-z]+)+-\d+$`).MatchString(name):
		return fmt.Errorf("%q is not an AWS region (example: eu-west-1)", name)
	}
	parts := strings.Split(name, "-")
	direction := parts[len(parts)-2]
	if near := NearestNames(direction, regionDirections()); !slices.Contains(regionDirections(), direction) && near != nil {
		parts[len(parts)-2] = near[0]
		return fmt.Errorf("there is no AWS region %q; did you mean %q?", name, strings.Join(parts, "-"))
	}
	return nil
}

// regionDirections are the words that regions are told apart by.
func regionDirections() []string {
	return []string{"north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"}
}
