package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// resumePoint is where a sign-in stands, for another browser to go on from there. It holds secrets and prints as a placeholder.
type resumePoint struct {
	address string
	cookies []*proto.NetworkCookie
	kept    pageStorage
}

// pageStorage is what a page keeps in the browser beside cookies.
type pageStorage struct {
	Origin  string            `json:"origin"`
	Session map[string]string `json:"session"`
	Local   map[string]string `json:"local"`
}

// Format keeps what it holds out of logs.
func (resumePoint) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[resume point]") }

// ContinueFrom opens what other shows and goes on from there: with all cookies of its browser, and with what the page keeps
// for its origin. Both are there before the page's own scripts run, and are put in once: what the page changes afterwards
// stays changed. other is closed first, so that the page is never open in two browsers.
func (t *Tab) ContinueFrom(ctx context.Context, other page.Page) error {
	left, ok := other.(*Tab)
	if !ok {
		return fmt.Errorf("going on with the sign-in in another window: %T is no tab of a browser", other)
	}
	at, err := left.resumePoint(ctx)
	if err != nil {
		return fmt.Errorf("reading where the sign-in stands: %w", err)
	}
	if err := left.Close(); err != nil {
		return err
	}
	if err := t.resumeAt(ctx, at); err != nil {
		return fmt.Errorf("going on with the sign-in in another window: %w", err)
	}
	return nil
}

// resumePoint is where this tab stands.
func (t *Tab) resumePoint(ctx context.Context) (resumePoint, error) {
	var p struct {
		pageStorage
		Address string
	}
	if err := t.askScript(ctx, &p, "place"); err != nil {
		return resumePoint{}, err
	}
	cookies, err := proto.NetworkGetAllCookies{}.Call(t.ownSession(ctx))
	if err != nil {
		return resumePoint{}, err
	}
	return resumePoint{address: p.Address, cookies: cookies.Cookies, kept: p.pageStorage}, nil
}

func (t *Tab) resumeAt(ctx context.Context, p resumePoint) error {
	var cookies []*proto.NetworkCookieParam
	for _, c := range p.cookies {
		param := &proto.NetworkCookieParam{Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure,
			HTTPOnly: c.HTTPOnly, SameSite: c.SameSite,
			SourceScheme: c.SourceScheme, SourcePort: &c.SourcePort, PartitionKey: c.PartitionKey}
		if !c.Session {
			param.Expires = c.Expires
		}
		cookies = append(cookies, param)
	}
	if len(cookies) > 0 {
		if err := (proto.NetworkSetCookies{Cookies: cookies}).Call(t.ownSession(ctx)); err != nil {
			return err
		}
	}
	values, err := json.Marshal(p.kept)
	if err != nil {
		return err
	}
	put, err := proto.PageAddScriptToEvaluateOnNewDocument{Source: `((kept) => {
		if (window !== top || location.origin !== kept.origin) return;
		try {
			for (const [name, value] of Object.entries(kept.session)) sessionStorage.setItem(name, value);
			for (const [name, value] of Object.entries(kept.local)) localStorage.setItem(name, value);
		} catch {} // a page without storage keeps nothing there
	})(` + string(values) + `)`}.Call(t.ownSession(ctx))
	if err != nil {
		return err
	}
	if err := t.Open(ctx, p.address); err != nil {
		return err
	}
	return proto.PageRemoveScriptToEvaluateOnNewDocument{Identifier: put.Identifier}.Call(t.ownSession(ctx))
}
