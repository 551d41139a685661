// Package form signs in by asking a person on the terminal what a page in a
// browser asks: the way through pages that no driver knows, and through
// identity providers that have no driver of their own.
//
// It fills in what the person types, and nothing else: no password that stsx
// keeps or was given ever goes into a page that it does not know.
package form

import (
	"context"
	"errors"
	"time"

	"stsx/session"
)

// View is what a page says and asks, in its own words.
type View struct {
	Origin   string // "null" for pages without one
	Title    string
	Heads    []string
	Errors   []string
	Lines    []string // all that is to be read but for errors and names of controls
	Controls []Control
	More     bool // there are more controls than these
	Frames   int  // other pages inside this one, which are not looked into
}

// Control is one thing that a person could answer or press.
type Control struct {
	Kind     string   // text secret choice box file, button link
	Label    string   // as a screen reader would say it
	Value    string   // of a text
	Options  []string // of a choice
	Picked   int      // the option that is picked; -1: none
	On       bool     // of a box; of a secret: something is typed in
	Required bool
	Off      bool // can't be pressed as the page stands
	Login    bool // a text that wants the person's name or address
	Submits  bool // a button that sends its form
	Form     int  // controls of one form have the same number; -1: of none
}

// What a page may answer besides.
var (
	// ErrPosted: the page posted its SAML response to AWS.
	ErrPosted = errors.New("the page posted its SAML response")
	// ErrGone: the page is not the one that was read any more.
	ErrGone = errors.New("the page has changed")
	// ErrQuiet: what was pressed caused nothing.
	ErrQuiet = errors.New("the page did not react")
	// ErrOff: what was to be pressed can't be as the page stands.
	ErrOff = errors.New("the page does not let it be pressed")
)

// Page is what is needed of a browser's tab. Controls are meant by their place
// in the last View, and nothing is done to a page of another origin than the
// one given: that is a *session.OriginError.
type Page interface {
	// Open goes to address and returns when the document is there.
	Open(ctx context.Context, address string) error
	// View is the page as it is now. Errors: ErrPosted.
	View(ctx context.Context) (View, error)
	// Sketch changes when the page asks something else. Errors as View.
	Sketch(ctx context.Context) (string, error)
	// Answer fills in a text (string), picks an option (int) or sets a box
	// (bool). Errors: ErrGone, or that the field does not take it.
	Answer(ctx context.Context, control int, value any, origin string) error
	// Follow presses a button or a link, or Enter in a field, and waits for what
	// that causes. Errors: ErrGone, ErrQuiet, ErrOff.
	Follow(ctx context.Context, control int, origin string) error
	// Busy tells whether the page waits for the network.
	Busy() bool
	// Location is the page's address without query and fragment.
	Location(ctx context.Context) (string, error)
	// Posted is the SAML response, "" before ErrPosted.
	Posted() string
	// Record keeps what the page looks like for those who asked for that.
	Record(ctx context.Context, name string)
	// Close ends the browser and removes what it wrote.
	Close() error
}

// Driver is session.IdP for any identity provider.
type Driver struct {
	// Browse starts a browser for o and returns its tab; with show in a window
	// that a person can use. ctx bounds the start only.
	Browse func(ctx context.Context, o session.Org, show bool) (Page, error)
	Ask    session.Prompter
}

var _ session.IdP = (*Driver)(nil)

// Assert implements session.IdP. With browser = "visible" the person signs in
// in the window, else on the terminal.
func (d *Driver) Assert(ctx context.Context, p session.Profile) (session.Assertion, error) {
	if p.Org.Unattended {
		return session.Assertion{}, &session.InputError{What: "a sign-in to " + p.Org.Name, Give: "sign in with stsx login"}
	}
	d.Ask.Progress("opening " + p.Org.Name + "'s sign-in page")
	shown := p.Org.Browser == "visible"
	page, err := d.Browse(ctx, p.Org, shown)
	if err != nil {
		return session.Assertion{}, err
	}
	encoded, err := d.signIn(ctx, p.Org, page, shown)
	if err != nil && ctx.Err() == nil {
		page.Record(ctx, "the end")
	}
	// The browser is gone before anything is made of what it brought.
	if closed := page.Close(); closed != nil {
		d.Ask.Say("closing the browser: " + closed.Error())
	}
	d.Ask.Progress("")
	if err != nil {
		return session.Assertion{}, err
	}
	return session.ParseAssertion(encoded)
}

func (d *Driver) signIn(ctx context.Context, o session.Org, page Page, shown bool) (string, error) {
	err := page.Open(ctx, o.URL)
	switch {
	case err != nil && !errors.Is(err, ErrPosted):
		return "", err
	case shown:
		err = window(ctx, d.Ask, page, o)
	default:
		err = Bridge{Ask: d.Ask, Org: o}.Cross(ctx, page)
	}
	return page.Posted(), err
}

// personTime is how long the clock of a sign-in stands still, at the longest,
// while it is the person's turn.
const personTime = 10 * time.Minute

// window waits while the person signs in in the window.
func window(ctx context.Context, ask session.Prompter, page Page, o session.Org) error {
	defer session.Pause(ctx, personTime)()
	watching, stop := context.WithCancelCause(ctx)
	said := make(chan struct{})
	ask.Progress("")
	go func() {
		defer close(said)
		_, err := ask.Wait(watching, session.Errand{Prompt: "sign in to " + o.Name + " in the window"})
		stop(err) // Ctrl-C, where the terminal tells us and not the system
	}()
	err := untilPosted(watching, page)
	if cause := context.Cause(watching); cause != nil {
		err = cause
	}
	stop(nil)
	<-said
	return err
}

func untilPosted(ctx context.Context, page Page) error {
	for {
		if _, err := page.Sketch(ctx); errors.Is(err, ErrPosted) {
			return nil
		} else if err != nil {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// between is the time between two looks at a page.
const between = 150 * time.Millisecond

func pause(ctx context.Context) error {
	timer := time.NewTimer(between)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
