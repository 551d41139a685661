package process

import (
	"slices"
	"strings"
)

// IsSecret reports whether a variable holds a secret that a person gave stsx.
// No other program gets to see it.
func IsSecret(name string) bool {
	return name == "STSX_PASSWORD" || name == "STSX_MFA_CODE"
}

// WithoutSecrets is environ for another program.
func WithoutSecrets(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return IsSecret(strings.ToUpper(name))
	})
}
