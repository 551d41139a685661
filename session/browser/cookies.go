package browser

import (
	"context"
	"fmt"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
)

// Cookies are those that a request to origin would carry.
func (t *Tab) Cookies(ctx context.Context, origin string) ([]session.Cookie, error) {
	answer, err := proto.NetworkGetCookies{Urls: []string{origin}}.Call(t.ownSession(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the cookies of %s: %w", origin, err)
	}
	var cookies []session.Cookie
	for _, c := range answer.Cookies {
		cookie := session.Cookie{Name: c.Name, Value: session.NewSecret(c.Value), Domain: c.Domain, Path: c.Path,
			Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: string(c.SameSite)}
		if !c.Session {
			cookie.Expires = c.Expires.Time()
		}
		cookies = append(cookies, cookie)
	}
	return cookies, nil
}

// SetCookies brings cookies of an earlier run back, before Open. A domain without a leading dot means that host alone.
func (t *Tab) SetCookies(ctx context.Context, origin string, cookies []session.Cookie) error {
	var set []*proto.NetworkCookieParam
	for _, c := range cookies {
		param := &proto.NetworkCookieParam{Name: c.Name, Value: c.Value.Reveal(), URL: origin, Path: c.Path,
			Secure: c.Secure, HTTPOnly: c.HTTPOnly, SameSite: proto.NetworkCookieSameSite(c.SameSite)}
		if len(c.Domain) > 0 && c.Domain[0] == '.' {
			param.Domain = c.Domain
		}
		if !c.Expires.IsZero() {
			param.Expires = proto.TimeSinceEpoch(float64(c.Expires.UnixMilli()) / 1000)
		}
		set = append(set, param)
	}
	if len(set) == 0 {
		return nil
	}
	if err := (proto.NetworkSetCookies{Cookies: set}).Call(t.ownSession(ctx)); err != nil {
		return fmt.Errorf("setting the cookies of %s: %w", origin, err)
	}
	return nil
}
