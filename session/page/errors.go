package page

import (
	"errors"
	"fmt"
)

var (
	// ErrPosted: the page posted its SAML response to AWS; see SAMLResponse.
	ErrPosted = errors.New("the page posted its SAML response")
	// ErrAbsent: no element that a person could see and use is where one was
	// looked for, or the page is not the one that was read any more.
	ErrAbsent = errors.New("not on the page")
	// ErrNoReaction: what was pressed, in every way there is, caused nothing.
	ErrNoReaction = errors.New("the page did not react")
	// ErrDisabled: what was to be pressed can't be as the page stands.
	ErrDisabled = errors.New("the page does not let it be pressed")
)

// ActionError is something that could not be done to what a mark stands for.
// Whoever handles it may want to show the page.
type ActionError struct {
	Action string // pressing, filling in, reading
	Mark   string
	Err    error
}

func (e *ActionError) Error() string { return fmt.Sprintf("%s %s: %v", e.Action, e.Mark, e.Err) }

func (e *ActionError) Unwrap() error { return e.Err }
