package session

import (
	"time"
)

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

// Remembered is what a sign-in left behind for the next one.
type Remembered struct {
	Org      string    // name in the configuration
	URL      string    // that was signed in at
	Username string    // that was signed in with
	Subject  string    // whom the assertion was about; see Assertion.Subject
	Agent    string    // the browser's User-Agent: a session may be bound to it
	Kept     time.Time // when; set by CookieJar.Keep
	Bound    bool      // the session was refused without a key of the browser's, and the person knows
	Cookies  []Cookie
}

// IsZero reports that nothing is remembered.
func (r Remembered) IsZero() bool { return len(r.Cookies) == 0 }
