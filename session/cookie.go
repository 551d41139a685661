package session

import "time"

// Cookie is one cookie of an identity provider's: of its session, or by which
// it knows this device again.
type Cookie struct {
	Name     string
	Value    Secret
	Domain   string // with a leading dot it is for the hosts below it too
	Path     string
	Expires  time.Time // zero: with the browser
	Secure   bool
	HTTPOnly bool
	SameSite string // Strict, Lax, None or empty
}
