package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// DefaultDuration is asked of STS when neither the profile nor the assertion
// says how long a session should be.
const DefaultDuration = time.Hour

// assertionLife is how long an assertion is used for further roles after it
// came: AWS redeems one within five minutes of issuance.
const assertionLife = 4 * time.Minute

// Broker opens sessions: from the store when it holds a fresh one, else by
// signing in and assuming the role. Its methods may be called from several
// goroutines, as far as its parts' may: of those that need a sign-in to the
// same org one signs in, and the others wait.
type Broker struct {
	IdP    IdP
	STS    STS
	Store  Store
	Limits Limits
	Roles  Roles // nil: what is granted is not remembered
	Names  Names // nil: accounts have numbers only
	Ask    Prompter
	Now    func() time.Time

	mu         sync.Mutex
	assertions map[string]received      // by Org.ID, for further profiles of the same run
	turns      map[string]chan struct{} // by Org.ID: holds one token; who has it may sign in
	warned     bool
}

type received struct {
	assertion Assertion
	at        time.Time
}

// Open returns a fresh session for p. Errors: *InputError, *RefusedError,
// *RoleError, *AWSError, ErrInterrupted, the context's, or what the drivers say.
func (b *Broker) Open(ctx context.Context, p Profile) (Session, error) {
	if err := b.Confirm(ctx, p); err != nil {
		return Session{}, err
	}
	return b.open(ctx, p, wanted{enough: b.fresh})
}

// Renew is Open without a look at what the store holds.
func (b *Broker) Renew(ctx context.Context, p Profile) (Session, error) {
	if err := b.Confirm(ctx, p); err != nil {
		return Session{}, err
	}
	return b.open(ctx, p, wanted{anew: true})
}

// Extend returns the session that takes held's place while a command runs with
// it: the store's if another process has renewed it, else a new one, of the same
// role. It asks nobody anything, p's confirm included: where a person is needed
// the error is an *InputError. Other errors as Open.
func (b *Broker) Extend(ctx context.Context, p Profile, held Session) (Session, error) {
	s, err := b.open(ctx, p, wanted{enough: b.young, of: held.Role, unattended: true})
	if err == nil && s.Role.ARN != held.Role.ARN {
		err = &RoleError{Asked: "role " + held.Role.ARN}
	}
	return s, err
}

// Extended is what Extend finds in the store.
func (b *Broker) Extended(ctx context.Context, p Profile, held Session) (Session, bool) {
	return b.kept(ctx, p.Key(), p, wanted{enough: b.young, of: held.Role})
}

// wanted says which session will do.
type wanted struct {
	anew       bool               // none that the store has
	enough     func(Session) bool // one that the store has has to be so
	of         Role               // no other; zero = whichever p leads to
	unattended bool
}

func (b *Broker) fresh(s Session) bool { return s.Fresh(b.Now()) }

// young: so that it is of use to one whose own is due, however short the
// sessions of that role are.
func (b *Broker) young(s Session) bool { return !s.Due(b.Now()) }

// Confirm asks before profiles are used whose configuration says so, or that of
// one they are assumed from: once for all of them. Errors: ErrDeclined,
// *InputError, ErrInterrupted, the context's.
func (b *Broker) Confirm(ctx context.Context, profiles ...Profile) error {
	var names, shown []string
	for _, p := range profiles {
		if p.wantsYes() == "" {
			continue
		}
		text := p.Name + " (" + describe(p) + ")"
		for at := p.Source; at != nil; at = at.Source {
			text += " from " + at.Name + " (" + describe(*at) + ")"
		}
		names, shown = append(names, p.Name), append(shown, text)
	}
	var prompt, give string
	switch len(names) {
	case 0:
		return nil
	case 1:
		i := slices.IndexFunc(profiles, func(p Profile) bool { return p.wantsYes() != "" })
		prompt, give = "Use "+shown[0]+"?", "the profile "+profiles[i].wantsYes()+" says confirm = true: run this on a terminal"
	default:
		prompt, give = "Use these "+Plural(len(names), "profile")+": "+strings.Join(few(names), ", ")+"?", "their profiles say confirm = true: run this on a terminal"
		if b.Ask.Interactive() {
			b.Ask.Say(strings.Join(shown, "\n"))
		}
	}
	yes, err := b.Ask.Confirm(ctx, prompt, false)
	var input *InputError
	if errors.As(err, &input) {
		return &InputError{What: "a yes to using " + strings.Join(few(names), ", "), Give: give}
	}
	if err == nil && !yes {
		return ErrDeclined
	}
	return err
}

// permitted is nil unless the configuration forbids what p asks for, or gets it
// wrong: that should not cost a sign-in, nor be had from the store because it
// was allowed before.
func permitted(p Profile) error {
	for at := &p; at != nil; at = at.Source {
		if role, err := ParseRole(at.Role); err == nil {
			if err := errors.Join(at.Allows(role.Account()), CheckRegion(role, at.Region)); err != nil {
				return err
			}
		}
	}
	return nil
}

// SignedIn reports whether an assertion of o is at hand: further profiles of
// it need no sign-in.
func (b *Broker) SignedIn(o Org) bool {
	_, ok := b.received(o)
	return ok
}

// received is what the last sign-in to o brought, if it still serves.
func (b *Broker) received(o Org) (received, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.assertions[o.ID()]
	now, end := b.Now(), r.assertion.NotOnOrAfter
	return r, ok && now.Sub(r.at) < assertionLife && (end.IsZero() || now.Before(end))
}

// forget makes the next profile of o sign in again.
func (b *Broker) forget(o Org) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.assertions, o.ID())
}

// Grants signs in to o and returns what the assertion says. The assertion
// serves profiles opened after it in the same run.
func (b *Broker) Grants(ctx context.Context, o Org) (Assertion, error) {
	unlock, err := b.lock(ctx, o, o.Name)
	if err != nil {
		return Assertion{}, err
	}
	defer unlock()
	return b.assert(ctx, Profile{Name: o.Name, Org: o})
}

func (b *Broker) open(ctx context.Context, p Profile, w wanted) (Session, error) {
	key := p.Key()
	if w.of.ARN != "" && p.Source == nil {
		p.Role, p.Account = w.of.ARN, "" // whatever the profile leaves open was chosen before
	}
	if err := permitted(p); err != nil {
		return Session{}, err
	}
	if !w.anew {
		if s, ok := b.kept(ctx, key, p, w); ok {
			return s, nil
		}
	}
	if p.Source != nil {
		source, err := b.open(ctx, *p.Source, wanted{enough: func(s Session) bool { return b.fresh(s) || w.unattended && b.young(s) }, unattended: w.unattended})
		if err != nil {
			return Session{}, fmt.Errorf("opening %s for %s: %w", p.Source.Name, p.Name, err)
		}
		role, err := b.link(p, source)
		if err != nil {
			return Session{}, err
		}
		b.assuming(role)
		defer b.Ask.Progress("")
		return b.chain(ctx, key, p, source, role)
	}
	unlock, err := b.lock(ctx, p.Org, p.Name)
	if err != nil {
		return Session{}, err
	}
	defer unlock()
	if !w.anew {
		// Another process may have signed in while this one waited.
		if s, ok := b.kept(ctx, key, p, w); ok {
			return s, nil
		}
	}
	p.Org.Anew, p.Org.Unattended = w.anew, w.unattended
	a, err := b.assert(ctx, p)
	if err != nil {
		return Session{}, err
	}
	role, err := b.pick(ctx, p, a)
	if err != nil {
		return Session{}, err
	}
	b.assuming(role)
	defer b.Ask.Progress("")
	return b.redeem(ctx, key, p, a, role)
}

func (b *Broker) assuming(role Role) {
	b.Ask.Progress("assuming " + role.ShortName() + " in " + role.Account())
}

// kept returns the store's session for key when it will do. Nothing that is
// wrong with the store keeps a person from signing in.
func (b *Broker) kept(ctx context.Context, key string, p Profile, w wanted) (Session, bool) {
	s, err := b.Store.Get(ctx, key)
	if err != nil || !w.enough(s) || p.Allows(s.Role.Account()) != nil || tooLong(s, p.MaxDuration) || w.of.ARN != "" && s.Role.ARN != w.of.ARN {
		return Session{}, false
	}
	// The region is not part of what was signed in for.
	s.Region = p.Region
	return s, true
}

// tooLong reports a session that was opened before its profile had most as its
// max_duration. STS counts from its own clock, so a minute more is not longer.
func tooLong(s Session, most time.Duration) bool {
	return most > 0 && s.Credentials.Expires.Sub(s.Issued) > most+time.Minute
}

func (b *Broker) assert(ctx context.Context, p Profile) (Assertion, error) {
	if r, ok := b.received(p.Org); ok {
		return r.assertion, nil
	}
	deadline := p.Org.Timeout
	if deadline == 0 {
		deadline = 2 * time.Minute
	}
	limited, cancel := Limit(ctx, deadline)
	defer cancel()
	a, err := b.IdP.Assert(limited, p)
	b.Ask.Progress("")
	if err != nil {
		if limited.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("the sign-in did not end within %s: %w", ShortDuration(deadline), err)
		}
		return Assertion{}, err
	}
	if !a.NotOnOrAfter.IsZero() && !b.Now().Before(a.NotOnOrAfter) {
		return Assertion{}, fmt.Errorf("the assertion ended at %s, which is past by this machine's clock (%s); check the clock",
			a.NotOnOrAfter.Format(time.RFC3339), b.Now().UTC().Format(time.RFC3339))
	}
	b.mu.Lock()
	if b.assertions == nil {
		b.assertions = map[string]received{}
	}
	b.assertions[p.Org.ID()] = received{a, b.Now()}
	b.mu.Unlock()
	if b.Roles != nil {
		b.Roles.See(p.Org, a.Roles)
	}
	return a, nil
}

// pick is the role of a that p is for, asking where that leaves a choice.
func (b *Broker) pick(ctx context.Context, p Profile, a Assertion) (Role, error) {
	roles := a.Roles
	if p.Role == "" {
		roles = slices.DeleteFunc(slices.Clone(roles), func(r Role) bool { return p.Allows(r.Account()) != nil })
		if len(roles) == 0 && len(a.Roles) > 0 {
			return Role{}, p.Allows(a.Roles[0].Account())
		}
	}
	role, err := choose(ctx, p, roles, b.Ask, b.Names)
	if err == nil {
		err = p.Allows(role.Account())
	}
	return role, err
}

// redeem assumes role by a.
func (b *Broker) redeem(ctx context.Context, key string, p Profile, a Assertion, role Role) (Session, error) {
	want := p.Duration
	if want == 0 {
		want = a.SessionDuration
	}
	if want == 0 {
		want = DefaultDuration
	}
	return b.assume(ctx, key, p, Assumption{Role: role, Assertion: a.Encoded, Region: p.Region, Duration: capped(want, p.MaxDuration), Policy: p.Policy, PolicyARNs: p.PolicyARNs})
}

// link is the role that p, a chained profile, is for.
func (b *Broker) link(p Profile, source Session) (Role, error) {
	arn := p.Role
	if arn == SameRole {
		arn = "arn:" + source.Role.Partition() + ":iam::" + p.Account + ":role/" + source.Role.Name()
	}
	role, err := ParseRole(arn)
	if err == nil {
		err = p.Allows(role.Account())
	}
	return role, err
}

// chain assumes role from source's session.
func (b *Broker) chain(ctx context.Context, key string, p Profile, source Session, role Role) (Session, error) {
	want := p.Duration
	if want == 0 || want > time.Hour {
		want = time.Hour // AWS's cap on chained roles
	}
	name := p.Chaining.SessionName
	if name == "" {
		name = source.ARN[strings.LastIndexByte(source.ARN, '/')+1:]
	}
	return b.assume(ctx, key, p, Assumption{Role: role, From: &source.Credentials, SessionName: name, ExternalID: p.ExternalID, Region: p.Region,
		Duration: capped(want, p.MaxDuration), Chaining: p.Chaining, Policy: p.Policy, PolicyARNs: p.PolicyARNs})
}

// capped is want, but no longer than most; 0 = no limit.
func capped(want, most time.Duration) time.Duration {
	if most > 0 {
		return min(want, most)
	}
	return want
}

// rungs are the durations tried, in this order, when STS says that what was
// asked for is above the role's maximum.
func rungs() []time.Duration {
	return []time.Duration{12 * time.Hour, 8 * time.Hour, 4 * time.Hour, 2 * time.Hour, time.Hour}
}

func (b *Broker) assume(ctx context.Context, key string, p Profile, a Assumption) (Session, error) {
	asked := a.Duration
	if longest := b.Limits.Longest(a.Role.ARN); longest > 0 {
		a.Duration = min(a.Duration, longest)
	}
	got, err := b.STS.Assume(ctx, a)
	learnt := false
	for _, rung := range rungs() {
		if !errors.Is(err, ErrDurationTooLong) {
			break
		}
		if rung < a.Duration {
			a.Duration, learnt = rung, true
			got, err = b.STS.Assume(ctx, a)
		}
	}
	if err != nil {
		return Session{}, err
	}
	if learnt {
		b.Limits.Learn(a.Role.ARN, a.Duration)
		b.Ask.Say(fmt.Sprintf("%s in %s does not allow sessions of %s; this one lasts %s, and so will the next", a.Role.Name(), a.Role.Account(), ShortDuration(asked), ShortDuration(a.Duration)))
	}
	if err := sameRole(a.Role, got.ARN); err != nil {
		return Session{}, err
	}
	s := Session{Profile: p.Name, Role: a.Role, Region: p.Region, ARN: got.ARN, Issued: b.Now().UTC(), Credentials: got.Credentials}
	b.keep(ctx, key, s)
	return s, nil
}

// sameRole checks that STS handed out what was asked for, before anything is
// done with it.
func sameRole(asked Role, got string) error {
	parts := strings.SplitN(got, ":", 6)
	if len(parts) == 6 && parts[1] == asked.Partition() && parts[4] == asked.Account() &&
		strings.HasPrefix(parts[5], "assumed-role/"+asked.ShortName()+"/") {
		return nil
	}
	return &AWSError{Act: "assuming " + asked.ARN, Err: fmt.Errorf("STS answered with %q: %w", OneLine(got, QuoteLength), ErrNotThatRole)}
}

func (b *Broker) keep(ctx context.Context, key string, s Session) {
	if err := b.Store.Put(ctx, key, s); err != nil {
		b.warn("this session is not kept for the next command: " + err.Error())
	}
}

// lock lets one sign-in to o happen at a time, in this process and among all.
// Where there is no place for locks (a full disk, a read-only home) it happens
// all the same.
func (b *Broker) lock(ctx context.Context, o Org, name string) (unlock func(), err error) {
	turn := b.turn(o)
	select {
	case <-turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	next := func() { turn <- struct{}{} }
	open, err := b.Store.Lock(ctx, o.ID(), holding(name), b.waiting)
	b.Ask.Progress("")
	switch {
	case err == nil:
		return func() { open(); next() }, nil
	case ctx.Err() != nil:
		next()
		return nil, err
	}
	b.warn("other sign-ins are not waited for: " + err.Error())
	return next, nil
}

func (b *Broker) turn(o Org) chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	turn, ok := b.turns[o.ID()]
	if !ok {
		turn = make(chan struct{}, 1)
		turn <- struct{}{}
		if b.turns == nil {
			b.turns = map[string]chan struct{}{}
		}
		b.turns[o.ID()] = turn
	}
	return turn
}

// warn says, once in a run, what the person should know and need not act on.
func (b *Broker) warn(text string) {
	b.mu.Lock()
	warned := b.warned
	b.warned = true
	b.mu.Unlock()
	if !warned {
		b.Ask.Say(text)
	}
}

func (b *Broker) waiting(holder string) {
	if holder == "" {
		holder = "another stsx"
	}
	if b.Ask.Interactive() {
		b.Ask.Progress("waiting for " + holder)
	} else {
		b.Ask.Say("waiting for " + holder)
	}
}

// holding is what a process says of itself to those that wait for it.
func holding(name string) string {
	return fmt.Sprintf("stsx (pid %d), which is signing in for %s", os.Getpid(), name)
}

func describe(p Profile) string {
	switch {
	case p.Role == "" && p.Account == "":
		return "at " + p.Root().Org.Name
	}
	return asked(p)
}
