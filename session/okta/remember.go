package okta

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"stsx/session"
	"stsx/session/okta/renew"
	"stsx/session/page"
)

// deviceCookie is by which Okta knows this device again.
const deviceCookie = "DT"

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
	if err != nil && d.asksInWindow {
		return session.Remembered{}, o, nil // the page asks
	}
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
		d.note("the saved sign-in is another user's: removed")
		d.discardRemembered(ctx, o)
		return session.Remembered{}, o, nil
	}
	if o.Anew {
		r.Cookies = deviceCookies(r.Cookies)
	}
	return r, o, nil
}

// deviceCookies are those of cookies by which Okta knows the device, and none of a session's.
func deviceCookies(cookies []session.Cookie) []session.Cookie {
	return slices.DeleteFunc(slices.Clone(cookies), func(c session.Cookie) bool { return c.Name != deviceCookie })
}

// rememberCookies keeps what the browser has of o's host for the next sign-in. A
// failure to costs no sign-in. bound: see session.Remembered.
func (d *Driver) rememberCookies(ctx context.Context, o session.Org, p page.Page, a session.Assertion, bound bool) {
	if d.Jar == nil || !o.Remember {
		return
	}
	u, err := url.Parse(o.URL)
	if err != nil {
		return
	}
	cookies, err := p.Cookies(ctx, o.Origin())
	if err != nil {
		d.Ask.Say("could not save Okta's cookies: " + err.Error())
		return
	}
	cookies = renew.HostCookies(cookies, u)
	if a.Encrypted && a.Subject == "" {
		d.Ask.Say("the sign-in to " + o.Name + " is not saved, in spite of remember = true: " +
			"the assertion is encrypted, and Okta does not say whose session it is")
		cookies = deviceCookies(cookies)
	}
	d.keepRemembered(ctx, o, session.Remembered{
		Username: o.Username, Subject: a.Subject, Agent: p.UserAgent(), Bound: bound,
		Cookies: cookies[:min(len(cookies), renew.MaxCookies)],
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
