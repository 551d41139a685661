package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Conditions that callers test for.
var (
	// ErrNoSession: the store holds no session that can be read under that key.
	ErrNoSession = errors.New("no session")
	// ErrNoPassword: that source of passwords has none for that org.
	ErrNoPassword = errors.New("no password")
	// ErrInterrupted: the person pressed Ctrl-C or closed the input.
	ErrInterrupted = errors.New("interrupted")
	// ErrNotChosen: the person left a list with Escape. It comes with ErrInterrupted.
	ErrNotChosen = errors.New("nothing was chosen")
	// ErrNothingTyped: a code was asked for, and the person pressed Enter alone.
	ErrNothingTyped = errors.New("nothing was typed")
	// ErrDeclined: the person said no to using the profile.
	ErrDeclined = errors.New("cancelled: the profile was not used")
	// ErrDurationTooLong: STS says the duration asked for is above the role's maximum.
	ErrDurationTooLong = errors.New("the duration is above the role's maximum")
	// ErrNotThatRole: STS handed out another role than the one asked for.
	ErrNotThatRole = errors.New("that is not the role asked for")
	// ErrWindowClosed: the person closed the window that the sign-in was in.
	ErrWindowClosed = errors.New("the window was closed before the sign-in was done")
	// ErrNoKeyring: there is no place to keep the key that seals sessions.
	ErrNoKeyring = errors.New("no keyring")
)

// UnansweredWindow is err of waiting for a person at a window that asks. Where it was
// not answered in time it is ErrWindowClosed, so that no other window opens for those that wait.
func UnansweredWindow(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w, as it was not answered in time: %w", ErrWindowClosed, context.DeadlineExceeded)
}

// InputError: something had to be asked for and nobody was there to answer.
type InputError struct {
	What    string // "the password for jane@acme.example"
	Give    string // how to give it without being asked: "set STSX_PASSWORD or use --password-stdin"
	EachUse bool   // it is asked each time: a sign-in beforehand does not help
	Why     string // why nobody was there; "" = there is no terminal
}

func (e *InputError) Error() string {
	return e.What + " is required, but " + cmp.Or(e.Why, "there is no terminal to ask on (or --no-input is set)")
}

// RefusedError: the identity provider refused the sign-in. Nothing is wrong
// with stsx or the network; trying the same again can lock the account.
type RefusedError struct {
	What string // what was refused: "the password", "the code", "the account"
	Said string // the provider's words, as its page shows them
	By   string // who refused: the host of the page; see Org.ProviderName
	Kind Refusal
	Wait time.Duration // RefusedTooMany: until the next try may be made; 0 = not said
}

// Refusal is what a RefusedError is about.
type Refusal int

// The refusals that have a cure of their own.
const (
	RefusedOther Refusal = iota
	RefusedPassword
	RefusedCode
	RefusedLocked
	RefusedExpired
	RefusedNotAssigned
	RefusedTooMany
	RefusedPush       // on the phone
	RefusedUnanswered // nobody was at the phone
	RefusedPolicy     // by a policy of the provider's
	RefusedDevice     // the device is not what a policy asks for
)

func (e *RefusedError) Error() string {
	switch {
	case e.Said == "" && e.Kind == RefusedUnanswered:
		return e.What + " was not answered in time"
	case e.Said == "" && e.Kind == RefusedLocked:
		return e.What + " is locked"
	case e.Said == "":
		return e.What + " was rejected"
	}
	return providerOrOkta(e.By) + " said: " + OneLine(e.Said, QuoteLength)
}

func providerOrOkta(who string) string {
	if who == "" {
		return "Okta"
	}
	return who
}

// UnavailableError: the provider is there and answers nobody, as while it is
// being maintained.
type UnavailableError struct {
	Said   string
	Status int           // HTTP status
	Wait   time.Duration // until the next try makes sense; 0 = not said
}

func (e *UnavailableError) Error() string {
	text := fmt.Sprintf("Okta is not available (HTTP status %d)", e.Status)
	if e.Said != "" {
		text += "; it says: " + OneLine(e.Said, QuoteLength)
	}
	return text
}

// RoleError: the role asked for is not granted, or not the only one that fits.
type RoleError struct {
	Asked string   // as the person named it: "role Admin in account 123456789012"
	Near  []string // roles they may have meant, as shown to them
	Many  bool     // Asked fits each of NearestNames
	By    string   // who grants roles: see Org.ProviderName
}

func (e *RoleError) Error() string {
	asked, near := OneLine(e.Asked, QuoteLength), OneLine(strings.Join(e.Near, ", "), messageLength)
	if e.Many {
		return fmt.Sprintf("%s is ambiguous; it fits %s", asked, near)
	}
	if e.Asked == "" {
		return "signed in, but " + providerOrOkta(e.By) + " grants you no AWS role in this app"
	}
	text := fmt.Sprintf("%s is not granted to you", asked)
	if len(e.Near) > 0 {
		text += "; did you mean " + near + "?"
	}
	return text
}

// EncryptedError: AWS alone can read the assertion, and it takes a role and its
// provider to ask AWS for one.
type EncryptedError struct {
	Profile string // that does not name both; "" = the roles granted were to be listed
	By      string // who grants roles: see Org.ProviderName
}

func (e *EncryptedError) Error() string {
	text := providerOrOkta(e.By) + " encrypts its assertions for AWS, so stsx can't read which roles they grant"
	if e.Profile != "" {
		text += fmt.Sprintf(", and profile %q does not name both a role and its provider", e.Profile)
	}
	return text
}

// Hint says what to write.
func (e *EncryptedError) Hint() string {
	where := "each profile"
	if e.Profile != "" {
		where = "the profile"
	}
	return `write into ` + where + ` role = "arn:aws:iam::ACCOUNT:role/NAME" and provider = "arn:aws:iam::ACCOUNT:saml-provider/NAME": ` +
		"the administrator of the AWS account knows both"
}

// GuardError: the configuration keeps the profile out of the account.
type GuardError struct {
	Profile string
	Account string
	Allowed []string
}

func (e *GuardError) Error() string {
	return fmt.Sprintf("%q may not use account %s: allowed_accounts in the configuration names %s", e.Profile, e.Account,
		strings.Join(e.Allowed, ", "))
}

// AWSError: STS refused, or could not be reached.
type AWSError struct {
	Act     string // "assuming arn:…"
	Code    string // AWS's error code; "" when no answer came
	Message string
	Err     error
	Unread  bool // the assertion was encrypted, so that AWS alone knows what it grants
}

// messageLength is how many characters of AWS's message are shown: it names the
// policy that denied, and ARNs.
const messageLength = 1000

func (e *AWSError) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("%s: AWS said: %s (%s)", e.Act, OneLine(e.Message, messageLength), OneLine(e.Code, QuoteLength))
	}
	return fmt.Sprintf("%s: %v", e.Act, e.Err)
}

func (e *AWSError) Unwrap() error { return e.Err }

// OriginError: the sign-in led to a page of another host than the one whose
// password was about to be typed.
type OriginError struct {
	Got  string // origin of the page
	Want string // origin that is configured
}

func (e *OriginError) Error() string {
	return fmt.Sprintf("the sign-in led to a page of %s, but the password is for %s; nothing was typed",
		OneLine(e.Got, QuoteLength), OneLine(e.Want, QuoteLength))
}

// ScreenError adds to what went wrong in a sign-in the page that it was on.
type ScreenError struct {
	Screen string // stsx's name for the page: "sign in", "Okta Verify"
	Err    error
}

func (e *ScreenError) Error() string {
	return fmt.Sprintf("%v (at the page “%s”)", e.Err, OneLine(e.Screen, QuoteLength))
}

func (e *ScreenError) Unwrap() error { return e.Err }

// PageError: the sign-in came to a page that can't be answered.
type PageError struct {
	Why        string // "stsx does not know this page"
	Location   string // without query
	Text       string // what the page shows
	Screenshot string // path, "" when none was kept
	Cure       string // what to do, when there is more to it than looking at the page
	Err        error  // what Why says, if that is an error of its own; may be nil
}

func (e *PageError) Unwrap() error { return e.Err }

func (e *PageError) Error() string {
	text := e.Why
	if e.Location != "" {
		text += " (" + OneLine(e.Location, QuoteLength) + ")"
	}
	if e.Text != "" {
		text += "; it shows: " + OneLine(e.Text, QuoteLength)
	}
	if e.Screenshot != "" {
		text += "; a picture of it is in " + e.Screenshot
	}
	return text
}
