package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/go-rod/rod/lib/proto"
)

// Place is where a sign-in stands, for another browser to go on from there. It holds secrets and prints as a placeholder.
type Place struct {
	address string
	cookies []*proto.NetworkCookie
	kept    kept
}

// kept is what a page keeps in the browser beside cookies.
type kept struct {
	Origin  string            `json:"origin"`
	Session map[string]string `json:"session"`
	Local   map[string]string `json:"local"`
}

// Format keeps what it holds out of logs.
func (Place) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[place]") }

// Place is where this tab stands: its address, all cookies of its browser, and what the page keeps for its origin.
func (t *Tab) Place(ctx context.Context) (Place, error) {
	var p struct {
		kept
		Address string
	}
	if err := t.ask(ctx, &p, "place"); err != nil {
		return Place{}, fmt.Errorf("reading where the sign-in stands: %w", err)
	}
	cookies, err := proto.StorageGetCookies{}.Call(t.b.session(ctx, ""))
	if err != nil {
		return Place{}, fmt.Errorf("reading where the sign-in stands: %w", err)
	}
	return Place{address: p.Address, cookies: cookies.Cookies, kept: p.kept}, nil
}

// Resume opens what p stood for. Cookies and storage are there before the page's own scripts run, and are put in once:
// what the page changes afterwards stays changed.
func (t *Tab) Resume(ctx context.Context, p Place) error {
	if err := t.resume(ctx, p); err != nil {
		return fmt.Errorf("going on with the sign-in in another window: %w", err)
	}
	return nil
}

func (t *Tab) resume(ctx context.Context, p Place) error {
	var cookies []*proto.NetworkCookieParam
	for _, c := range p.cookies {
		param := &proto.NetworkCookieParam{Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, Secure: c.Secure,
			HTTPOnly: c.HTTPOnly, SameSite: c.SameSite, SourceScheme: c.SourceScheme, SourcePort: &c.SourcePort, PartitionKey: c.PartitionKey}
		if !c.Session {
			param.Expires = c.Expires
		}
		cookies = append(cookies, param)
	}
	if len(cookies) > 0 {
		if err := (proto.StorageSetCookies{Cookies: cookies}).Call(t.b.session(ctx, "")); err != nil {
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
	})(` + string(values) + `)`}.Call(t.session(ctx))
	if err != nil {
		return err
	}
	if err := t.Open(ctx, p.address); err != nil {
		return err
	}
	return proto.PageRemoveScriptToEvaluateOnNewDocument{Identifier: put.Identifier}.Call(t.session(ctx))
}
