package session

import (
	"context"
	"time"
)

// IdP signs a person in and brings back what the provider says of them.
type IdP interface {
	// Assert signs in to p.Org. Errors: *InputError, *RefusedError,
	// ErrInterrupted, the context's, or what went wrong with the browser or
	// the page.
	Assert(ctx context.Context, p Profile) (Assertion, error)
	// Close waits for what Assert left ending, the browser of the last sign-in to
	// o, so that STS need not wait for it. The error says what is left behind.
	Close(o Org) error
}

// STS turns a role granted into credentials.
type STS interface {
	// Assume asks once for exactly a.Duration. Errors: ErrDurationTooLong
	// (wrapped), *AWSError.
	Assume(ctx context.Context, a Assumption) (AssumedRole, error)
}

// Assumption is one call of STS: with an Assertion AssumeRoleWithSAML, with
// From AssumeRole.
type Assumption struct {
	Role        Role
	Assertion   Secret       // base64, as posted
	From        *Credentials // role chaining
	SessionName string       // for role chaining; with an assertion the provider says it
	ExternalID  string
	Chaining    Chaining // with From; its SessionName is the one above
	Policies    SessionPolicies
	Region      string // whose regional endpoint to use; "" = the partition's first
	Duration    time.Duration
}

// AssumedRole is STS's answer.
type AssumedRole struct {
	Credentials Credentials
	ARN         string
}

// AWSProfile is a profile of the AWS tools' shared configuration that gets its
// credentials from a command.
type AWSProfile struct {
	Name    string // as in aws --profile NAME
	Command []string
	Region  string // "" = none
}

// CallerIdentity is whose credentials STS takes a session's for.
type CallerIdentity struct {
	Account string
	ARN     string // of the assumed role
	UserID  string // the role's unique id, a colon, the session's name
}

// SessionStore keeps sessions between runs.
type SessionStore interface {
	// Get returns the session kept under key, ErrNoSession when there is none
	// or it can't be opened.
	Get(ctx context.Context, key string) (Session, error)
	// Put keeps s under key. Errors: ErrNoKeyring (wrapped) when nothing can
	// be kept on this machine, else what the file system said.
	Put(ctx context.Context, key string, s Session) error
	// Lock waits until no other process holds name. waiting is called with what
	// the holder said of itself, if it has to wait, and again when that changes;
	// false ends the wait, and nobody has the lock. The lock ends with unlock or
	// with the process, however that ends.
	Lock(ctx context.Context, name, self string, waiting func(holder string) bool) (unlock func(), err error)
}

// ClosedWindows says that a window which asked was closed, to those that wait for
// the lock of that name.
type ClosedWindows interface {
	// ClosedMark is another after each MarkClosed; "" when there was none.
	ClosedMark(name string) string
	// MarkClosed is called with the lock held. A failure to is not worth an error:
	// those that wait ask anew.
	MarkClosed(name string)
}

// DurationLimits remembers how long a role's sessions may be. It holds no secret.
type DurationLimits interface {
	// Longest returns what was learnt, 0 when nothing was or it is out of date.
	Longest(role string) time.Duration
	// Learn remembers; a failure to is not worth an error.
	Learn(role string, d time.Duration)
}

// GrantedRoles remembers which roles were granted, for completion. It holds no secret.
type GrantedRoles interface {
	// See takes the place of what was seen for o; a failure to remember is not
	// worth an error.
	See(o Org, roles []Role)
	// Seen lists what every org granted, without providers.
	Seen() []Role
}

// AccountNames remembers what accounts are called, by their numbers, as a sign-in page
// of AWS's had it. It is for people to read: what an account is, its number says.
// It holds no secret.
type AccountNames interface {
	// Name is "" when none was learnt or it is out of date.
	Name(account string) string
	// Learn adds to what is known; a failure to is not worth an error.
	Learn(names map[string]string)
}

// LastChoices remembers what the person last picked where an org offers a choice,
// so that it is marked when they are asked again. It holds no secret.
type LastChoices interface {
	// Last returns what was picked of what for o, "" when nothing was.
	Last(o Org, what string) string
	// Made takes the place of it; a failure to remember is not worth an error.
	Made(o Org, what, picked string)
}

// Passwords keeps passwords: the OS keyring.
type Passwords interface {
	// Password returns ErrNoPassword when it holds none for o.
	Password(ctx context.Context, o Org) (Secret, error)
	// Remember keeps it until Forget.
	Remember(ctx context.Context, o Org, password Secret) error
	// Forget reports whether there was one.
	Forget(ctx context.Context, o Org) (forgot bool, err error)
}

// CookieJar keeps what an org's sign-ins leave behind between runs, sealed as
// sessions are: one per org, whoever signed in.
type CookieJar interface {
	// Remembered returns what is kept for o, the zero value when nothing is or
	// what is can't be opened. It is another user's where Username says so.
	Remembered(ctx context.Context, o Org) (Remembered, error)
	// Keep takes the place of what was kept for o. Errors: ErrNoKeyring
	// (wrapped) when nothing can be kept on this machine, else what the file
	// system said.
	Keep(ctx context.Context, o Org, r Remembered) error
	// Discard is nil when there is nothing.
	Discard(ctx context.Context, o Org) error
}

// Prompter talks to the person at the terminal.
type Prompter interface {
	// Interactive reports whether anybody can be asked.
	Interactive() bool
	// Ask asks one question. Errors: *InputError when nobody can be asked,
	// ErrInterrupted, the context's.
	Ask(ctx context.Context, q Question) (string, error)
	// Confirm asks for yes or no. Errors as Ask.
	Confirm(ctx context.Context, prompt string, otherwise bool) (bool, error)
	// Choose lets one of options be picked and returns its index. Errors as Ask, and
	// ErrNotChosen; its InputError carries what and give.
	Choose(ctx context.Context, q Question, options []string) (int, error)
	// Wait shows e until ctx ends, whose error it returns, or until one of
	// e.Options is picked, whose index it returns. Where nobody can be asked it
	// says once what is waited for. Other errors as Ask, but never InputError.
	Wait(ctx context.Context, e Errand) (int, error)
	// Say shows a message and leaves it there.
	Say(message string)
	// Progress shows what is being waited for, on a terminal only, until the
	// next call of any method here; "" takes it away.
	Progress(message string)
}

// Errand is what a person does elsewhere, as on their phone, while the sign-in
// waits for it.
type Errand struct {
	Prompt  string    // "Approve the sign-in in Okta Verify on Jane's phone"
	Number  string    // what to pick or type there; drawn large; "" = nothing
	Until   time.Time // when the provider will give up; zero = not known
	Options []string  // what can be done instead of waiting on: "Send again"
}

// Question is what is asked.
type Question struct {
	Prompt string   // "Password for jane@acme.example"
	Secret bool     // not shown while typed
	Empty  bool     // Enter alone is an answer, also to a secret
	First  int      // ChooseRole: the option that is marked at first
	Colors []string // Choose: what each option is written in, of ColorNames or ""; nil = none
	Draft  string   // Ask: an answer that stands there already, to be edited
	What   string   // for InputError: "the password for jane@acme.example"
	Give   string   // for InputError
}

// GroupedOption is what can be chosen, with others of its group.
type GroupedOption struct {
	Group  string // "123456789012 acme-prod"; options of one group stand together
	Text   string
	Ticked bool // at first
}
