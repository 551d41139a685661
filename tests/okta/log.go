package okta

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Kind is what an Event tells of.
type Kind string

const (
	Requested       Kind = "request"          // any request: Method and Path
	Identified      Kind = "identify"         // a username was sent: User
	PasswordTried   Kind = "password"         // a password was sent: User, OK, Digest
	CodeTried       Kind = "code"             // a one-time code was sent: User, Factor, OK, Digest, Detail
	CodeSent        Kind = "sent"             // a code was sent to a phone or by email: User, Factor
	LinkClicked     Kind = "link"             // the link in an email was opened: User, Factor
	FactorChosen    Kind = "factor"           // a factor was picked from the list: User, Factor
	PasswordChanged Kind = "password changed" // a new password was set: User, Digest
	Locked          Kind = "locked"           // too many failures: User
	StateExpired    Kind = "expired"          // a form was refused because its sign-in had expired
	Cancelled       Kind = "cancel"           // a sign-in was given up
	SignedIn        Kind = "session"          // an Okta session was opened: User
	Asserted        Kind = "assertion"        // an assertion was issued: User
	Refused         Kind = "refused"          // signed in, but not assigned to the app: User
)

// Event is one thing that Okta received or did. No secret is in it: Digest is a
// keyed hash, equal for equal secrets within one org and useless outside it, so
// that a test can prove that a wrong password was not sent twice.
type Event struct {
	Time   time.Time // of the org's clock
	Kind   Kind
	User   string
	Factor Factor
	OK     bool
	Digest string
	Detail string // why not OK: "wrong", "used", "locked", "rate limited"
	Method string
	Path   string // without the query, which carries tokens
}

// journal is the log. Its owner, Org, guards it with its mutex.
type journal struct {
	key    [32]byte
	events []Event
	grown  chan struct{} // closed when the next event comes
}

func newJournal() *journal {
	j := &journal{grown: make(chan struct{})}
	_, _ = rand.Read(j.key[:]) // crypto/rand.Read never fails
	return j
}

func (j *journal) digest(secret string) string {
	mac := hmac.New(sha256.New, j.key[:])
	mac.Write([]byte(secret))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Log returns what has happened so far, oldest first.
func (o *Org) Log() []Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Event(nil), o.journal.events...)
}

// Count counts the events of a kind; with a user, only that user's.
func (o *Org) Count(kind Kind, user string) int {
	n := 0
	for _, e := range o.Log() {
		if e.Kind == kind && (user == "" || strings.EqualFold(e.User, user)) {
			n++
		}
	}
	return n
}

// noteLocked takes o.mu and adds an event.
func (o *Org) noteLocked(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.note(e)
}

// note adds an event; the caller holds o.mu.
func (o *Org) note(e Event) {
	e.Time = o.cfg.Clock()
	o.journal.events = append(o.journal.events, e)
	close(o.journal.grown)
	o.journal.grown = make(chan struct{})
}
