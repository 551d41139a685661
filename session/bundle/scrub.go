package bundle

import (
	"cmp"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// shortestSecret is the length, in bytes, from which a text is struck out wherever
// it stands. Anything shorter would strike out half the page; what is typed
// into fields is never taken in the first place.
const shortestSecret = 4

// scrubText is text without what is hidden, in whatever encoding it may stand
// there, and without what looks like a token.
func scrubText(text string, all []hiddenText) string {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b hiddenText) int { return cmp.Compare(len(b.text), len(a.text)) }) // one may be part of another
	for _, h := range all {
		for _, form := range encodings(h.text) {
			text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(form)).ReplaceAllLiteralString(text, h.as)
		}
	}
	return strikeTokens(text)
}

// encodings are the ways in which a text is written in pages, addresses and JSON.
func encodings(text string) []string {
	quoted, _ := json.Marshal(text) // a string always can be
	out := []string{text, html.EscapeString(text), url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`)}
	slices.Sort(out)
	return slices.Compact(out)
}

// strikeTokens strikes out what nobody reads and a machine may take for a proof: runs
// of 16 and more letters and digits, mixed.
func strikeTokens(text string) string {
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
