// Package okta signs a person in at Okta by driving its sign-in page in a
// browser, and brings back the SAML response that Okta posts to AWS.
//
// The page is Okta's Sign-In Widget in one of three forms: the Classic engine,
// and the Identity Engine with the second or the third generation of the
// widget. What a page is, is judged by its form and fields (screens.go), never
// by its words; what Okta made of an answer is read from its response
// (verdict.go); the words are only quoted.
package okta

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/okta/renew"
)

// Page is what the driver needs of a browser's tab. A mark is a CSS selector;
// it stands for the first element that it selects and that a person could see.
type Page interface {
	// Open goes to address and returns when the document is there.
	Open(ctx context.Context, address string) error
	// Await waits for one of marks on a page other than the one last answered,
	// and returns the index of the first of them that is there; -1 when the
	// SAML response was posted.
	Await(ctx context.Context, marks ...string) (int, error)
	// Visible tells, without waiting, whether mark is there.
	Visible(ctx context.Context, mark string) (bool, error)
	// Fill types text into mark if the page is of one of origins, else types
	// nothing and returns a *session.OriginError.
	Fill(ctx context.Context, mark, text string, origins []string) error
	// Act presses mark and waits for the response to the request that this
	// causes, to a path that starts with one of replies, or for a new document.
	Act(ctx context.Context, mark string, replies ...string) (Reply, error)
	// Heard waits for the next response to a request, to a path that starts
	// with one of replies, that the page made by itself since the last Act, or
	// for a new document that nothing has looked at yet.
	Heard(ctx context.Context, replies ...string) (Reply, error)
	// ActNth is Act for one of several visible matches, counted as in Texts.
	ActNth(ctx context.Context, mark string, n int, replies ...string) (Reply, error)
	// Click presses mark, which redraws the page without a request.
	Click(ctx context.Context, mark string) error
	// ClickNth is Click for one of several visible matches, counted as in Texts.
	ClickNth(ctx context.Context, mark string, n int) error
	// Again makes Await take the page last answered for a new one.
	Again(ctx context.Context) error
	// Text is what mark shows, "" when it is not there.
	Text(ctx context.Context, mark string) (string, error)
	// Texts is what each visible match of mark shows.
	Texts(ctx context.Context, mark string) ([]string, error)
	// Holding is, for each visible match of mark in Texts' order, which of marks
	// it is or has inside, by their indices.
	Holding(ctx context.Context, mark string, marks ...string) ([][]int, error)
	// Document is how the document at hand was answered: its Status, 0 when
	// none came over HTTP, and its Wait.
	Document() Reply
	// Busy tells whether the page waits for the network.
	Busy() bool
	// Painted tells whether what fades in on the page can be seen by now.
	Painted(ctx context.Context) (bool, error)
	// Location is the page's address without query and fragment.
	Location(ctx context.Context) (string, error)
	// Posted is the SAML response, "" before Await returned -1.
	Posted() string
	// Check ticks or clears the boxes that mark selects; none is no error.
	Check(ctx context.Context, mark string, on bool) error
	// Cookies are those that a request to origin would carry.
	Cookies(ctx context.Context, origin string) ([]session.Cookie, error)
	// SetCookies puts cookies back, before Open.
	SetCookies(ctx context.Context, origin string, cookies []session.Cookie) error
	// Agent is the browser's User-Agent.
	Agent() string
	// Screenshot is the page as PNG, without what stands in its fields, and
	// without texts that hold one of hide.
	Screenshot(ctx context.Context, hide ...string) ([]byte, error)
	// Outline is the page's structure and words, without what its fields hold.
	Outline(ctx context.Context) (string, error)
	// Continue opens what from shows, with its cookies and what it keeps in
	// the browser, and goes on from there; from is of use for nothing but Close
	// afterwards.
	Continue(ctx context.Context, from Page) error
	// Close ends the browser and removes what it wrote.
	Close() error
}

// Reply is what a press caused.
type Reply struct {
	Status    int // HTTP status; 0 when Navigated
	URL       string
	Body      []byte
	Navigated bool // a new document came instead of a response

	Wait time.Duration // for which a 429 or 503 asks not to be bothered again; 0: it does not say
}

// Driver is session.IdP for Okta.
type Driver struct {
	// Browse starts a browser for o and returns its tab; with show in a window
	// that a person can use. Progress and errors are its own; ctx bounds the
	// start only.
	Browse func(ctx context.Context, o session.Org, show bool) (Page, error)
	// CanShow is nil when this machine can show a window, else says why not.
	CanShow func() error
	// Bridge asks the person on the terminal what unknown pages ask, answers
	// them, and returns when one of known is on the page or the SAML response
	// was posted; nil: there is none. It never fills in a secret that stsx keeps.
	Bridge func(ctx context.Context, p Page, o session.Org, known []string) error
	// Jar keeps the cookies of orgs with Remember; nil: nothing is kept.
	Jar session.Jar
	// Consumer says whether an address takes assertions for AWS; nil: none
	// does, and nothing is renewed without a browser.
	Consumer func(address string) bool
	// Getenv tells of proxies that only the browser knows; nil: there are none.
	Getenv    func(name string) string
	Passwords session.PasswordSource
	Codes     func() *session.CodeSource
	// Choices remembers which authenticator was picked; nil: nothing is.
	Choices session.Choices
	Ask     session.Prompter
	// Note is told each step, for --verbose; nil when nobody wants to know.
	Note func(string)
	// Keep stores a screenshot for the person to look at and returns its path;
	// nil when none is wanted.
	Keep func(png []byte) (string, error)
	// Record is told all that there was to see, for --debug-bundle; nil: nobody
	// wants to know.
	Record Recorder
}

// Recorder keeps what a sign-in looked like, for whoever has to find out why
// it went as it did. None of its methods waits.
type Recorder interface {
	// Hide tells of a text that must be kept nowhere, and what to put in its place.
	Hide(text, as string)
	// Step notes what was done or came.
	Step(text string)
	// Screen keeps a page: its picture and its outline, without values of fields.
	Screen(name string, png []byte, outline string)
}

// Assert implements session.IdP. What is remembered of an earlier sign-in
// comes first, without a browser and before anybody is asked for a password.
func (d *Driver) Assert(ctx context.Context, p session.Profile) (session.Assertion, error) {
	origins, err := origins(p.Org)
	if err != nil {
		return session.Assertion{}, err
	}
	kept, o, err := d.recall(ctx, p.Org)
	if err != nil {
		return session.Assertion{}, err
	}
	if a, ok := d.renewed(ctx, o, &kept); ok || ctx.Err() != nil {
		return a, context.Cause(ctx)
	}
	if o.Unattended {
		if err := d.unattended(&o); err != nil {
			return session.Assertion{}, err
		}
	}
	a, err := d.signIn(ctx, o, origins, kept)
	if errors.Is(err, renew.ErrOtherUser) {
		d.note(err.Error())
		d.discard(ctx, o)
		a, err = d.signIn(ctx, o, origins, session.Remembered{})
	}
	return a, err
}

// signIn signs in with a browser that has kept's cookies. renew.ErrOtherUser: they are
// another user's.
func (d *Driver) signIn(ctx context.Context, o session.Org, origins []string, kept session.Remembered) (session.Assertion, error) {
	page, o, password, err := d.prepare(ctx, o, kept)
	if err != nil {
		d.capture(ctx, page, o, "before the sign-in")
		if page != nil {
			page.Close()
		}
		return session.Assertion{}, err
	}
	codes := d.Codes()
	if o.Unattended {
		codes.Given = session.Secret{} // it was good once
	}
	t := &talk{Driver: d, page: page, shown: o.Browser == "visible", recalled: !kept.IsZero(), org: o, password: password, origins: origins, codes: codes, seen: map[string]int{}}
	defer func() { t.page.Close() }() // the one that it has come to
	encoded, err := t.run(ctx)
	if err != nil {
		return session.Assertion{}, err
	}
	a, err := session.ParseAssertion(encoded)
	if err == nil && !t.named && t.recalled && a.Subject != kept.Subject {
		err = renew.ErrOtherUser
	}
	if err == nil {
		d.remember(ctx, o, t.page, a)
	}
	// The browser has done its part: it is gone before anybody is asked
	// whether to keep the password.
	if err := t.page.Close(); err != nil {
		d.Ask.Say("closing the browser: " + err.Error())
	}
	d.Ask.Progress("")
	if err != nil {
		return session.Assertion{}, err
	}
	switch {
	case t.changed:
		d.Passwords.Changed(ctx, o, t.password)
	case t.sent:
		d.Passwords.Accepted(ctx, o, t.password)
	}
	return a, nil
}

type opened struct {
	page Page
	err  error
}

func (d *Driver) note(text string) {
	if d.Note != nil {
		d.Note(text)
	}
	d.step(text)
}

// step notes what only a record wants to know.
func (d *Driver) step(text string) {
	if d.Record != nil {
		d.Record.Step("step      " + text)
	}
}

// prepare starts the browser and opens the page while the person is still
// typing. The page is returned with an error too, so that it is closed.
func (d *Driver) prepare(ctx context.Context, o session.Org, kept session.Remembered) (Page, session.Org, session.Password, error) {
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	asking, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan opened, 1)
	go func() {
		page, err := d.Browse(starting, o, o.Browser == "visible")
		if err == nil {
			err = page.SetCookies(starting, o.Origin(), renew.Unexpired(kept.Cookies, time.Now()))
		}
		if err == nil {
			err = page.Open(starting, o.URL)
		}
		if err != nil {
			// Nobody should finish typing a password for a page that isn't there.
			stop()
		}
		ready <- opened{page, err}
	}()
	password, named, err := d.credentials(asking, o, kept)
	if err == nil {
		d.Ask.Progress("opening " + o.Name + "'s sign-in page")
	}
	gaveUp := err != nil && asking.Err() == nil
	if gaveUp {
		cancel() // what the browser is doing is of no use any more
	}
	got := <-ready
	if got.err != nil && !gaveUp {
		err = got.err
	}
	return got.page, named, password, err
}

// credentials asks for the username and the password; with something that is
// remembered, or FastPass, the page may want neither, and asks when it does.
func (d *Driver) credentials(ctx context.Context, o session.Org, kept session.Remembered) (session.Password, session.Org, error) {
	name, err := session.Username(ctx, o, d.Ask)
	if err != nil {
		return session.Password{}, o, err
	}
	o.Username = name
	if (!kept.IsZero() || o.MFA == fastPass) && d.Passwords.Given.IsZero() {
		return session.Password{}, o, nil
	}
	password, err := d.Passwords.First(ctx, o)
	return password, o, err
}

// origins are the places where o's password may be typed: the configured one
// and the hosts that the person allowed beside it.
func origins(o session.Org) ([]string, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the url of %s is not an address", o.Name)
	}
	out := []string{u.Scheme + "://" + u.Host}
	for _, host := range o.AllowedHosts {
		out = append(out, "https://"+host)
	}
	return slices.Compact(out), nil
}
