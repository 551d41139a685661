package session

import (
	"slices"
	"strconv"
	"strings"
)

// Factors are the words for the ways to prove who one is besides the password,
// as in mfa = "totp" and --mfa totp. The kinds come first; google_otp and
// okta_verify are the two that make time-based codes, for people who have both.
func Factors() []string {
	return []string{"totp", "push", "sms", "call", "email", "question", "webauthn", "yubikey", "duo", "fastpass", "google_otp", "okta_verify"}
}

// AnsweredFactors are those that this version can answer.
func AnsweredFactors() []string { return []string{"totp", "google_otp", "okta_verify"} }

// CheckFactor returns a *FactorError unless word is a factor that this version
// can answer.
func CheckFactor(word string) error {
	if slices.Contains(AnsweredFactors(), word) {
		return nil
	}
	return &FactorError{Word: word, Known: slices.Contains(Factors(), word), Near: Near(word, Factors())}
}

// FactorError: a factor was named that can't be used.
type FactorError struct {
	Word  string
	Known bool     // it exists, but this version can't answer it
	Near  []string // factors that may have been meant
}

func (e *FactorError) Error() string {
	answers := "this version answers " + strings.Join(AnsweredFactors(), ", ")
	switch {
	case e.Known:
		return "factor " + e.Word + " can't be answered yet; " + answers
	case len(e.Near) > 0:
		return "unknown factor " + strconv.Quote(e.Word) + "; did you mean " + strings.Join(e.Near, " or ") + "?"
	}
	return "unknown factor " + strconv.Quote(e.Word) + "; " + answers
}
