package commands

import (
	"context"
	"errors"
	"strings"
	"testing"

	"stsx/session"
)

// TestTerminalHeld: who is not asked since another program has the terminal, or since no
// window can be shown, reads so, with the sign-in that helps, in one line.
func TestTerminalHeld(t *testing.T) {
	const raw, behind = "another program is using this terminal", "stsx is in the background of this terminal"
	const first = ". First run, at a shell prompt: "
	for _, c := range []struct {
		name  string
		words []string
		why   string
		err   error
		want  string
	}{
		{"a password", []string{"process", "prod"}, raw, &session.InputError{What: "the password", Give: "set it"},
			"stsx: error: the password is required, but " + raw + first + "stsx login prod\n"},
		{"in the background, with flags", []string{"login", "prod", "--role", "My Role"}, behind, &session.InputError{What: "a code"},
			"stsx: error: a code is required, but " + behind + first + "stsx login prod --role \"My Role\"\n"},
		{"several profiles", []string{"login", "prod", "dev"}, raw, &session.InputError{What: "a code"},
			first + "stsx login prod dev\n"},
		{"asked each time", []string{"process", "prod"}, raw, &session.InputError{What: "a yes", Give: "run it elsewhere", EachUse: true},
			"stsx: error: a yes is required, but " + raw + "\nstsx: hint: run it elsewhere\n"},
		{"no display, and no terminal", []string{"process", "prod"}, "",
			&session.InputError{What: "a code", Why: "no window can be shown: there is no display", Give: "set it"},
			"stsx: error: a code is required, but no window can be shown: there is no display" + first + "stsx login prod\n"},
		{"no terminal", []string{"process", "prod"}, "", &session.InputError{What: "a yes", Give: "set it"},
			"stsx: error: a yes is required, but there is no terminal to ask on (or --no-input is set)\nstsx: hint: set it\n"},
		{"another error", []string{"process", "prod"}, raw, session.ErrWindowClosed, "the window was closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeSystem(c.words...)
			s.heldBecause = c.why
			build := s.BuildDrivers
			s.BuildDrivers = func(settings Settings) (*Drivers, error) {
				kit, err := build(settings)
				kit.Broker = &session.Broker{Store: emptyStore{}, IdP: failingProvider{c.err}, Ask: s, Now: s.Now}
				return kit, err
			}
			status := s.run()
			if got := s.err.String(); !strings.Contains(got, c.want) {
				t.Errorf("it said\n%swant\n%s", got, c.want)
			}
			if !errors.Is(c.err, session.ErrWindowClosed) && status != statusInput {
				t.Errorf("status %d", status)
			}
		})
	}
}

// emptyStore holds no session.
type emptyStore struct{}

func (emptyStore) Get(context.Context, string) (session.Session, error) {
	return session.Session{}, session.ErrNoSession
}
func (emptyStore) Put(context.Context, string, session.Session) error { return nil }
func (emptyStore) Lock(context.Context, string, string, func(string) bool) (func(), error) {
	return func() {}, nil
}

// failingProvider is an identity provider at which a sign-in ends with err.
type failingProvider struct{ err error }

func (failingProvider) Close(session.Org) error { return nil }

func (p failingProvider) Assert(context.Context, session.Profile) (session.Assertion, error) {
	return session.Assertion{}, p.err
}
