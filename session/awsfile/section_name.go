package awsfile

import (
	"fmt"
	"strings"
)

// CheckSection says why name can't be a profile's in a file that every AWS tool
// reads alike: Java's SDK takes the fewest characters, and botocore gives
// [DEFAULT] to every profile.
func (Files) CheckSection(name string) error { return checkSection(name) }

func checkSection(name string) error {
	const others = "-_./@:+%"
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	}
	if name == "" || strings.ContainsFunc(name, bad) {
		return fmt.Errorf("%q can't be a section of AWS's files: letters, digits and %s only", name, others)
	}
	if name == inheritedSection {
		return fmt.Errorf("[%s] can't be written: the AWS CLI gives what is in it to every profile", inheritedSection)
	}
	return nil
}
