package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fleet is n roles in one account, and a profile for each.
func fleet(n int) (arns []string, profiles []Profile) {
	for i := range n {
		arn := fmt.Sprintf("arn:aws:iam::123456789012:role/R%03d", i)
		arns = append(arns, arn)
		profiles = append(profiles, Profile{Name: fmt.Sprintf("p%03d", i), Org: acme(), Role: arn})
	}
	return arns, profiles
}

// TestMany: one sign-in, every role its own session, several calls of STS under
// way but never more than atOnce; what is kept is served.
func TestMany(t *testing.T) {
	arns, profiles := fleet(40)
	b := newBench(arns...)
	var under, most atomic.Int32
	full := make(chan struct{})
	b.sts.first = func(Assumption) error {
		n := under.Add(1)
		defer under.Add(-1)
		for now := most.Load(); n > now && !most.CompareAndSwap(now, n); now = most.Load() {
		}
		if n == maxParallelCalls {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		<-full // as many as may be are under way
		return nil
	}
	for i, o := range b.OpenAll(background, profiles, false) {
		if o.Err != nil || o.Session.Profile != profiles[i].Name || o.Session.Role.ARN != arns[i] {
			t.Fatalf("%d: %+v", i, o)
		}
	}
	if b.idp.times != 1 || len(b.sts.calls) != 40 || most.Load() != maxParallelCalls || len(b.store.kept) != 40 || b.store.held != 0 ||
		len(b.store.locked) != 1 {
		t.Errorf(
			"%d sign-ins, %d calls, %d at once, %d kept, locks %v",
			b.idp.times,
			len(b.sts.calls),
			most.Load(),
			len(b.store.kept),
			b.store.locked,
		)
	}
	b.OpenAll(background, profiles, false)
	if len(b.sts.calls) != 40 {
		t.Error("what is kept is not served")
	}
	b.OpenAll(background, profiles[:2], true)
	if len(b.sts.calls) != 42 {
		t.Errorf("forced, %d calls", len(b.sts.calls)-40)
	}
}

// TestManyOldAssertion: an assertion that gets too old half-way is replaced,
// once, and so is one that AWS found too old.
func TestManyOldAssertion(t *testing.T) {
	arns, profiles := fleet(30)
	b := newBench(arns...)
	b.idp.assertion.NotOnOrAfter = noon().Add(time.Hour)
	var mu sync.Mutex
	var elapsed time.Duration
	b.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return noon().Add(elapsed) }
	b.sts.first = func(Assumption) error {
		mu.Lock()
		defer mu.Unlock()
		elapsed += 12 * time.Second // thirty take six minutes
		return nil
	}
	for i, o := range b.OpenAll(background, profiles, false) {
		if o.Err != nil {
			t.Errorf("%d: %v", i, o.Err)
		}
	}
	if b.idp.times != 2 || len(b.sts.calls) != 30 {
		t.Errorf("%d sign-ins, %d calls", b.idp.times, len(b.sts.calls))
	}

	tooOld := &AWSError{Code: "ExpiredTokenException"}
	for name, c := range map[string]struct {
		age     time.Duration
		signIns int
		ok      bool
	}{"slow": {2 * time.Minute, 2, true}, "the clocks differ": {0, 1, false}} {
		b = newBench(arns...)
		var once sync.Map
		b.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return noon().Add(elapsed) }
		elapsed = 0
		b.idp.assertion.NotOnOrAfter = noon().Add(time.Hour)
		b.sts.first = func(a Assumption) error {
			mu.Lock()
			defer mu.Unlock()
			elapsed = max(elapsed, c.age)
			if _, again := once.LoadOrStore(a.Role.ARN, true); !again {
				return tooOld
			}
			return nil
		}
		for _, o := range b.OpenAll(background, profiles[:3], false) {
			if (o.Err == nil) != c.ok {
				t.Errorf("%s: %v", name, o.Err)
			}
		}
		if b.idp.times != c.signIns {
			t.Errorf("%s: %d sign-ins", name, b.idp.times)
		}
	}
}

// TestManyFailures: each has its own, and a sign-in that is refused is refused
// once for all of its org.
func TestManyFailures(t *testing.T) {
	arns, profiles := fleet(5)
	b := newBench(arns[:4]...)
	b.sts.first = func(a Assumption) error {
		if a.Role.ARN == arns[1] {
			return &AWSError{Code: "AccessDenied"}
		}
		return nil
	}
	profiles[2].AllowedAccounts = []string{"999999999999"}
	any := Profile{Name: "any", Org: acme()} // needs a person
	got := b.OpenAll(background, append(profiles, any), false)
	var aws *AWSError
	var guard *GuardError
	var role *RoleError
	var input *InputError
	if got[0].Err != nil || !errors.As(got[1].Err, &aws) || !errors.As(got[2].Err, &guard) || got[3].Err != nil ||
		!errors.As(got[4].Err, &role) ||
		!errors.As(got[5].Err, &input) {
		t.Errorf("%+v", got)
	}
	b = newBench(arns...)
	b.idp.err = &RefusedError{What: "the password", Kind: RefusedPassword}
	other := Profile{Name: "other", Org: Org{Name: "o", URL: "https://o.okta.com"}, Role: arns[0]}
	for _, o := range b.OpenAll(background, append(profiles[:2:2], other), false) {
		if o.Err != b.idp.err {
			t.Errorf("%v", o.Err)
		}
	}
	if b.idp.times != 2 {
		t.Errorf("%d sign-ins", b.idp.times)
	}
}

// TestManyChecked: what can be known to be wrong with any of the profiles, a chain's
// own region included, is said before a sign-in that would serve it alone.
func TestManyChecked(t *testing.T) {
	b := newBench(admin)
	b.Check = func(p Profile) error {
		if p.Region == "bad" {
			return errors.New("no region")
		}
		return nil
	}
	good := Profile{Name: "good", Org: acme(), Role: admin}
	first := Profile{Name: "first", Org: acme(), Role: dev, Region: "bad"}
	chain := Profile{Name: "chain", Role: audit, Region: "bad", Source: &good}
	source := Profile{Name: "source", Role: audit, Source: &first}
	for _, p := range []Profile{first, chain, source} {
		if _, err := b.Open(background, p); err == nil || !strings.Contains(err.Error(), "no region") || b.idp.times != 0 {
			t.Errorf("%s: %v, %d sign-ins", p.Name, err, b.idp.times)
		}
	}
	for i, o := range b.OpenAll(background, []Profile{good, first, chain, source}, false) {
		if (o.Err == nil) != (i == 0) {
			t.Errorf("%d: %v", i, o.Err)
		}
	}
	if b.idp.times != 1 || len(b.sts.calls) != 1 {
		t.Errorf("%d sign-ins, %d calls", b.idp.times, len(b.sts.calls))
	}
}

// TestManyChains: a source is opened once, before what is assumed from it, also
// when it isn't asked for; where the end of a chain is kept, it isn't opened.
func TestManyChains(t *testing.T) {
	b := newBench(admin)
	source := prod()
	var chained []Profile
	for i := range 6 {
		chained = append(
			chained,
			Profile{Name: fmt.Sprint("c", i), Org: acme(), Source: &source, Role: fmt.Sprintf("arn:aws:iam::210987654321:role/C%d", i)},
		)
	}
	deep := Profile{Name: "deep", Org: acme(), Source: &chained[0], Role: "arn:aws:iam::210987654321:role/Deep"}
	for i, o := range b.OpenAll(background, append([]Profile{deep}, chained[1:]...), false) {
		if o.Err != nil {
			t.Errorf("%d: %v", i, o.Err)
		}
	}
	var order []string
	for _, c := range b.sts.calls {
		order = append(order, c.Role.ShortName())
	}
	if len(order) != 8 || order[0] != "Admin" || order[7] != "Deep" || b.idp.times != 1 {
		t.Errorf("%v, %d sign-ins", order, b.idp.times)
	}
	delete(b.store.kept, source.Key())
	if o := b.OpenAll(background, []Profile{deep}, false); o[0].Err != nil || len(b.sts.calls) != 8 {
		t.Errorf("%v, %d calls", o, len(b.sts.calls))
	}
	b = newBench(dev)
	if o := b.OpenAll(background, []Profile{deep}, false); o[0].Err == nil ||
		!strings.Contains(o[0].Err.Error(), "opening c0 for deep: opening prod for c0: role "+admin) {
		t.Errorf("%v", o)
	}
}

// TestManyConfirm: asked once for all that want a yes, before anything else; a
// no is for these only.
func TestManyConfirm(t *testing.T) {
	arns, profiles := fleet(4)
	profiles[1].Confirm, profiles[3].Confirm = true, true
	for answer, want := range map[string]error{"y": nil, "n": ErrDeclined, "^C": ErrInterrupted} {
		b := newBench(arns...)
		b.person.answers = []string{answer}
		got := b.OpenAll(background, profiles, false)
		if !errors.Is(got[1].Err, want) || !errors.Is(got[3].Err, want) || (got[0].Err != nil) != (answer == "^C") {
			t.Errorf("%s: %+v", answer, got)
		}
		if !slices.Equal(b.person.asked, []string{"Use these 2 profiles: p001, p003?"}) ||
			b.person.said[0] != "p001 (role "+arns[1]+")\np003 (role "+arns[3]+")" {
			t.Errorf("asked %q, said %q", b.person.asked, b.person.said)
		}
	}
	// What is assumed from such a profile wants a yes too.
	source := Profile{Name: "far", Org: acme(), Source: &profiles[1], Role: audit}
	b := newBench(arns...)
	b.person.answers = []string{"n"}
	if o := b.OpenAll(background, []Profile{source, profiles[0]}, false); !errors.Is(o[0].Err, ErrDeclined) || o[1].Err != nil ||
		b.person.asked[0] != "Use far (role "+audit+") from p001 (role "+arns[1]+")?" {
		t.Errorf("%+v, asked %q", o, b.person.asked)
	}
	if o := b.OpenAll(background, []Profile{source.Confirmed()}, false); o[0].Err != nil || len(b.person.asked) != 1 ||
		!profiles[1].Confirm {
		t.Errorf("%+v, asked %q", o, b.person.asked)
	}
	b = newBench(arns...) // nobody is there
	got := b.OpenAll(background, profiles, false)
	var input *InputError
	if got[0].Err != nil || !errors.As(got[3].Err, &input) || input.What != "a yes to using p001, p003" {
		t.Errorf("%+v", got)
	}
}

// TestManyQuestions: roles are asked for one by one, after what needs no
// question.
func TestManyQuestions(t *testing.T) {
	arns, profiles := fleet(3)
	b := newBench(arns...)
	b.Names = called{"123456789012": "acme"}
	b.person.answers = []string{"123456789012 R001 (acme)", "123456789012 R002 (acme)"}
	x, y := Profile{Name: "x", Org: acme()}, Profile{Name: "y", Org: acme()}
	got := b.OpenAll(background, []Profile{x, profiles[0], y}, false)
	if got[0].Session.Role.ARN != arns[1] || got[1].Session.Role.ARN != arns[0] || got[2].Session.Role.ARN != arns[2] {
		t.Errorf("%+v", got)
	}
	if !slices.Equal(b.person.asked, []string{"Role for x", "Role for y"}) || b.idp.times != 1 {
		t.Errorf("asked %q, %d sign-ins", b.person.asked, b.idp.times)
	}

	// A picker that took too long costs a sign-in; when that is refused, it is
	// not tried again for the next.
	b = newBench(arns...)
	b.person.answers = []string{"123456789012 R001", "123456789012 R002"}
	b.Ask = thoughtful{b.person, func() {
		b.now = b.now.Add(assertionLife)
		b.idp.err = &RefusedError{What: "the password"}
	}}
	for _, o := range b.OpenAll(background, []Profile{x, y}, false) {
		if o.Err != b.idp.err {
			t.Errorf("%v", o.Err)
		}
	}
	if b.idp.times != 2 || len(b.sts.calls) != 0 {
		t.Errorf("%d sign-ins, %d calls", b.idp.times, len(b.sts.calls))
	}
}

// thoughtful is a person who does something before they pick.
type thoughtful struct {
	*person
	first func()
}

func (t thoughtful) Choose(ctx context.Context, q Question, options []string) (int, error) {
	t.first()
	return t.person.Choose(ctx, q, options)
}

type called map[string]string

func (c called) Name(account string) string { return c[account] }
func (c called) Learn(map[string]string)    {}

func TestManyInterrupted(t *testing.T) {
	arns, profiles := fleet(30)
	b := newBench(arns...)
	ctx, cancel := context.WithCancel(background)
	b.sts.first = func(Assumption) error { cancel(); return ctx.Err() }
	for i, o := range b.OpenAll(ctx, profiles, false) {
		if !errors.Is(o.Err, context.Canceled) {
			t.Errorf("%d: %v", i, o.Err)
		}
	}
	if len(b.sts.calls) > maxParallelCalls || b.store.held != 0 {
		t.Errorf("%d calls, %d locks", len(b.sts.calls), b.store.held)
	}
}

// TestOpenFromManyGoroutines: one of them signs in.
func TestOpenFromManyGoroutines(t *testing.T) {
	arns, profiles := fleet(20)
	b := newBench(arns...)
	var all sync.WaitGroup
	for _, p := range profiles {
		all.Go(func() {
			if _, err := b.Open(background, p); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if b.idp.times != 1 || len(b.store.kept) != 20 || b.store.held != 0 {
		t.Errorf("%d sign-ins, %d kept", b.idp.times, len(b.store.kept))
	}
}

// TestOpenUnattended: the assertion of a sign-in a moment ago opens further profiles
// without another one; where it is too old, nobody is asked.
func TestOpenUnattended(t *testing.T) {
	arns, profiles := fleet(3)
	b := newBench(arns...)
	profiles[1].Confirm = true // which is a question
	if _, err := b.Grants(background, acme()); err != nil {
		t.Fatal(err)
	}
	for i, o := range b.OpenUnattended(background, profiles) {
		if o.Err != nil || o.Session.Role.ARN != arns[i] {
			t.Errorf("%d: %+v", i, o)
		}
	}
	if b.idp.times != 1 || len(b.store.kept) != 3 {
		t.Errorf("%d sign-ins, %d kept", b.idp.times, len(b.store.kept))
	}
	b = newBench(arns...)
	b.idp.err = &InputError{What: "the password"}
	for _, o := range b.OpenUnattended(background, profiles) {
		var input *InputError
		if !errors.As(o.Err, &input) || !b.idp.last.Org.Unattended {
			t.Errorf("%v; asked %+v", o.Err, b.idp.last.Org)
		}
	}
}
