package commands

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

// fakeUses is a log in memory.
type fakeUses struct {
	uses []session.UseRecord
	err  error
}

func (l *fakeUses) Add(_ context.Context, u session.UseRecord) error {
	l.uses = append(l.uses, u)
	return l.err
}
func (l *fakeUses) List() ([]session.UseRecord, error) { return l.uses, l.err }

// openStore holds one session, whatever is asked for.
type openStore struct {
	emptyStore
	held session.Session
}

func (s openStore) Get(context.Context, string) (session.Session, error) { return s.held, nil }

// newLogSystem is a system where prod's session is open and its uses are logged in uses.
func newLogSystem(uses *fakeUses, logged bool, words ...string) (s *fakeSystem, environ *[]string) {
	s = newFakeSystem(words...)
	s.profiles[0].Org = session.Org{Name: "acme", Log: logged}
	environ = new([]string)
	s.Replace = func(_ string, _, env []string) error { *environ = env; return nil }
	s.ParentNames = func() func() (string, bool) { return func() (string, bool) { return "terraform", true } }
	build := s.BuildDrivers
	s.BuildDrivers = func(settings Settings) (*Drivers, error) {
		kit, err := build(settings)
		role := session.Role{ARN: admin}
		kit.Broker = &session.Broker{Ask: s, Now: s.Now, Store: openStore{held: session.Session{Profile: "prod", Role: role,
			Credentials: session.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: session.NewSecret("secret-key"),
				SessionToken: session.NewSecret("session-token"), Expires: noonTime().Add(time.Hour)}}}}
		kit.Uses = uses
		return kit, err
	}
	return s, environ
}

func appIDsOf(environ []string) (ids []string) {
	for _, entry := range environ {
		if id, ok := strings.CutPrefix(entry, appIDVariable+"="); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestUsesAreLogged: each hand-over is a line, with the program's name and nothing else
// of its command line.
func TestUsesAreLogged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		words         []string
		environ       string // more of it
		verb, program string
		appID         string // "stsx-…": a new one
	}{
		"exec":                   {[]string{"exec", "prod", "--", "/opt/aws", "--token", "hidden"}, "", "exec", "aws", "stsx-…"},
		"exec, with an id":       {[]string{"exec", "prod", "aws"}, "AWS_SDK_UA_APP_ID=mine", "exec", "aws", "mine"},
		"exec, in another stsx":  {[]string{"exec", "prod", "aws"}, "AWS_SDK_UA_APP_ID=stsx-outer", "exec", "aws", "stsx-…"},
		"env":                    {[]string{"env", "prod", "--shell", "bash"}, "", "env", "terraform", ""},
		"process":                {[]string{"process", "prod"}, "", "process", "terraform", ""},
		"save":                   {[]string{"save", "prod"}, "", "save", "terraform", ""},
		"process, with an id":    {[]string{"process", "prod"}, "AWS_SDK_UA_APP_ID=mine", "process", "terraform", ""},
		"exec, of another's arg": {[]string{"exec", "prod", "--", "sh", "-c", "hidden"}, "", "exec", "sh", "stsx-…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var uses fakeUses
			s, environ := newLogSystem(&uses, true, c.words...)
			s.Environ = append(s.Environ, c.environ)
			if code := s.run(); code != statusOK || len(uses.uses) != 1 {
				t.Fatalf("status %d, %v, %s", code, uses.uses, s.err)
			}
			got := uses.uses[0]
			want := session.UseRecord{Time: noonTime().UTC(), Verb: c.verb, Profile: "prod", Account: "123456789012", Role: "Admin",
				Program: c.program, AccessKeyID: "ASIAEXAMPLE", AppID: got.AppID, Expires: noonTime().Add(time.Hour).UTC()}
			if got != want {
				t.Errorf("logged %+v, want %+v", got, want)
			}
			fresh := strings.HasPrefix(got.AppID, appIDPrefix) && got.AppID != "stsx-outer"
			if c.appID == "stsx-…" != fresh || !fresh && got.AppID != c.appID {
				t.Errorf("its id is %q, want %q", got.AppID, c.appID)
			}
			if c.verb == "exec" {
				if ids := appIDsOf(*environ); len(ids) != 1 || ids[0] != got.AppID {
					t.Errorf("the command got %q, and logged was %q", ids, got.AppID)
				}
			}
		})
	}
}

// TestUsesAreNotLogged: without log = true there is neither a line nor an id.
func TestUsesAreNotLogged(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{"exec", "prod", "aws"}, {"env", "prod", "--shell", "bash"}, {"process", "prod"}, {"save", "prod"}} {
		var uses fakeUses
		s, environ := newLogSystem(&uses, false, words...)
		if code := s.run(); code != statusOK || len(uses.uses) != 0 || len(appIDsOf(*environ)) != 0 {
			t.Errorf("%q: status %d, %v, %q", words, code, uses.uses, *environ)
		}
	}
}

// TestLogThatFails: a full disk keeps no command from starting, and is said once.
func TestLogThatFails(t *testing.T) {
	t.Parallel()
	uses := fakeUses{err: errors.New("no space left on device")}
	s, environ := newLogSystem(&uses, true, "exec", "prod", "aws")
	if code := s.run(); code != statusOK || len(*environ) == 0 {
		t.Errorf("status %d: %s", code, s.err)
	}
	if len(s.said) != 1 || s.said[0] != "this use could not be logged: no space left on device" {
		t.Errorf("it said %q", s.said)
	}
	r := &commandRun{HostSystem: s.HostSystem, drivers: &Drivers{Uses: &uses, Ask: s}}
	for range 3 {
		r.logUse(t.Context(), session.Profile{}, session.Session{}, "aws", "")
	}
	if len(s.said) != 2 {
		t.Errorf("three times it said %q", s.said)
	}
}

// TestLogTable: what a damaged file says stays in its cell, and no time is negative.
func TestLogTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		use  session.UseRecord
		want string
	}{
		"clock back":     {session.UseRecord{Profile: "prod", Time: noonTime(), Expires: noonTime().Add(-time.Hour)}, "  0s\n"},
		"no end":         {session.UseRecord{Profile: "prod", Time: noonTime()}, "  0s\n"},
		"an hour":        {session.UseRecord{Profile: "prod", Time: noonTime(), Expires: noonTime().Add(time.Hour)}, "  1h00m\n"},
		"escape, a line": {session.UseRecord{Program: "x\x1b]0;t\x07\ny", Time: noonTime()}, "  x\ufffd]0;t\ufffd y  "},
		"tabs, bidi":     {session.UseRecord{Profile: "a\tb\u202e", Time: noonTime()}, `  "a\tb\u202e"  `},
	} {
		s, _ := newLogSystem(&fakeUses{uses: []session.UseRecord{c.use}}, true, "log")
		if code := s.run(); code != statusOK || !strings.Contains(s.out.String(), c.want) || strings.Count(s.out.String(), "\n") != 2 {
			t.Errorf("%s: status %d, %q", name, code, s.out)
		}
	}
}
