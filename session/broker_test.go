package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func prod() Profile { return Profile{Name: "prod", Org: acme(), Role: admin, Region: "eu-west-1"} }

func (b *bench) opens(t *testing.T, p Profile) Session {
	t.Helper()
	s, err := b.Open(background, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen(t *testing.T) {
	b := newBench(admin, dev)
	s := b.opens(t, prod())
	if s.Profile != "prod" || s.Role != granted(admin) || s.Region != "eu-west-1" || s.Credentials.AccessKeyID != "ASIA1" ||
		!s.Issued.Equal(noon()) || !strings.HasSuffix(s.ARN, ":assumed-role/Admin/jane@acme.example") {
		t.Errorf("%+v", s)
	}
	if b.store.held != 0 || !slices.Equal(b.store.locked, []string{acme().ID()}) {
		t.Errorf("locks %v, %d held", b.store.locked, b.store.held)
	}
	// What is kept is served, with the region of now, until five minutes before the end.
	p := prod()
	p.Region = "eu-central-1"
	if again := b.opens(t, p); again.Credentials.AccessKeyID != "ASIA1" || again.Region != "eu-central-1" || b.idp.times != 1 {
		t.Errorf("%+v", again)
	}
	b.now = s.Credentials.Expires.Add(-FreshMargin - time.Second)
	if again := b.opens(t, prod()); again.Credentials.AccessKeyID != "ASIA1" {
		t.Error("a session with more than five minutes left is not served")
	}
	b.now = s.Credentials.Expires.Add(-FreshMargin)
	b.idp.assertion.NotOnOrAfter = b.now.Add(time.Minute)
	if again := b.opens(t, prod()); again.Credentials.AccessKeyID != "ASIA2" || b.idp.times != 2 {
		t.Errorf("a session with five minutes left is served: %+v", again)
	}
}

// TestKeyOfWhatIsAsked: whoever changes what a profile asks for isn't served
// the session of before.
func TestKeyOfWhatIsAsked(t *testing.T) {
	source := prod()
	base := Profile{Name: "p", Org: acme(), Role: admin, Account: "1", Duration: time.Hour, Source: &source, ExternalID: "e"}
	keys := map[string]string{base.Key(): "base"}
	for name, change := range map[string]func(*Profile){
		"name": func(p *Profile) { p.Name = "q" }, "role": func(p *Profile) { p.Role = dev },
		"account":  func(p *Profile) { p.Account = "2" },
		"duration": func(p *Profile) { p.Duration = 2 * time.Hour }, "external id": func(p *Profile) { p.ExternalID = "f" },
		"url": func(p *Profile) { p.Org.URL += "x" }, "user": func(p *Profile) { p.Org.Username = "joe" },
		"org":       func(p *Profile) { p.Org.Name = "other" },
		"no source": func(p *Profile) { p.Source = nil }, "source's role": func(p *Profile) { s := *p.Source; s.Role = dev; p.Source = &s },
		"source's user": func(p *Profile) { s := *p.Source; s.Org.Username = "joe"; p.Source = &s },
		"words moved":   func(p *Profile) { p.Role, p.Account = admin+`","1`, "" },
	} {
		p := base
		change(&p)
		if other, ok := keys[p.Key()]; ok {
			t.Errorf("%s has the key of %s", name, other)
		}
		keys[p.Key()] = name
	}
	p := base
	p.Region, p.Confirm, p.Org.Browser, p.Org.MFA = "eu-west-1", true, "visible", "totp"
	if keys[p.Key()] != "base" {
		t.Error("region, confirm, browser or mfa change the session")
	}
}

func TestDuration(t *testing.T) {
	h := time.Hour
	for name, c := range map[string]struct {
		profile, assertion, most, learnt time.Duration
		asked                            []time.Duration
		said                             string
		known                            time.Duration // in the end
	}{
		"an hour when nobody says": {0, 0, 0, 0, []time.Duration{h}, "", 0},
		"the assertion's":          {0, 8 * h, 0, 0, []time.Duration{8 * h}, "", 0},
		"the profile's":            {2 * h, 8 * h, 0, 0, []time.Duration{2 * h}, "", 0},
		"the ladder": {12 * h, 0, 4 * h, 0, []time.Duration{12 * h, 8 * h, 4 * h},
			"does not allow sessions of 12h; this one lasts 4h", 4 * h},
		"the ladder from between":     {5 * h, 0, h, 0, []time.Duration{5 * h, 4 * h, 2 * h, h}, "of 5h; this one lasts 1h", h},
		"the assertion's is checked":  {0, 2 * h, h, 0, []time.Duration{2 * h, h}, "lasts 1h", h},
		"what was learnt":             {12 * h, 0, 4 * h, 4 * h, []time.Duration{4 * h}, "", 4 * h},
		"less than what was learnt":   {2 * h, 0, 4 * h, 4 * h, []time.Duration{2 * h}, "", 4 * h},
		"what was learnt is too long": {12 * h, 0, h, 4 * h, []time.Duration{4 * h, 2 * h, h}, "of 12h; this one lasts 1h", h},
		"90 minutes":                  {90 * time.Minute, 0, h, 0, []time.Duration{90 * time.Minute, h}, "of 1h30m", h},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(admin)
			b.idp.assertion.SessionDuration, b.sts.most = c.assertion, c.most
			if c.learnt > 0 {
				b.limits[admin] = c.learnt
			}
			p := prod()
			p.Duration = c.profile
			b.opens(t, p)
			if !slices.Equal(b.sts.durations(), c.asked) || b.limits[admin] != c.known {
				t.Errorf("asked %v, learnt %v", b.sts.durations(), b.limits)
			}
			if c.said != "" {
				b.person.wantSaid(t, c.said)
			}
			if len(b.person.said) > 1 || c.said == "" && len(b.person.said) > 0 {
				t.Errorf("said %q", b.person.said)
			}
		})
	}
	t.Run("none will do", func(t *testing.T) {
		b := newBench(admin)
		b.sts.most = time.Minute
		_, err := b.Open(background, prod())
		var aws *AWSError
		if !errors.As(err, &aws) || len(b.limits) != 0 || len(b.store.kept) != 0 {
			t.Errorf("%v %v", err, b.limits)
		}
	})
}

func TestChain(t *testing.T) {
	source := prod()
	p := Profile{Name: "audit", Org: acme(), Role: audit, Duration: 8 * time.Hour, Source: &source, ExternalID: "x-1", Region: "eu-west-3"}
	b := newBench(admin)
	s := b.opens(t, p)
	if len(b.sts.calls) != 2 || b.idp.times != 1 {
		t.Fatalf("%d calls", len(b.sts.calls))
	}
	call := b.sts.calls[1]
	if call.From == nil || call.From.AccessKeyID != "ASIA1" || call.Duration != time.Hour || call.ExternalID != "x-1" ||
		call.Region != "eu-west-3" || call.SessionName != "jane@acme.example" || !call.Assertion.IsZero() {
		t.Errorf("%+v", call)
	}
	if s.Role.ARN != audit || s.Profile != "audit" || len(b.store.kept) != 2 {
		t.Errorf("%+v", s)
	}
	// The source's session serves the next, and a forced one.
	if _, err := b.Renew(background, p); err != nil || b.idp.times != 1 || len(b.sts.calls) != 3 {
		t.Errorf("%v, %d sign-ins, %d calls", err, b.idp.times, len(b.sts.calls))
	}
	b = newBench(dev)
	if _, err := b.Open(background, p); err == nil || !strings.Contains(err.Error(), "opening prod for audit: role "+admin) {
		t.Errorf("got %v", err)
	}
}

// TestAnotherRole: what STS hands out for another account or role is not used,
// shown or kept.
func TestAnotherRole(t *testing.T) {
	for _, got := range []string{"arn:aws:sts::210987654321:assumed-role/Admin/jane", "arn:aws:sts::123456789012:assumed-role/Dev/jane",
		"arn:aws-cn:sts::123456789012:assumed-role/Admin/jane",
		"arn:aws:sts::123456789012:assumed-role/Adminx/jane", "arn:aws:sts::123456789012:federated-user/Admin/jane", "x\x1b[2J"} {
		b := newBench(admin)
		b.sts.as = got
		s, err := b.Open(background, prod())
		var aws *AWSError
		if !errors.As(err, &aws) || !errors.Is(err, ErrNotThatRole) || s != (Session{}) || len(b.store.kept) != 0 {
			t.Errorf("%q: %v, %v", got, s, err)
		}
	}
}

func TestStoreInTrouble(t *testing.T) {
	b := newBench(admin)
	b.store.putErr = fmt.Errorf("saving the session: %w: no bus", ErrNoKeyring)
	b.store.lockErr = errors.New("read-only file system")
	b.opens(t, prod())
	b.opens(t, prod())
	if len(b.person.said) != 1 { // once in a run
		t.Errorf("said %q", b.person.said)
	}
	if b.idp.times != 1 { // the assertion still serves
		t.Errorf("%d sign-ins", b.idp.times)
	}
	b = newBench(admin)
	b.store.putErr = fmt.Errorf("saving the session: %w: no bus", ErrNoKeyring)
	b.opens(t, prod())
	b.person.wantSaid(t, "this session is not saved for the next command: saving the session: no keyring: no bus")
}

// TestAnotherProcess signs in while this one waits: its session is used.
func TestAnotherProcess(t *testing.T) {
	b := newBench(admin)
	theirs := Session{Profile: "prod", Role: granted(admin),
		Credentials: Credentials{AccessKeyID: "THEIRS", Expires: noon().Add(time.Hour)}}
	b.store.arrives = func(s *store) { s.kept[prod().Key()] = theirs }
	if s := b.opens(t, prod()); s.Credentials.AccessKeyID != "THEIRS" || b.idp.times != 0 || b.store.held != 0 {
		t.Errorf("%+v, %d sign-ins, %d locks", s, b.idp.times, b.store.held)
	}
	b.person.wantSaid(t, "waiting for stsx (pid 7)")
	// A forced sign-in isn't put off with it.
	if s, err := b.Renew(background, prod()); err != nil || s.Credentials.AccessKeyID == "THEIRS" {
		t.Error(s, err)
	}
}

func TestConfirm(t *testing.T) {
	p := prod()
	p.Confirm = true
	for _, how := range []string{"open", "renew"} {
		open := func(b *bench) error {
			if how == "open" {
				_, err := b.Open(background, p)
				return err
			}
			_, err := b.Renew(background, p)
			return err
		}
		b := newBench(admin)
		b.person.answers = []string{"n"}
		if err := open(b); !errors.Is(err, ErrDeclined) || b.idp.times != 0 {
			t.Errorf("%s: %v", how, err)
		}
		b.person.answers = []string{"y"}
		if err := open(b); err != nil || !strings.Contains(b.person.asked[0], "Use prod (role "+admin+")?") {
			t.Errorf("%s: %v %q", how, err, b.person.asked)
		}
		b.person.answers = nil
		var input *InputError
		if err := open(b); !errors.As(err, &input) || !strings.Contains(input.Give, "confirm = true") {
			t.Errorf("%s: %v", how, err)
		}
	}
}

// TestConfirmSource: the guard on a profile holds for what is assumed from it,
// with one question, also when that session is in the store.
func TestConfirmSource(t *testing.T) {
	b := newBench(admin)
	source := prod()
	source.Confirm = true
	p := Profile{Name: "audit", Org: acme(), Source: &source, Role: audit}
	b.person.answers = []string{"n"}
	if _, err := b.Open(background, p); !errors.Is(err, ErrDeclined) || b.idp.times != 0 {
		t.Errorf("%v", err)
	}
	for range 2 {
		b.person.answers, b.person.asked = []string{"y"}, nil
		if _, err := b.Open(background, p); err != nil {
			t.Fatal(err)
		}
		if want := "Use audit (role " + audit + ") from prod (role " + admin + ")?"; len(b.person.asked) != 1 || b.person.asked[0] != want {
			t.Errorf("asked %q", b.person.asked)
		}
	}
	b.person.answers = nil
	var input *InputError
	if _, err := b.Open(background, p); !errors.As(err, &input) || !strings.Contains(input.Give, "the profile prod says confirm = true") {
		t.Errorf("%v", err)
	}
}

func TestAssertionServesOthers(t *testing.T) {
	b := newBench(admin, dev)
	b.opens(t, prod())
	other := Profile{Name: "dev", Org: acme(), Role: dev}
	b.opens(t, other)
	if b.idp.times != 1 || !b.SignedIn(acme()) {
		t.Errorf("%d sign-ins", b.idp.times)
	}
	b.now = b.now.Add(assertionLife)
	if b.SignedIn(acme()) {
		t.Error("an old assertion is used")
	}
	joe := prod()
	joe.Org.Username = "joe"
	if b.SignedIn(joe.Org) {
		t.Error("jane's assertion serves joe")
	}
	a, err := b.Grants(background, acme())
	if err != nil || len(a.Roles) != 2 || b.idp.times != 2 {
		t.Errorf("%v, %v", a, err)
	}
}

// TestBrowserEndsBesideSTS: STS does not wait for the browser's end, but the session does, and
// what is left behind is said.
func TestBrowserEndsBesideSTS(t *testing.T) {
	for name, refused := range map[string]error{"assumed": nil, "refused": &AWSError{Act: "assuming", Code: "AccessDenied"}} {
		b := newBench(admin)
		b.idp.closeErr = errors.New("a file of its profile is left")
		b.sts.first = func(Assumption) error {
			if b.idp.closed > 0 {
				t.Errorf("%s: STS was asked after the browser's end", name)
			}
			return refused
		}
		_, err := b.Open(context.Background(), Profile{Name: "prod", Org: acme(), Role: admin})
		if !errors.Is(err, refused) || b.idp.closed != 1 {
			t.Errorf("%s: %v, waited %d times for the browser's end", name, err, b.idp.closed)
		}
		b.person.wantSaid(t, "closing the browser: a file of its profile is left")
	}
}

func TestDeadlineAndClock(t *testing.T) {
	b := newBench(admin)
	b.idp.wait = true
	p := prod()
	p.Org.Timeout = 10 * time.Millisecond
	if _, err := b.Open(background, p); !errors.Is(err, context.DeadlineExceeded) ||
		!strings.Contains(err.Error(), "did not end within 10ms") {
		t.Errorf("got %v", err)
	}
	if b.store.held != 0 {
		t.Error("the lock is held")
	}
	b = newBench(admin)
	b.idp.assertion.NotOnOrAfter = noon()
	if _, err := b.Open(background, prod()); err == nil || !strings.Contains(err.Error(), "the line clock of stsx doctor") ||
		len(b.sts.calls) != 0 {
		t.Errorf("got %v", err)
	}
}

// TestGuards: what the configuration forbids is not asked for, not offered, and
// not taken from the store.
func TestGuards(t *testing.T) {
	ctx := context.Background()
	other := "arn:aws:iam::210987654321:role/Audit"
	var guard *GuardError
	b := newBench(admin, other)
	p := Profile{Name: "prod", Org: acme(), Role: other, AllowedAccounts: []string{"123456789012"}}
	if _, err := b.Open(ctx, p); !errors.As(err, &guard) || guard.Account != "210987654321" || b.idp.times != 0 {
		t.Errorf("%v after %d sign-ins", err, b.idp.times)
	}
	wrong := Profile{Name: "prod", Org: acme(), Role: admin, Region: "cn-north-1"}
	if _, err := b.Open(ctx, wrong); err == nil || !strings.Contains(err.Error(), "region \"cn-north-1\" is in AWS China, but the role") ||
		b.idp.times != 0 {
		t.Errorf("%v after %d sign-ins", err, b.idp.times)
	}
	p.Role = "Audit"
	if _, err := b.Open(ctx, p); !errors.As(err, &guard) || len(b.sts.calls) != 0 {
		t.Errorf("%v", err)
	}
	p.Role = "" // one role is left to take
	if s, err := b.Open(ctx, p); err != nil || s.Role.ARN != admin {
		t.Errorf("%v, %v", s.Role, err)
	}
	p.Org.AllowedAccounts = []string{"999999999999"}
	if _, err := b.Open(ctx, p); !errors.As(err, &guard) || guard.Allowed[0] != "999999999999" {
		t.Errorf("%v", err)
	}
}

func TestMaxDuration(t *testing.T) {
	b := newBench(admin)
	b.idp.assertion.SessionDuration = 8 * time.Hour
	p := Profile{Name: "prod", Org: acme(), MaxDuration: 2 * time.Hour}
	if _, err := b.Open(context.Background(), p); err != nil || b.sts.calls[0].Duration != 2*time.Hour {
		t.Errorf("%v, %v", b.sts.calls, err)
	}
	// What was opened before there was a limit, or under a higher one, is not used.
	p.MaxDuration = time.Hour
	if _, err := b.Open(context.Background(), p); err != nil || len(b.sts.calls) != 2 || b.sts.calls[1].Duration != time.Hour {
		t.Errorf("%v, %v", b.sts.calls, err)
	}
	if _, err := b.Open(context.Background(), p); err != nil || len(b.sts.calls) != 2 {
		t.Errorf("a short one is not taken from the store: %v, %v", b.sts.calls, err)
	}
}

// TestGuardedSource: a session assumed from an account that is not allowed any
// more is not taken from the store.
func TestGuardedSource(t *testing.T) {
	b := newBench(admin)
	source := prod()
	p := Profile{Name: "audit", Org: acme(), Source: &source, Role: audit}
	b.opens(t, p)
	source.AllowedAccounts = []string{"999999999999"}
	var guard *GuardError
	if _, err := b.Open(background, p); !errors.As(err, &guard) || guard.Profile != "prod" {
		t.Errorf("%v", err)
	}
}

// TestSameRoleElsewhere: the seed's way of switching accounts.
func TestSameRoleElsewhere(t *testing.T) {
	b := newBench("arn:aws-us-gov:iam::123456789012:role/team/Admin")
	source := Profile{Name: "prod", Org: acme()}
	p := Profile{Name: "there", Org: acme(), Source: &source, Role: SameRole, Account: "210987654321",
		Chaining: Chaining{SessionName: "me@there", Tags: []Tag{{"k", "v"}}}, Policies: SessionPolicies{Inline: "{}"}}
	s, err := b.Open(context.Background(), p)
	if err != nil || s.Role.ARN != "arn:aws-us-gov:iam::210987654321:role/team/Admin" {
		t.Fatalf("%v, %v", s.Role, err)
	}
	if a := b.sts.calls[1]; a.SessionName != "me@there" || a.Chaining.Tags[0].Value != "v" || a.Policies.Inline != "{}" {
		t.Errorf("%+v", a)
	}
	plain := p
	plain.Chaining, plain.Policies = Chaining{}, SessionPolicies{}
	if plain.Key() == p.Key() {
		t.Error("tags and policy are not part of the key")
	}
}
