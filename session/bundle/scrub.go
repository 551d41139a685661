package bundle

import (
	"regexp"
	"strings"
	"unicode"
)

// strikeTokens strikes out what nobody reads and a machine may take for a proof: runs
// of 16 and more letters and digits, mixed.
func strikeTokens(text string) string {
	// Compiled here, for the few texts of a bundle, not at the start of every command.
	return regexp.MustCompile(`[A-Za-z0-9_\-+=.~%]{16,}`).ReplaceAllStringFunc(text, func(run string) string {
		digits := strings.ContainsFunc(run, unicode.IsDigit)
		letters := strings.ContainsFunc(run, unicode.IsLetter)
		if !digits || !letters || isPlainName(run) {
			return run
		}
		return "[token]"
	})
}

// isPlainName tells names of files, versions and classes, such as
// challenge-authenticator--okta_password2 or okta-sign-in.7.49.0.min.js, from
// tokens: their parts are words or short numbers.
func isPlainName(run string) bool {
	for _, part := range strings.FieldsFunc(run, func(r rune) bool { return strings.ContainsRune("_-.", r) }) {
		digits := strings.ContainsFunc(part, unicode.IsDigit)
		switch {
		case !digits && len(part) < 24:
		case digits && len(part) <= 4:
		default:
			return false
		}
	}
	return !strings.ContainsAny(run, "+=~%")
}
