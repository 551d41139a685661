package okta

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"stsx/session"
	"stsx/session/okta/renew"
	"stsx/session/page"
)

// deviceCookie is by which Okta knows this device again.
const deviceCookie = "DT"

// Marks of what asks whether to remember.
const (
	rememberBox       = `input[name="rememberMe"], input[name="rememberDevice"]`
	stayButton        = `[data-se="stay-signed-in-btn"]`
	declineStayButton = `[data-se="do-not-stay-signed-in-btn"]`
)

// findRemembered returns what is remembered for o and its user. The username has to be
// known for that, so it comes back with the org. What is another user's goes,
// and so does everything when nothing is to be remembered.
func (d *Driver) findRemembered(ctx context.Context, o session.Org) (session.Remembered, session.Org, error) {
	if d.Jar == nil {
		return session.Remembered{}, o, nil
	}
	if !o.Remember {
		d.discardRemembered(ctx, o)
		return session.Remembered{}, o, nil
	}
	if o.Unattended && o.Username == "" {
		if r, err := d.Jar.Remembered(ctx, o); err == nil {
			o.Username = r.Username // what was typed the last time
		}
	}
	name, err := session.Username(ctx, o, d.Ask)
	if err != nil {
		return session.Remembered{}, o, err
	}
	o.Username = name
	r, err := d.Jar.Remembered(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return session.Remembered{}, o, err
		}
		d.note(err.Error())
		return session.Remembered{}, o, nil
	}
	if r.IsZero() {
		return r, o, nil
	}
	if !strings.EqualFold(r.Username, o.Username) {
		d.note("what was remembered of another user is discarded")
		d.discardRemembered(ctx, o)
		return session.Remembered{}, o, nil
	}
	if o.Anew {
		r.Cookies = slices.DeleteFunc(slices.Clone(r.Cookies), func(c session.Cookie) bool { return c.Name != deviceCookie })
	}
	return r, o, nil
}

// rememberCookies keeps what the browser has of o's host for the next sign-in. A
// failure to costs no sign-in.
func (d *Driver) rememberCookies(ctx context.Context, o session.Org, p page.Page, a session.Assertion) {
	if d.Jar == nil || !o.Remember {
		return
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return
	}
	cookies, err := p.Cookies(ctx, o.Origin())
	if err != nil {
		d.Ask.Say("Okta's cookies are not kept: " + err.Error())
		return
	}
	cookies = renew.HostCookies(cookies, u)
	d.keepRemembered(ctx, o, session.Remembered{
		Username: o.Username, Subject: a.Subject, Agent: p.UserAgent(), Cookies: cookies[:min(len(cookies), renew.MaxCookies)],
	})
}

func (d *Driver) keepRemembered(ctx context.Context, o session.Org, r session.Remembered) {
	if r.IsZero() {
		return
	}
	if err := d.Jar.Keep(ctx, o, r); err != nil && ctx.Err() == nil {
		d.Ask.Say(err.Error())
	}
}

func (d *Driver) discardRemembered(ctx context.Context, o session.Org) {
	if err := d.Jar.Discard(ctx, o); err != nil && ctx.Err() == nil {
		d.Ask.Say(err.Error())
	}
}

// tryRenewal signs in without a browser if Okta's session is still open. false: the
// browser has to, with what is left in r.
func (d *Driver) tryRenewal(ctx context.Context, o session.Org, r *session.Remembered) (session.Assertion, bool) {
	if r.IsZero() || o.Anew {
		return session.Assertion{}, false
	}
	d.Ask.Progress("renewing the sign-in to " + o.Name)
	a, err := d.newRenewer().Assertion(ctx, o, r)
	d.Ask.Progress("")
	switch {
	case err == nil:
		d.note("Okta's session is still open: signed in without a browser")
		d.keepRemembered(ctx, o, *r)
		return a, true
	case errors.Is(err, renew.ErrOtherUser):
		d.discardRemembered(ctx, o)
		*r = session.Remembered{}
	}
	d.note("signing in with a browser: " + err.Error())
	return session.Assertion{}, false
}

func (d *Driver) newRenewer() renew.Renewer {
	return renew.Renewer{Consumer: d.Consumer, Getenv: d.Getenv}
}

// SignOut ends the session at Okta that r's cookies are of. Nil when there is
// none any more.
func (d *Driver) SignOut(ctx context.Context, r session.Remembered) error {
	return d.newRenewer().SignOut(ctx, r)
}

// answerRemember ticks the boxes of the page at hand that ask whether this
// device, or the sign-in, is to be remembered; or clears them.
func (s *signIn) answerRemember(ctx context.Context) error {
	return s.page.SetChecked(ctx, rememberBox, s.org.Remember)
}

// stayScreens are the pages that ask whether to stay signed in.
func (s *signIn) stayScreens() []screen {
	return []screen{{"keep me signed in", declineStayButton, s.answerStay, passingScreen}}
}

// answerStay answers as the configuration says.
func (s *signIn) answerStay(ctx context.Context) error {
	mark := declineStayButton
	if s.org.Remember {
		mark = stayButton
	}
	return s.pressOn(ctx, mark, "going on")
}
