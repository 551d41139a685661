package okta

import (
	"context"
	"errors"
	"strings"
	"testing"

	"stsx/session"
	"stsx/session/page"
)

// TestAskInWindow: the browser is shown from the start where the page has to ask, and
// there is none where nothing can be shown. The terminal is not asked.
func TestAskInWindow(t *testing.T) {
	started, hidden := errors.New("started"), errors.New("there is no display")
	const cannot = "no window can be shown: "
	for _, c := range []struct {
		name     string
		change   func(*session.Org)
		password string
		typist   *typist
		display  error
		want     string
		shown    string
	}{
		{"no password", func(*session.Org) {}, "", &typist{}, nil, "started", "in a window"},
		{"no username", func(o *session.Org) { o.Username = "" }, "", &typist{}, nil, "started", "in a window"},
		{"none to remember", func(o *session.Org) { o.Username, o.Remember = "", true }, "", &typist{}, nil, "started", "in a window"},
		{"a password", func(*session.Org) {}, "pw", &typist{}, nil, "started", "headless"},
		{"no display", func(*session.Org) {}, "", &typist{}, hidden, cannot + "there is no display", ""},
		{"headless", func(o *session.Org) { o.Browser = "headless" }, "", &typist{}, nil, cannot + "the browser is to stay headless", ""},
		{"a terminal, but never there", func(o *session.Org) { o.NeverOnTerminal = true }, "", &typist{answers: []string{"pw"}}, nil,
			"started", "in a window"},
		{"the same without a display", func(o *session.Org) { o.NeverOnTerminal = true }, "", &typist{answers: []string{"pw"}}, hidden,
			cannot + "there is no display", ""},
		{"a terminal", func(*session.Org) {}, "", &typist{answers: []string{"pw"}}, nil, "started", "headless"},
		{"unattended", func(o *session.Org) { o.Unattended = true }, "", &typist{}, nil, "there is no terminal to ask on", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown := ""
			d := &Driver{
				Browse: func(_ context.Context, _ session.Org, show bool) (page.Page, error) {
					shown = map[bool]string{true: "in a window", false: "headless"}[show]
					return nil, started
				},
				CanShow:   func() error { return c.display },
				Passwords: session.PasswordSource{Given: session.NewSecret(c.password), Keeper: &ring{}, Ask: c.typist},
				Codes:     func() *session.CodeSource { return &session.CodeSource{} },
				Ask:       c.typist,
			}
			o := org()
			o.Ask = session.AskInWindow
			c.change(&o)
			typed := len(c.typist.answers)
			_, err := d.Assert(context.Background(), session.Profile{Name: "prod", Org: o})
			if err == nil || !strings.Contains(err.Error(), c.want) || shown != c.shown {
				t.Errorf("%v; %s", err, shown)
			}
			if asked := typed != len(c.typist.answers); asked && c.name != "a terminal" {
				t.Error("it asked on the terminal")
			}
		})
	}
}
