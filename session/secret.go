package session

import (
	"crypto/subtle"
	"fmt"
)

const redactedText = "[secret]"

// Secret is text that must not be seen: a password, a code, an assertion, a
// key. Every verb of fmt and every encoder prints it as "[secret]"; Reveal is
// the one way to the text, so that the places that need it can be found.
//
// The text is behind a pointer because fmt can't call the methods of what
// stands in an unexported field, and would print a string there. So compare
// with Equal: == tells whether two are copies of one.
type Secret struct{ text *string }

// NewSecret wraps text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal compares in constant time.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// Format implements fmt.Formatter for every verb.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redactedText) }

// String implements fmt.Stringer.
func (Secret) String() string { return redactedText }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return redactedText }

// MarshalText implements encoding.TextMarshaler, which JSON and TOML use too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redactedText), nil }

// MarshalBinary implements encoding.BinaryMarshaler, which gob uses.
func (Secret) MarshalBinary() ([]byte, error) { return []byte(redactedText), nil }
