package awsfile

import (
	"fmt"
	"strings"
)

// CheckSection says why name can't be a section's in a file that every AWS tool
// reads alike.
func CheckSection(name string) error {
	const others = "-_./@:+=,%"
	bad := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	}
	if name == "" || strings.ContainsFunc(name, bad) {
		return fmt.Errorf("%q can't be a section of AWS's files: letters, digits and %s only", name, others)
	}
	return nil
}
