package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var background = context.Background()

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

const (
	admin = "arn:aws:iam::123456789012:role/Admin"
	dev   = "arn:aws:iam::123456789012:role/Dev"
	audit = "arn:aws:iam::210987654321:role/team/Audit"
)

// granted is a role as an assertion grants it.
func granted(arn string) Role {
	r, err := ParseRole(arn)
	if err != nil {
		panic(err)
	}
	return Role{ARN: arn, Provider: "arn:" + r.Partition() + ":iam::" + r.Account() + ":saml-provider/okta"}
}

// person answers questions in the order of answers, and is nobody when there
// are none left.
type person struct {
	mu      sync.Mutex
	answers []string // of Ask; "y" or "n" of Confirm; an option's text of ChooseRole
	asked   []string
	said    []string
	offered []string // options of the last ChooseRole
}

func (p *person) Interactive() bool { return p.answers != nil }

func (p *person) next(prompt string, q Question) (string, error) {
	if len(p.answers) == 0 {
		return "", &InputError{What: q.What, Give: q.Give}
	}
	p.asked = append(p.asked, prompt)
	answer := p.answers[0]
	p.answers = p.answers[1:]
	if answer == "^C" {
		return "", ErrInterrupted
	}
	return answer, nil
}

func (p *person) Ask(_ context.Context, q Question) (string, error) { return p.next(q.Prompt, q) }

func (p *person) Confirm(_ context.Context, prompt string, _ bool) (bool, error) {
	answer, err := p.next(prompt, Question{What: prompt})
	return answer == "y", err
}

func (p *person) Choose(_ context.Context, q Question, options []string) (int, error) {
	p.offered = options
	answer, err := p.next(q.Prompt, q)
	switch {
	case err != nil:
		return 0, err
	case answer == "Esc":
		return 0, fmt.Errorf("%w: %w", ErrNotChosen, ErrInterrupted)
	}
	return slices.Index(options, answer), nil
}

func (p *person) Wait(ctx context.Context, _ Errand) (int, error) {
	<-ctx.Done()
	return -1, ctx.Err()
}
func (p *person) Say(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, message)
}
func (p *person) Progress(string) {}

func (p *person) wantSaid(t *testing.T, part string) {
	t.Helper()
	if !strings.Contains(strings.Join(p.said, "\n"), part) {
		t.Errorf("want %q said, got %q", part, p.said)
	}
}

// idp gives the same assertion each time.
type idp struct {
	assertion Assertion
	err       error
	times     int
	last      Profile
	wait      bool // until the deadline
	closed    int
	closeErr  error
}

func (i *idp) Close(Org) error { i.closed++; return i.closeErr }

func (i *idp) Assert(ctx context.Context, p Profile) (Assertion, error) {
	i.times++
	i.last = p
	if i.wait {
		<-ctx.Done()
		return Assertion{}, ctx.Err()
	}
	return i.assertion, i.err
}

// sts gives sessions of up to most, of the role asked for unless as is set.
type sts struct {
	now   func() time.Time
	most  time.Duration
	as    string // ARN answered
	err   error
	first func(Assumption) error // what comes before that; nil: nothing

	mu    sync.Mutex
	calls []Assumption
}

func (s *sts) Assume(_ context.Context, a Assumption) (AssumedRole, error) {
	s.mu.Lock()
	s.calls = append(s.calls, a)
	n := len(s.calls)
	s.mu.Unlock()
	if s.first != nil {
		if err := s.first(a); err != nil {
			return AssumedRole{}, err
		}
	}
	if s.err != nil {
		return AssumedRole{}, s.err
	}
	if s.most > 0 && a.Duration > s.most {
		return AssumedRole{}, fmt.Errorf("%w: %w", ErrDurationTooLong, &AWSError{Act: "assuming", Code: "ValidationError"})
	}
	arn := "arn:" + a.Role.Partition() + ":sts::" + a.Role.Account() + ":assumed-role/" + a.Role.ShortName() + "/jane@acme.example"
	if s.as != "" {
		arn = s.as
	}
	return AssumedRole{ARN: arn, Credentials: Credentials{AccessKeyID: fmt.Sprint("ASIA", n), SecretAccessKey: NewSecret("k"),
		SessionToken: NewSecret("t"), Expires: s.now().Add(a.Duration)}}, nil
}

func (s *sts) durations() []time.Duration {
	var out []time.Duration
	for _, c := range s.calls {
		out = append(out, c.Duration)
	}
	return out
}

type store struct {
	mu      sync.Mutex
	kept    map[string]Session
	putErr  error
	lockErr error
	locked  []string
	held    int
	arrives func(*store) // what another process does while this one waits for the lock
}

func (s *store) Get(_ context.Context, key string) (Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.kept[key]; ok {
		return kept, nil
	}
	return Session{}, ErrNoSession
}

func (s *store) Put(_ context.Context, key string, kept Session) error {
	if s.putErr != nil {
		return s.putErr
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[key] = kept
	return nil
}

func (s *store) Lock(_ context.Context, name, _ string, waiting func(string) bool) (func(), error) {
	s.locked = append(s.locked, name)
	if s.arrives != nil {
		waiting("stsx (pid 7)")
		s.arrives(s)
		if !waiting("stsx (pid 8)") {
			return func() {}, nil
		}
	}
	if s.lockErr != nil {
		return nil, s.lockErr
	}
	s.held++
	return func() { s.held-- }, nil
}

type limits map[string]time.Duration

func (l limits) Longest(role string) time.Duration  { return l[role] }
func (l limits) Learn(role string, d time.Duration) { l[role] = d }

// bench is a broker with fakes all around.
type bench struct {
	*Broker
	idp    *idp
	sts    *sts
	store  *store
	limits limits
	person *person
	now    time.Time
}

func newBench(roles ...string) *bench {
	b := &bench{now: noon(), limits: limits{}, person: &person{}, store: &store{kept: map[string]Session{}}}
	clock := func() time.Time { return b.now }
	b.idp = &idp{assertion: Assertion{Encoded: NewSecret("PHNhbWw+"), NotOnOrAfter: b.now.Add(5 * time.Minute)}}
	for _, r := range roles {
		b.idp.assertion.Roles = append(b.idp.assertion.Roles, granted(r))
	}
	b.sts = &sts{now: clock}
	b.Broker = &Broker{IdP: b.idp, STS: b.sts, Store: b.store, Limits: b.limits, Ask: b.person, Now: clock}
	return b
}

func acme() Org {
	return Org{Name: "acme", URL: "https://acme.okta.com/home/amazon_aws/0oa/272", Username: "jane@acme.example"}
}

// keeper is a keyring.
type keeper struct {
	password Secret
	none     bool // no keyring at all
	declined bool
	refused  []Secret
	forgot   int
	broken   bool // can't forget or remember
}

func (k *keeper) Password(context.Context, Org) (Secret, error) {
	switch {
	case k.none:
		return Secret{}, fmt.Errorf("reading: %w", ErrNoKeyring)
	case k.password.IsZero():
		return Secret{}, ErrNoPassword
	}
	return k.password, nil
}

func (k *keeper) Remember(_ context.Context, _ Org, p Secret) error {
	if k.broken {
		return errors.New("the keyring is locked")
	}
	k.password = p
	return nil
}

func (k *keeper) Forget(context.Context, Org) (bool, error) {
	if k.broken {
		return false, errors.New("the keyring is locked")
	}
	k.forgot++
	k.password = Secret{}
	return true, nil
}
func (k *keeper) Declined(context.Context, Org) bool { return k.declined }
func (k *keeper) Decline(context.Context, Org) error { k.declined = true; return nil }
func (k *keeper) WasRefused(_ context.Context, _ Org, p Secret) bool {
	return slices.ContainsFunc(k.refused, p.Equal)
}
func (k *keeper) MarkRefused(_ context.Context, _ Org, p Secret) { k.refused = append(k.refused, p) }
func (k *keeper) ClearRefused(Org)                               { k.refused = nil }
