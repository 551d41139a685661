package session

import (
	"slices"
	"strconv"
	"strings"
)

// Factors are the words for the ways to prove who one is besides the password,
// as in mfa = "totp" and --mfa totp. The kinds come first; google_otp and
// okta_verify are the two that make time-based codes, okta_verify_push and
// custom_app the two that ask on a phone, for people who have both.
func Factors() []string {
	return []string{"totp", "push", "sms", "call", "email", "question", "webauthn", "yubikey", "duo", "fastpass", "idp", "smartcard",
		"google_otp", "okta_verify", "okta_verify_push", "custom_app", "password", "symantec", "rsa", "onprem", "custom_otp"}
}

// CheckFactor returns a *FactorError unless word is one of Factors. Whether the
// provider offers it shows at the sign-in.
func CheckFactor(word string) error {
	if slices.Contains(Factors(), word) {
		return nil
	}
	return &FactorError{Word: word, Near: NearestNames(word, Factors())}
}

// FactorError: a factor was named that there is not.
type FactorError struct {
	Word string
	Near []string // factors that may have been meant
}

func (e *FactorError) Error() string {
	if len(e.Near) > 0 {
		return "unknown factor " + strconv.Quote(e.Word) + "; did you mean " + strings.Join(e.Near, " or ") + "?"
	}
	return "unknown factor " + strconv.Quote(e.Word) + "; there are " + strings.Join(Factors(), ", ")
}
