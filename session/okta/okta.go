// Package okta signs a person in at Okta by driving its sign-in page in a
// browser, and brings back the SAML response that Okta posts to AWS.
//
// The page is Okta's Sign-In Widget in one of three forms: the Classic engine,
// and the Identity Engine with the second or the third generation of the
// widget. What a page is, is judged by its form and fields (screens.go), never
// by its words; what Okta made of an answer is read from its response
// (response.go); the words are only quoted.
package okta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"stsx/session"
	"stsx/session/okta/renew"
	"stsx/session/page"
)

// Driver is session.IdP for Okta.
type Driver struct {
	// Browse starts a browser for o and returns its tab; with show in a window
	// that a person can use. Progress and errors are its own; ctx bounds the
	// start only.
	Browse func(ctx context.Context, o session.Org, show bool) (page.Page, error)
	// CanShow is nil when this machine can show a window, else says why not.
	CanShow func() error
	// Bridge asks the person on the terminal what unknown pages ask, answers
	// them, and returns when one of known is on the page or the SAML response
	// was posted; nil: there is none. It never fills in a secret that stsx keeps.
	Bridge func(ctx context.Context, p page.Page, o session.Org, known []string) error
	// Jar keeps the cookies of orgs with Remember; nil: nothing is kept.
	Jar session.CookieJar
	// Consumer says whether an address takes assertions for AWS; nil: none
	// does, and nothing is renewed without a browser.
	Consumer func(address string) bool
	// Getenv tells of proxies that only the browser knows; nil: there are none.
	Getenv    func(name string) string
	Passwords session.PasswordSource
	Codes     func() *session.CodeSource
	// Choices remembers which authenticator was picked; nil: nothing is.
	Choices session.LastChoices
	Ask     session.Prompter
	// Note is told each step, for --verbose; nil when nobody wants to know.
	Note func(string)
	// Keep stores a screenshot for the person to look at and returns its path;
	// nil when none is wanted.
	Keep func(png []byte) (string, error)
	// Record is told all that there was to see, for --debug-bundle; nil: nobody
	// wants to know.
	Record page.Recorder

	closing closingBrowsers

	asksInWindow bool    // what only a person can answer, on Okta's own pages; see forOrg
	of           *Driver // what this is a copy of for one org, see forOrg; nil: of none
}

// Assert implements session.IdP. What is remembered of an earlier sign-in
// comes first, without a browser and before anybody is asked for a password.
func (d *Driver) Assert(ctx context.Context, p session.Profile) (session.Assertion, error) {
	if p.Org.Origin() == "" {
		return session.Assertion{}, fmt.Errorf("the url of %s is not a link", p.Org.Name)
	}
	d = d.forOrg(p.Org)
	remembered, o, err := d.findRemembered(ctx, p.Org)
	if err != nil {
		return session.Assertion{}, err
	}
	if a, ok := d.tryRenewal(ctx, o, &remembered); ok || ctx.Err() != nil {
		return a, context.Cause(ctx)
	}
	if o.Unattended {
		if err := d.checkUnattendedOrg(&o); err != nil {
			return session.Assertion{}, err
		}
	}
	a, err := d.assertInBrowser(ctx, o, remembered, p.ChooseApp)
	if errors.Is(err, renew.ErrOtherUser) {
		d.note(err.Error())
		d.discardRemembered(ctx, o)
		a, err = d.assertInBrowser(ctx, o, session.Remembered{}, p.ChooseApp)
	}
	return a, err
}

// Close implements session.IdP.
func (d *Driver) Close(o session.Org) error { return d.closing.wait(o.Name) }

// assertInBrowser signs in with a browser that has the remembered cookies. choose finds the
// app; nil: o's url is its link. renew.ErrOtherUser: they are another user's.
func (d *Driver) assertInBrowser(
	ctx context.Context, o session.Org, remembered session.Remembered, choose session.ChooseApp,
) (session.Assertion, error) {
	s, a, err := d.runSignIn(ctx, o, remembered, choose)
	d.Ask.Progress("")
	if err != nil {
		return session.Assertion{}, err
	}
	switch {
	case s.login.passwordChanged:
		d.Passwords.Changed(ctx, s.org, s.login.password)
	case s.login.passwordSent:
		if err := d.Passwords.Accepted(ctx, s.org, s.login.password); err != nil {
			return session.Assertion{}, err
		}
	}
	return a, nil
}

// runSignIn is assertInBrowser's part with the browser, which is closing when it returns.
func (d *Driver) runSignIn(
	ctx context.Context, o session.Org, remembered session.Remembered, choose session.ChooseApp,
) (*signIn, session.Assertion, error) {
	ready, err := d.openPage(ctx, o, remembered)
	if err != nil {
		d.recordPage(ctx, ready.page, "before the sign-in", o.Username)
		if ready.page != nil {
			ready.page.Close()
		}
		return nil, session.Assertion{}, err
	}
	codes := d.Codes()
	if o.Unattended {
		codes.Given = session.Secret{} // it was good once
	}
	s := d.newSignIn(ready.page, ready.org, ready.password, codes)
	s.resumed = !remembered.IsZero()
	s.appSearch.choose = choose
	defer func() { cmp.Or(d.of, d).closing.start(o.Name, s.page) }() // the page that it has come to
	encoded, err := s.run(ctx)
	if err != nil {
		return s, session.Assertion{}, err
	}
	a, err := session.ParseAssertion(encoded)
	a.AppLink = s.appSearch.link
	if err == nil && a.Encrypted {
		a.Subject = d.sessionUser(ctx, s.org, s.page)
	}
	if err == nil && !s.login.usernameSent && s.resumed && (a.Subject == "" || a.Subject != remembered.Subject) {
		err = renew.ErrOtherUser
	}
	if err == nil {
		d.rememberCookies(ctx, s.org, s.page, a, remembered.Bound)
	}
	return s, a, err
}

// readyPage is the org's page, open, and what to answer it with.
type readyPage struct {
	page     page.Page
	org      session.Org // with its username
	password session.Password
}

// openPage starts the browser and opens the page while the person is still
// typing. The page is returned with an error too, so that it is closed.
func (d *Driver) openPage(ctx context.Context, o session.Org, remembered session.Remembered) (readyPage, error) {
	ask, show, err := d.prepareAsking(ctx, o, remembered)
	if err != nil {
		return readyPage{}, err
	}
	starting, cancel := context.WithCancel(ctx)
	defer cancel()
	asking, stop := context.WithCancel(ctx)
	defer stop()
	type opened struct {
		page page.Page
		err  error
	}
	done := make(chan opened, 1)
	go session.ContainPanic(func() {
		page, err := d.Browse(starting, o, show)
		if err == nil {
			err = page.SetCookies(starting, o.Origin(), renew.Unexpired(remembered.Cookies, time.Now()))
		}
		if err == nil {
			err = openOnceMore(starting, page, o.URL)
		}
		if err != nil {
			// Nobody should finish typing a password for a page that isn't there.
			stop()
		}
		done <- opened{page, err}
	})()
	var ready readyPage
	ready.password, ready.org, err = ask(asking)
	if err == nil {
		d.Ask.Progress("opening " + o.Name + "'s sign-in page")
	}
	gaveUp := err != nil && asking.Err() == nil
	if gaveUp {
		cancel() // what the browser is doing is of no use any more
	}
	got := <-done
	if got.err != nil && !gaveUp {
		err = got.err
	}
	ready.page = got.page
	return ready, err
}

// prepareAsking is how to get the credentials while the page opens, and whether that is
// shown: from the start where it is the page that asks. Where nobody types, they are
// got now.
func (d *Driver) prepareAsking(ctx context.Context, o session.Org, remembered session.Remembered) (
	ask func(context.Context) (session.Password, session.Org, error), show bool, err error,
) {
	show = o.Browser == "visible"
	ask = func(ctx context.Context) (session.Password, session.Org, error) {
		return d.askCredentials(ctx, o, remembered)
	}
	if !o.AsksInWindow(d.Ask) {
		return ask, show, nil
	}
	password, named, err := ask(ctx)
	if d.asksInWindow && needsPerson(err) {
		named, show, err = o, true, nil
	}
	return func(context.Context) (session.Password, session.Org, error) { return password, named, nil }, show, err
}

// askCredentials asks for the username and the password; with something that is
// remembered, or FastPass, the page may want neither, and asks when it does.
func (d *Driver) askCredentials(ctx context.Context, o session.Org, remembered session.Remembered) (session.Password, session.Org, error) {
	name, err := session.Username(ctx, o, d.Ask)
	if err != nil {
		return session.Password{}, o, err
	}
	o.Username = name
	if (!remembered.IsZero() || o.MFA == fastPassName) && d.Passwords.Given.IsZero() {
		return session.Password{}, o, nil
	}
	password, err := d.Passwords.First(ctx, o)
	return password, o, err
}
