package browser

import (
	"context"
	"errors"
	"fmt"

	"stsx/session"
	"stsx/session/page"
)

// Launcher opens pages, each in a browser of its own. Nothing is done before OpenPage.
type Launcher struct {
	ProfileRoot string // see Options
	Environ     []string
	Getenv      func(name string) string
	Say         func(text string)
	Record      page.Recorder // nil: nobody wants to know
}

// OpenPage starts the browser that o names and returns its page, which is empty yet; with show in a window that a person
// can use. ctx bounds the start only.
func (l Launcher) OpenPage(ctx context.Context, o session.Org, show bool) (page.Page, error) {
	l.describe(o, show)
	path, err := Find(o.BrowserPath, l.Getenv)
	if err != nil {
		return nil, err
	}
	b, err := Launch(ctx, Options{
		Path: path, Visible: show, NoSandbox: o.NoSandbox,
		ProfileRoot: l.ProfileRoot, Environ: l.Environ, Say: l.Say, Record: l.Record,
	})
	if err != nil {
		return nil, err
	}
	if l.Record != nil {
		l.Record.Fact("browser version", b.Product())
	}
	tab, err := b.Tab(ctx)
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	// Where Okta Verify listens: of no use to others, and denied without a word in a headless browser.
	if err := b.AllowLoopback(ctx, o.Origin()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	for _, origin := range o.AllowedOrigins() {
		tab.TrustOrigin(origin)
	}
	return tab, nil
}

// describe states what is configured, without names and addresses.
func (l Launcher) describe(o session.Org, show bool) {
	if l.Record == nil {
		return
	}
	for _, fact := range [][2]string{
		{"type", o.Type},
		{"mfa", o.MFA},
		{"browser", fmt.Sprintf("%s, in a window: %t, without sandbox: %t", o.Browser, show, o.NoSandbox)},
		{"remember", fmt.Sprint(o.Remember)},
		{"timeout", o.Timeout.String()},
		{"allowed hosts", fmt.Sprint(len(o.AllowedHosts))},
		{"username set", fmt.Sprint(o.Username != "")},
		{"password_command", fmt.Sprint(len(o.PasswordCommand) > 0)},
		{"mfa_command", fmt.Sprint(len(o.MFACommand) > 0)},
	} {
		l.Record.Fact(fact[0], fact[1])
	}
}
