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
	Ask             string // "window": where there is no terminal to ask on, in a window; else "terminal" or ""
	NeverOnTerminal bool   // with "window": in a window also where there is a terminal
	WindowTitle     string // of the window that asks; "" = the page's own
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

// AsksInWindow reports whether a person is to be asked in a window and not by ask.
func (o Org) AsksInWindow(ask Prompter) bool {
	return o.Ask == AskInWindow && !o.Unattended && (o.NeverOnTerminal || !ask.Interactive())
}

// What Org.Ask says: where a person is asked.
const (
	AskOnTerminal = "terminal"
	AskInWindow   = "window"
)

// ID names o's sign-in for a lock or a stored secret without saying whose it is.
func (o Org) ID() string {
	text, _ := json.Marshal([]string{o.URL, o.Username})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
