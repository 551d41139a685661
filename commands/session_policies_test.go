package commands

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

const (
	allowS3 = `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	denyS3  = `{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`
)

// sessionsByKey is a store in memory; each key that was asked for is in asked.
type sessionsByKey struct {
	kept  map[string]session.Session
	asked []string
}

func (s *sessionsByKey) Get(_ context.Context, key string) (session.Session, error) {
	s.asked = append(s.asked, key)
	if kept, ok := s.kept[key]; ok {
		return kept, nil
	}
	return session.Session{}, session.ErrNoSession
}
func (s *sessionsByKey) Put(context.Context, string, session.Session) error { return nil }
func (s *sessionsByKey) Lock(context.Context, string, string, func(string) bool) (func(), error) {
	return nil, context.Canceled // a sign-in is not what these tests are about
}

// answeringPerson is asked for a yes or no.
type answeringPerson struct {
	*fakeSystem
	yes   bool
	asked []string
}

func (p *answeringPerson) Confirm(_ context.Context, prompt string, _ bool) (bool, error) {
	p.asked = append(p.asked, prompt)
	return p.yes, nil
}

// limitedSystem has sessions of prod, full and limited, and says what a command got.
type limitedSystem struct {
	*fakeSystem
	store  *sessionsByKey
	person *answeringPerson // nil: nobody is there
	got    []string         // the environment of exec's command
}

func newLimitedSystem(policies ...session.SessionPolicies) *limitedSystem {
	s := &limitedSystem{fakeSystem: newFakeSystem(), store: &sessionsByKey{kept: map[string]session.Session{}}}
	for _, p := range append(policies, session.SessionPolicies{}) {
		profile := s.profiles[0]
		profile.Policies = p
		role, _ := session.ParseRole(admin)
		s.store.kept[profile.Key()] = session.Session{Profile: "prod", Role: role, Only: p.Name(), Issued: noonTime(),
			Credentials: session.Credentials{AccessKeyID: "ASIA" + p.Name(), Expires: noonTime().Add(time.Hour)}}
	}
	s.Replace = func(_ string, _, environ []string) error { s.got = environ; return nil }
	build := s.BuildDrivers
	s.BuildDrivers = func(settings Settings) (*Drivers, error) {
		d, err := build(settings)
		d.Broker = &session.Broker{Store: s.store, Ask: s, Now: noonTime}
		if s.person != nil {
			d.Ask = s.person
		}
		return d, err
	}
	return s
}

// TestPolicyFlags: what they say decides which session a verb gets, and its command is told.
func TestPolicyFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(" "+strings.ReplaceAll(allowS3, ":{", ":\n {")), 0o600); err != nil {
		t.Fatal(err)
	}
	arns := []string{"arn:aws:iam::aws:policy/A,B", "arn:aws:iam::123456789012:policy/C"}
	for words, want := range map[string]session.SessionPolicies{
		"":                               {},
		"--read-only":                    {ReadOnly: session.ReadOnlyAccess},
		"--policy " + allowS3:            {Inline: allowS3},
		"--policy=" + file:               {Inline: allowS3},
		"--read-only --policy " + denyS3: {ReadOnly: session.ReadOnlyAccess, Inline: denyS3},
		"--policy-arn " + arns[0] + " --policy-arn=" + arns[1]: {ARNs: arns},
	} {
		s := newLimitedSystem(want)
		args := append([]string{"exec", "prod"}, strings.Fields(words)...)
		if code := s.run(append(args, "--", "true")...); code != 0 {
			t.Errorf("%s: %d, %s", words, code, s.err)
		}
		told := slices.Contains(s.got, "STSX_ONLY="+want.Name())
		if !slices.Contains(s.got, "AWS_ACCESS_KEY_ID=ASIA"+want.Name()) || told == want.IsZero() {
			t.Errorf("%s: %q", words, s.got)
		}
	}
}

// TestPolicyFlagsOfEachVerb: whichever opens a session takes them.
func TestPolicyFlagsOfEachVerb(t *testing.T) {
	t.Parallel()
	limited := session.SessionPolicies{ReadOnly: session.ReadOnlyAccess}
	for _, line := range []string{"env --shell bash prod", "process prod", "save prod", "login prod", "exec --refresh prod -- true",
		"console prod --print", "each prod -- true", "whoami prod"} {
		s := newLimitedSystem(limited)
		words := strings.Fields(line)
		p := s.profiles[0]
		full := p.Key()
		p.Policies = limited
		func() {
			defer func() { _ = recover() }() // what comes after the session is not there
			s.run(slices.Insert(words, 1, "--read-only")...)
		}()
		if !slices.Equal(s.store.asked, []string{p.Key()}) || slices.Contains(s.store.asked, full) {
			t.Errorf("%s: asked the store for %q; %s", line, s.store.asked, s.err)
		}
	}
}

// TestViewOnly: the profile says what --read-only stands for.
func TestViewOnly(t *testing.T) {
	t.Parallel()
	s := newLimitedSystem(session.SessionPolicies{ReadOnly: session.ViewOnlyAccess})
	s.profiles[0].ReadOnlyPolicy = session.ViewOnlyAccess
	if code := s.run("exec", "--read-only", "prod", "--", "true"); code != 0 || !slices.Contains(s.got, "STSX_ONLY=view-only") {
		t.Errorf("%d, %s, %q", code, s.err, s.got)
	}
}

// TestMoreThanTheParent: under STSX_ONLY no session comes that may do more, unless a person
// says yes.
func TestMoreThanTheParent(t *testing.T) {
	t.Parallel()
	limited := session.SessionPolicies{ReadOnly: session.ReadOnlyAccess}
	for _, c := range []struct {
		only, line string
		person     string // "", yes or no
		code       int
		gets       string // STSX_ONLY of the command; "-" = it does not run
	}{
		{"read-only", "exec --read-only prod -- true", "", 0, "read-only"},
		{"read-only", "exec prod -- true", "", 3, "-"},
		{"read-only", "exec prod -- true", "no", 125, "-"},
		{"read-only", "exec prod -- true", "yes", 0, ""},
		{"read-only", "env --shell bash prod", "", 3, "-"},
		{"read-only", "process prod", "", 3, "-"},
		{"read-only", "save prod", "", 3, "-"},
		{"read-only", "login prod", "", 3, "-"},
		{"read-only", "console prod", "", 3, "-"},
		{"read-only", "each prod -- true", "", 3, "-"},
		{"read-only", "exec --refresh prod -- true", "", 3, "-"},
		{"policy-01234567", "exec --read-only prod -- true", "", 3, "-"},
		{"anything", "exec prod -- true", "", 3, "-"},
		{"", "exec prod -- true", "", 0, ""},
	} {
		s := newLimitedSystem(limited)
		s.Environ = append(s.Environ, "STSX_ONLY="+c.only)
		if c.person != "" {
			s.person = &answeringPerson{fakeSystem: s.fakeSystem, yes: c.person == "yes"}
		}
		code := s.run(strings.Fields(c.line)...)
		i := slices.IndexFunc(s.got, func(entry string) bool { return strings.HasPrefix(entry, "STSX_ONLY=") })
		got := "-"
		if s.got != nil {
			got = ""
		}
		if i >= 0 {
			got = strings.TrimPrefix(s.got[i], "STSX_ONLY=")
		}
		if code != c.code || got != c.gets || s.out.Len() > 0 && c.code != 0 && !strings.HasPrefix(c.line, "env") {
			t.Errorf("%+v: %d, %q, %s%s", c, code, got, s.out, s.err)
		}
		if c.code == 3 &&
			(!strings.Contains(s.err.String(), "STSX_ONLY") || strings.Count(s.err.String(), "error:") != 1 || len(s.store.asked) > 0) {
			t.Errorf("%+v: %s, asked the store %d times", c, s.err, len(s.store.asked))
		}
		if c.person != "" && len(s.person.asked) != 1 {
			t.Errorf("%+v: %q", c, s.person.asked)
		}
	}
}

// TestPolicyWord: a shell reads the policy in a command line as it is.
func TestPolicyWord(t *testing.T) {
	t.Parallel()
	const named = `{"Statement":{"Effect":"Allow","Resource":"arn:aws:s3:::b/${aws:username}"}}`
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{
		allowS3: "'" + allowS3 + "'", " " + named: "'" + named + "'",
		"p.json": filepath.Join(here, "p.json"), "../my policy.json": strconv.Quote(filepath.Join(here, "..", "my policy.json")),
		"/etc/p.json": "/etc/p.json", "/dev/fd/63": "'" + denyS3 + "'", "/proc/self/fd/11": "'" + denyS3 + "'",
		`{"Statement":{"Sid":"it's"}}`: `'{"Statement":{"Sid":"it'\''s"}}'`,
	} {
		policy := denyS3 // that a file holds
		if isPolicyText(given) {
			policy = strings.TrimSpace(given)
		}
		if got := policyWord(given, policy); got != want {
			t.Errorf("%s: %s", given, got)
		}
	}
}

// TestLimitedIsShown: in status, logout and the prompt.
func TestLimitedIsShown(t *testing.T) {
	t.Parallel()
	s := newLimitedSystem(session.SessionPolicies{ReadOnly: session.ReadOnlyAccess})
	for _, kept := range s.store.kept {
		s.sessions = append(s.sessions, kept)
	}
	if code := s.run("status"); code != 0 || !strings.Contains(s.out.String(), "read-only") || !strings.Contains(s.out.String(), "ONLY") {
		t.Errorf("%d, %s", code, s.out)
	}
	if code := s.run("logout", "prod"); code != 0 ||
		!strings.Contains(s.said[0], "2 sessions removed (1 read-only or limited by a policy)") {
		t.Errorf("%d, %q, %s", code, s.said, s.err)
	}
	for only, want := range map[string]string{"": "prod Admin 1h00m", "read-only": "prod Admin ro 1h00m",
		"view-only":       "prod Admin ro 1h00m",
		"policy-01234567": "prod Admin limited 1h00m", "\x1b[2J": "prod Admin limited 1h00m"} {
		getenv := func(name string) string {
			return map[string]string{"STSX_PROFILE": "prod", "STSX_ROLE": "Admin", "STSX_EXPIRES": "1772629200", "STSX_ONLY": only}[name]
		}
		if got, _, err := promptSegment(getenv, time.Unix(1772625600, 0), segmentFormat); err != nil || got != want {
			t.Errorf("%q: %q, %v", only, got, err)
		}
	}
}
