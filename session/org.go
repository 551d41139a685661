package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Org is one identity provider a person signs in to: for Okta, the embed link
// of the AWS app in their organisation.
type Org struct {
	Name            string // key in the configuration
	Type            string // one of Types
	URL             string // the app's embed link
	Username        string // asked for when empty
	MFA             string // preferred kind of factor, as in the configuration; "" = asked when there are several
	Browser         string // "auto", "headless" or "visible"
	BrowserPath     string // "" = found
	NoSandbox       bool
	AllowedHosts    []string // further hosts the password may be typed into
	AllowedAccounts []string // AWS accounts that profiles may use; none = any
	PasswordCommand []string
	MFACommand      []string
	Remember        bool          // keep the provider's session and device cookies for the next sign-in
	Log             bool          // record which program got which credentials
	Anew            bool          // sign in even where a session at the provider is remembered; the device still is
	Unattended      bool          // nobody is there, and nobody's phone is to ring: only what needs no person
	Timeout         time.Duration // one deadline for a whole sign-in, waits for the person included
}

// ID names o's sign-in for a lock or a stored secret without saying whose it is.
func (o Org) ID() string {
	text, _ := json.Marshal([]string{o.URL, o.Username})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
