package okta

import (
	"context"
	"errors"

	"stsx/session"
	"stsx/session/okta/renew"
	"stsx/session/page"
)

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
		r.Bound = false
		d.keepRemembered(ctx, o, *r)
		return a, true
	case errors.Is(err, renew.ErrDeviceBound):
		// In another browser that session is worse than none: Okta may answer the app's link with nothing but the question.
		r.Cookies = deviceCookies(r.Cookies)
		if !r.Bound {
			d.Ask.Say("Okta binds " + o.Name + "'s sessions to the browser that they were made in, " +
				"so stsx signs in with a browser each time")
			r.Bound = true
			d.keepRemembered(ctx, o, *r)
		}
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

// sessionUser is whose the session in p is, for a sign-in whose assertion does not say
// it; "" where it is not needed, or Okta does not say it.
func (d *Driver) sessionUser(ctx context.Context, o session.Org, p page.Page) string {
	if d.Jar == nil || !o.Remember {
		return ""
	}
	cookies, err := p.Cookies(ctx, o.Origin())
	user := ""
	if err == nil {
		user, err = d.newRenewer().SessionUser(ctx, session.Remembered{URL: o.URL, Agent: p.UserAgent(), Cookies: cookies})
	}
	if err != nil {
		d.note("asking whose Okta's session is: " + err.Error())
	}
	return user
}
