package browser

import (
	"context"
	"errors"
	"fmt"
	"runtime"

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

// OpenPage starts the browser that o names, or the first that is found, and returns its page, which is empty yet; with show in
// a window that a person can use. Where a policy forbids only a browser without a window, there is one with show false, too,
// if o and the machine allow it; where a policy forbids what was found altogether, the next one is taken. ctx bounds the start
// only.
func (l Launcher) OpenPage(ctx context.Context, o session.Org, show bool) (page.Page, error) {
	l.describe(o, show)
	paths, err := Find(o.BrowserPath, l.Getenv)
	if err != nil {
		return nil, err
	}
	for i := 0; ; {
		opened, err := l.openIn(ctx, paths[i], o, show)
		if err == nil {
			return opened, nil
		}
		var forbidden *PolicyError
		if !errors.As(err, &forbidden) || ctx.Err() != nil {
			return nil, err
		}
		switch {
		case forbidden.Windowed && !show && o.Browser != "headless" && CanShow(ctx, runtime.GOOS, l.Getenv) == nil:
			l.Say(err.Error() + ": using a window")
			show = true
		case i+1 < len(paths):
			i++
			l.Say(err.Error() + ": using " + paths[i])
		default:
			return nil, err
		}
	}
}

// FindForWindow is the first of Find that has windows. A headless shell has none: then it is the one that is found without its
// name.
func (l Launcher) FindForWindow(path string) (string, error) {
	found, err := Find(path, l.Getenv)
	if err == nil && isHeadlessShell(found[0]) {
		if found, err = Find("", l.Getenv); err != nil {
			err = fmt.Errorf("%s has no windows: %w", path, err)
		}
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// openIn is OpenPage with the browser at path.
func (l Launcher) openIn(ctx context.Context, path string, o session.Org, show bool) (*Tab, error) {
	if show {
		var err error
		if path, err = l.FindForWindow(path); err != nil {
			return nil, err
		}
	}
	b, err := Launch(ctx, Options{
		Path: path, Visible: show, Title: o.WindowTitle, NoSandbox: o.NoSandbox,
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
		return nil, errors.Join(fmt.Errorf("starting %s: %w", path, explainNoTab(err)), b.Close())
	}
	// Where Okta Verify listens: of no use to others, and denied without a word in a headless browser.
	if err := b.AllowLoopback(ctx, o.Origin()); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	tab.forAWS = o.Type != session.TypeForm
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
