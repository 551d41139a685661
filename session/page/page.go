// Package page is what a sign-in needs of a web page, and all that those who
// drive one (okta, form) and the browser that shows it know of each other.
//
// A mark is a CSS selector. It stands for the first element that it selects and
// that a person could see.
package page

import (
	"context"

	"stsx/session"
)

// Cookie is one cookie of the browser's.
type Cookie = session.Cookie

// Page is one page in a browser of its own. Its methods are for one goroutine
// at a time, but for NetworkBusy, SketchControls and Visible.
type Page interface {
	Navigator
	MarkReader
	MarkWriter
	Listener
	Questionnaire
	CookieKeeper
	Witness
}

// Navigator moves from one document to the next.
type Navigator interface {
	// Open goes to address and returns when the document is there, or the SAML
	// response was posted.
	Open(ctx context.Context, address string) error
	// Reload asks for the document at hand again, and does not wait for it.
	Reload(ctx context.Context) error
	// Get asks the page's own origin for path, with the browser's cookies, as a script of
	// the page's would: its Status and Body. A page of none of origins is a
	// *session.OriginError, and nothing is asked.
	Get(ctx context.Context, path string, origins []string) (Reply, error)
	// Location is the page's address without query and fragment.
	Location(ctx context.Context) (string, error)
	// Shown reports whether the page is in a window that a person can use.
	Shown() bool
	// SAMLResponse is what was posted to AWS, in base64; zero before that.
	SAMLResponse() session.Secret
	// ContinueFrom opens what other shows, with its cookies and what it keeps in
	// the browser, and goes on from there. other is closed first, so that the
	// page is never open in two browsers.
	ContinueFrom(ctx context.Context, other Page) error
	// Close ends the browser and removes what it wrote. It may be called again.
	Close() error
}

// MarkReader looks at what marks stand for.
type MarkReader interface {
	// Await waits for one of marks on a page other than the one last answered,
	// and returns the index of the first of them that is there; -1 when the
	// SAML response was posted.
	Await(ctx context.Context, marks ...string) (int, error)
	// AwaitAgain makes Await take the page last answered for a new one.
	AwaitAgain(ctx context.Context) error
	// Visible tells, without waiting, whether mark is there.
	Visible(ctx context.Context, mark string) (bool, error)
	// Text is what mark shows, "" when it is not there.
	Text(ctx context.Context, mark string) (string, error)
	// Texts is what each visible match of mark shows.
	Texts(ctx context.Context, mark string) ([]string, error)
	// MarksWithin is, for each visible match of mark in Texts' order, which of
	// marks it is or has inside, by their indices.
	MarksWithin(ctx context.Context, mark string, marks ...string) ([][]int, error)
	// Painted tells whether what fades in on the page can be seen by now.
	Painted(ctx context.Context) (bool, error)
}

// MarkWriter fills in and presses what marks stand for. What can't be done is
// an *ActionError.
type MarkWriter interface {
	// Fill types text into mark if the page is of one of origins, else types
	// nothing and returns a *session.OriginError.
	Fill(ctx context.Context, mark string, text session.Secret, origins []string) error
	// SetChecked ticks or clears the boxes that mark selects; none is no error.
	SetChecked(ctx context.Context, mark string, on bool) error
	// Click presses mark, which redraws the page without a request.
	Click(ctx context.Context, mark string) error
	// ClickNth is Click for one of several visible matches, counted as in Texts.
	ClickNth(ctx context.Context, mark string, n int) error
	// Press presses mark and waits for the response to the first request that
	// this causes to a path that contains one of replies (any, if there are
	// none), or for a new document. Errors: ErrAbsent, ErrNoReaction, ErrUnanswered
	// when ctx ends after the request was sent.
	Press(ctx context.Context, mark string, replies ...string) (Reply, error)
	// PressNth is Press for one of several visible matches, counted as in Texts, on
	// a page that may work before it sends. Errors: ErrGaveUp.
	PressNth(ctx context.Context, mark string, n int, work Work, replies ...string) (Reply, error)
}

// Listener follows what the page asks of the network.
type Listener interface {
	// NextReply waits for the next response to a request, to a path that contains
	// one of replies (any, if there are none), that the page made by itself since
	// the last press, or for a new document that nothing has looked at yet.
	NextReply(ctx context.Context, replies ...string) (Reply, error)
	// DocumentReply is how the document at hand was answered: its Status, 0 when
	// none came over HTTP, and its Wait.
	DocumentReply() Reply
	// LoadError is what of the document at hand and its scripts did not come, a
	// LostRequest; nil when all did.
	LoadError() error
	// NetworkBusy tells whether the page waits for the network.
	NetworkBusy() bool
}

// Questionnaire reads and answers a page that nobody knows. Controls are meant
// by their place in the last View. Nothing is done to a page of another origin
// than the one given: that is a *session.OriginError. ErrPosted ends it.
type Questionnaire interface {
	// View is what the page says and asks now.
	View(ctx context.Context) (View, error)
	// SketchControls is a text that changes when the page asks something else.
	SketchControls(ctx context.Context) (string, error)
	// FillControl types into a field. Errors: ErrAbsent, or that it does not
	// take the text.
	FillControl(ctx context.Context, control int, text session.Secret, origin string) error
	// PickOption picks an option of a choice. Errors: ErrAbsent.
	PickOption(ctx context.Context, control, option int, origin string) error
	// TickControl sets a box. Errors: ErrAbsent.
	TickControl(ctx context.Context, control int, on bool, origin string) error
	// PressControl presses a button or a link, or Enter in a field, and waits for
	// what that causes. Errors: ErrAbsent, ErrNoReaction, ErrDisabled.
	PressControl(ctx context.Context, control int, origin string) error
	// TrustOrigin makes the SAML response that a page of origin posts count. From
	// others it does not: a *ForeignPostError ends every wait, and is answered by
	// TrustOrigin or the end of the sign-in. The origins of the sign-in's own
	// configuration are trusted from the start.
	TrustOrigin(origin string)
}

// CookieKeeper takes cookies from one sign-in to the next.
type CookieKeeper interface {
	// Cookies are those that a request to origin would carry.
	Cookies(ctx context.Context, origin string) ([]Cookie, error)
	// SetCookies puts cookies back, before Open. A domain without a leading dot
	// means that host alone.
	SetCookies(ctx context.Context, origin string, cookies []Cookie) error
	// UserAgent is the browser's User-Agent header.
	UserAgent() string
}

// Witness keeps what a page looks like, for whoever has to find out why a
// sign-in went as it did.
type Witness interface {
	// Screenshot is the page as PNG, without what stands in its fields, and
	// without texts that hold one of hide.
	Screenshot(ctx context.Context, hide ...string) ([]byte, error)
	// Record hands the page's outline and picture to the Recorder under name,
	// without texts that hold one of hide. Without a Recorder it does nothing.
	Record(ctx context.Context, name string, hide ...string)
}

// Recorder keeps what a sign-in looked like: the debug bundle. None of its
// methods waits.
type Recorder interface {
	// Hide tells of a text that must be kept nowhere, and what to put in its place.
	Hide(text session.Secret, as string)
	// Fact states something about the run: a version, a setting.
	Fact(name, value string)
	// Step notes what was done or came.
	Step(text string)
	// Request notes how a request ended: with a status, or why without one.
	Request(method, address, kind string, status int, trouble string)
	// Screen keeps a page: its picture and its outline, without values of fields.
	Screen(name string, png []byte, outline string)
}
