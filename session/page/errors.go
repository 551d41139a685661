package page

import (
	"errors"
	"fmt"
	"net/url"
)

var (
	// ErrPosted: the page posted its SAML response to AWS; see SAMLResponse.
	ErrPosted = errors.New("the page posted its SAML response")
	// ErrAbsent: no element that a person could see and use is where one was
	// looked for, or the page is not the one that was read any more.
	ErrAbsent = errors.New("not on the page")
	// ErrNoReaction: what was pressed, in every way there is, caused nothing.
	ErrNoReaction = errors.New("the page did not react")
	// ErrUnanswered: what a press was to send was sent, and no answer came in time.
	ErrUnanswered = errors.New("no answer came")
	// ErrGaveUp: the page worked on what it was to send, in vain.
	ErrGaveUp = errors.New("the page gave up")
	// ErrDisabled: what was to be pressed can't be as the page stands.
	ErrDisabled = errors.New("the page does not let it be pressed")
)

// ActionError is something that could not be done to what a mark stands for.
// Whoever handles it may want to show the page.
type ActionError struct {
	Action string // pressing a button, filling in a field, reading the page
	Mark   string // for whoever debugs it; no message shows a selector
	Err    error
}

func (e *ActionError) Error() string { return fmt.Sprintf("%s: %v", e.Action, e.Err) }

func (e *ActionError) Unwrap() error { return e.Err }

// LostRequest is an error of a request, or of what a document needs, that got no
// whole answer.
type LostRequest interface {
	error
	// Unsent reports that it never reached the other side.
	Unsent() bool
	// MayPass reports that it may get one when it is made again.
	MayPass() bool
}

// ForeignPostError: a page of another origin than the sign-in's posted a SAML
// response. It was not used; see TrustOrigin.
type ForeignPostError struct {
	Got  string // origin of the page; "null" for one without
	Want string // origin of the sign-in
}

func (e *ForeignPostError) Error() string {
	return fmt.Sprintf("a page of %s posted a SAML response, but the sign-in is at %s: it was not used", e.Got, e.Want)
}

// Hint is the cure.
func (e *ForeignPostError) Hint() string {
	u, err := url.Parse(e.Got)
	if err != nil || u.Host == "" {
		return ""
	}
	return fmt.Sprintf("if %s belongs to your identity provider, set allowed_hosts = [%q] in its [idp]", u.Host, u.Host)
}

// PostError: what the page posted to AWS is no sign-in to a role.
type PostError struct {
	Address string // to which it was posted
	Why     string
	Cure    string // what to do; may be empty
}

func (e *PostError) Error() string {
	return "the sign-in's page posted to " + e.Address + ", " + e.Why
}

// Hint is the cure.
func (e *PostError) Hint() string { return e.Cure }
