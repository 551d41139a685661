package session

import (
	"context"
	"time"
)

// Renewal is what keeps the credentials of a profile good for as long as a server hands
// them out.
type Renewal struct {
	Session Session // the first; with Profile alone there is none yet
	// Kept looks for what another process has left to take held's place. It
	// takes no time to speak of.
	Kept func(ctx context.Context, held Session) (Session, bool)
	// Renew gets what takes held's place, and asks nobody. Errors as
	// Broker.Extend.
	Renew func(ctx context.Context, held Session) (Session, error)
	// Attended is Renew where a person has to be asked, for credentials that somebody
	// wants. nil: nobody is ever asked, and held is renewed before it is wanted.
	Attended func(ctx context.Context, held Session) (Session, error)
	// Permit says, at each hand-over, why there is to be none; nil: nothing ever does. It
	// takes no time to speak of.
	Permit func() error
	// Confirm asks the person whether to may have them; nil: nobody is asked.
	Confirm func(ctx context.Context, to Caller) error
	// Failed is told, once for each session, that it can't be renewed without
	// a person.
	Failed func(held Session, err error)
	// Explain says to whoever asked for credentials why there are none.
	Explain func(held Session, err error) string
	Now     func() time.Time
}

// ServeRequest says what a server hands out, and where it listens.
type ServeRequest struct {
	Profiles []Renewal
	Socket   string // its path; "" = the usual one
	Port     int    // of 127.0.0.1; 0 = any, negative = none
	// Delivered is told of each hand-over.
	Delivered func(s Session, to Caller)
	// Rejected is told of each connection of another user's.
	Rejected func(from Caller)
}

// CredentialServer hands out credentials on this machine until it is closed.
type CredentialServer interface {
	// URL is where an AWS SDK asks for a profile's; with "" for those of the only one.
	URL(profile string) string
	// Token is what it has to know there.
	Token() Secret
	// TokenFile is the path of the file that has the token, "" = none.
	TokenFile() string
	// Socket is the path of its socket, "" = none.
	Socket() string
	// Close ends it, a renewal under way included, and leaves no file.
	Close() error
}

// Caller is who asks a server for credentials.
type Caller struct {
	PID   int    // 0 = not known
	UID   int    // where PID is known
	Agent string // what it calls itself; "" = nothing
}

// ServedCredentials are what a server handed out.
type ServedCredentials struct {
	Credentials
	Profile string
	Only    string // as in Session
}

// ServeError: a socket or port can't be used.
type ServeError struct {
	What string // "the socket /run/user/1000/stsx/serve.sock"
	Why  string // "is in use by another stsx serve"
	Cure string
	Err  error // may be nil
}

func (e *ServeError) Error() string { return e.What + " " + e.Why }

// Hint says what to do about it.
func (e *ServeError) Hint() string { return e.Cure }

func (e *ServeError) Unwrap() error { return e.Err }

// The codes of answers without credentials.
const (
	ServedNeedsInput  = "InputRequired"
	ServedUnavailable = "CredentialsUnavailable"
	ServedForbidden   = "NotPermitted"
)

// ServedError is a server's answer without credentials.
type ServedError struct {
	Code    string // one of those above, or of those for a request that is wrong
	Message string
}

func (e *ServedError) Error() string { return "stsx serve: " + OneLine(e.Message, messageLength) }
