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
	"fmt"

	"stsx/session"
	"stsx/session/page"
)

// Driver is session.IdP for any identity provider.
type Driver struct {
	// Browse starts a browser for o and returns its tab; with show in a window
	// that a person can use. ctx bounds the start only.
	Browse func(ctx context.Context, o session.Org, show bool) (page.Page, error)
	Ask    session.Prompter
	// CanShow is nil when this machine can show a window, else says why not.
	CanShow func() error
}

var _ session.IdP = (*Driver)(nil)

// Assert implements session.IdP. With browser = "visible" the person signs in
// in the window, and with ask = "window" where there is no terminal; else on the
// terminal.
func (d *Driver) Assert(ctx context.Context, p session.Profile) (session.Assertion, error) {
	if p.Org.Unattended {
		return session.Assertion{}, &session.InputError{What: "a sign-in to " + p.Org.Name, Give: "sign in with stsx login"}
	}
	d, show := d.forOrg(p.Org)
	d.Ask.Progress("opening " + p.Org.Name + "'s sign-in page")
	tab, err := d.Browse(ctx, p.Org, show)
	if err != nil {
		return session.Assertion{}, err
	}
	encoded, err := d.signIn(ctx, p.Org, tab)
	if err != nil && ctx.Err() == nil {
		tab.Record(ctx, "the end", p.Org.Username)
	}
	// The browser is gone before anything is made of what it brought.
	if closed := tab.Close(); closed != nil {
		d.Ask.Say("closing the browser: " + closed.Error())
	}
	d.Ask.Progress("")
	if err != nil {
		return session.Assertion{}, err
	}
	return session.ParseAssertion(encoded)
}

// Close implements session.IdP: Assert leaves no browser behind.
func (d *Driver) Close(session.Org) error { return nil }

// forOrg is d, or where o asks in a window one that asks nothing on the terminal, and
// whether to show a window.
func (d *Driver) forOrg(o session.Org) (own *Driver, show bool) {
	show = o.Browser == "visible"
	if !o.AsksInWindow(d.Ask) {
		return d, show
	}
	silent, err := session.SilentPrompter{Prompter: d.Ask}, errors.New("the browser is to stay headless")
	if o.Browser != "headless" {
		err = d.CanShow()
	}
	if err != nil {
		silent.Why = "no window can be shown: " + err.Error()
	}
	return &Driver{Browse: d.Browse, Ask: silent, CanShow: d.CanShow}, show || err == nil
}

func (d *Driver) signIn(ctx context.Context, o session.Org, tab page.Page) (string, error) {
	err := tab.Open(ctx, o.URL)
	switch {
	case err != nil && !errors.Is(err, page.ErrPosted):
		return "", err
	case tab.Shown():
		err = signInInWindow(ctx, d.Ask, tab, o)
	default:
		err = Bridge{Ask: d.Ask}.Cross(ctx, tab, o, nil)
	}
	if err := confirmPost(ctx, d.Ask, tab, o, err); err != nil {
		return "", err
	}
	return tab.SAMLResponse().Reveal(), nil
}

// confirmPost asks whether a SAML response counts that a page of another place posted than the sign-in is at. It may be for
// a stranger's account.
func confirmPost(ctx context.Context, ask session.Prompter, tab page.Page, o session.Org, err error) error {
	var foreign *page.ForeignPostError
	if !errors.As(err, &foreign) || !ask.Interactive() {
		return err
	}
	defer session.PauseDeadline(ctx, session.PersonTurnLimit)()
	ask.Say(fmt.Sprintf("%s signs in at %s, but a page of %s posted the SAML response", o.Name, foreign.Want, foreign.Got))
	yes, asked := ask.Confirm(ctx, "Use the SAML response of "+foreign.Got+"?", false)
	switch {
	case asked != nil:
		return asked
	case !yes:
		return err
	}
	tab.TrustOrigin(foreign.Got)
	if tab.SAMLResponse().IsZero() {
		return err
	}
	return nil
}
