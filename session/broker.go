package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// DefaultDuration is asked of STS when neither the profile nor the assertion
// says how long a session should be.
const DefaultDuration = time.Hour

// assertionLife is how long an assertion is used for further roles after it
// came: AWS redeems one within five minutes of issuance.
const assertionLife = 4 * time.Minute

// Broker opens sessions: from the store when it holds a fresh one, else by
// signing in and assuming the role. It is for one goroutine.
type Broker struct {
	IdP    IdP
	STS    STS
	Store  Store
	Limits Limits
	Roles  Roles // nil: what is granted is not remembered
	Ask    Prompter
	Now    func() time.Time

	assertions map[string]received // by Org.ID, for further profiles of the same run
	warned     bool
}

type received struct {
	assertion Assertion
	at        time.Time
}

// Open returns a fresh session for p. Errors: *InputError, *RefusedError,
// *RoleError, *AWSError, ErrInterrupted, the context's, or what the drivers say.
func (b *Broker) Open(ctx context.Context, p Profile) (Session, error) {
	if err := b.confirm(ctx, p); err != nil {
		return Session{}, err
	}
	return b.open(ctx, p, wanted{enough: b.fresh})
}

// Renew is Open without a look at what the store holds.
func (b *Broker) Renew(ctx context.Context, p Profile) (Session, error) {
	if err := b.confirm(ctx, p); err != nil {
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

// confirm asks before a profile is used whose configuration says so, and
// before one that is assumed from such a profile: the guard on a profile holds
// for all that its session can reach.
func (b *Broker) confirm(ctx context.Context, p Profile) error {
	prompt, who := "Use "+p.Name+" ("+describe(p)+")", ""
	for at := &p; at != nil; at = at.Source {
		if at != &p {
			prompt += " from " + at.Name + " (" + describe(*at) + ")"
		}
		if at.Confirm && who == "" {
			who = at.Name
		}
	}
	if who == "" {
		return nil
	}
	yes, err := b.Ask.Confirm(ctx, prompt+"?", false)
	var input *InputError
	if errors.As(err, &input) {
		return &InputError{What: "a yes to using " + p.Name, Give: "the profile " + who + " says confirm = true: run this on a terminal"}
	}
	if err == nil && !yes {
		return ErrDeclined
	}
	return err
}

// SignedIn reports whether an assertion of o is at hand: further profiles of
// it need no sign-in.
func (b *Broker) SignedIn(o Org) bool {
	r, ok := b.assertions[o.ID()]
	now, end := b.Now(), r.assertion.NotOnOrAfter
	return ok && now.Sub(r.at) < assertionLife && (end.IsZero() || now.Before(end))
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
	// What the configuration forbids, or gets wrong, should not cost a sign-in,
	// nor be had from the store because it was allowed before.
	for at := &p; at != nil; at = at.Source {
		if role, err := ParseRole(at.Role); err == nil {
			if err := errors.Join(at.Allows(role.Account()), CheckRegion(role, at.Region)); err != nil {
				return Session{}, err
			}
		}
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
		return b.chain(ctx, key, p, source)
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
	return b.redeem(ctx, key, p, a)
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
	if b.SignedIn(p.Org) {
		return b.assertions[p.Org.ID()].assertion, nil
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
			err = fmt.Errorf("the sign-in did not end within %s: %w", short(deadline), err)
		}
		return Assertion{}, err
	}
	if !a.NotOnOrAfter.IsZero() && !b.Now().Before(a.NotOnOrAfter) {
		return Assertion{}, fmt.Errorf("the assertion ended at %s, which is past by this machine's clock (%s); check the clock",
			a.NotOnOrAfter.Format(time.RFC3339), b.Now().UTC().Format(time.RFC3339))
	}
	if b.assertions == nil {
		b.assertions = map[string]received{}
	}
	b.assertions[p.Org.ID()] = received{a, b.Now()}
	if b.Roles != nil {
		b.Roles.See(p.Org, a.Roles)
	}
	return a, nil
}

func (b *Broker) redeem(ctx context.Context, key string, p Profile, a Assertion) (Session, error) {
	roles := a.Roles
	if p.Role == "" {
		roles = slices.DeleteFunc(slices.Clone(roles), func(r Role) bool { return p.Allows(r.Account()) != nil })
		if len(roles) == 0 && len(a.Roles) > 0 {
			return Session{}, p.Allows(a.Roles[0].Account())
		}
	}
	role, err := Choose(ctx, p, roles, b.Ask)
	if err == nil {
		err = p.Allows(role.Account())
	}
	if err != nil {
		return Session{}, err
	}
	want := p.Duration
	if want == 0 {
		want = a.SessionDuration
	}
	if want == 0 {
		want = DefaultDuration
	}
	return b.assume(ctx, key, p, Assumption{Role: role, Assertion: a.Encoded, Region: p.Region, Duration: capped(want, p.MaxDuration), Policy: p.Policy, PolicyARNs: p.PolicyARNs})
}

func (b *Broker) chain(ctx context.Context, key string, p Profile, source Session) (Session, error) {
	arn := p.Role
	if arn == SameRole {
		arn = "arn:" + source.Role.Partition() + ":iam::" + p.Account + ":role/" + source.Role.Name()
	}
	role, err := ParseRole(arn)
	if err == nil {
		err = p.Allows(role.Account())
	}
	if err != nil {
		return Session{}, err
	}
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
	b.Ask.Progress("assuming " + a.Role.ShortName() + " in " + a.Role.Account())
	defer b.Ask.Progress("")
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
		b.Ask.Say(fmt.Sprintf("%s in %s does not allow sessions of %s; this one lasts %s, and so will the next", a.Role.Name(), a.Role.Account(), short(asked), short(a.Duration)))
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
	return &AWSError{Act: "assuming " + asked.ARN, Err: fmt.Errorf("STS answered with %q: %w", clip(got), ErrNotThatRole)}
}

func (b *Broker) keep(ctx context.Context, key string, s Session) {
	if err := b.Store.Put(ctx, key, s); err != nil {
		b.warn("this session is not kept for the next command: " + err.Error())
	}
}

// lock lets one sign-in to o happen at a time. Where there is no place for
// locks (a full disk, a read-only home) it happens all the same.
func (b *Broker) lock(ctx context.Context, o Org, name string) (unlock func(), err error) {
	unlock, err = b.Store.Lock(ctx, o.ID(), holding(name), b.waiting)
	b.Ask.Progress("")
	if err == nil || ctx.Err() != nil {
		return unlock, err
	}
	b.warn("other sign-ins are not waited for: " + err.Error())
	return func() {}, nil
}

// warn says, once in a run, what the person should know and need not act on.
func (b *Broker) warn(text string) {
	if !b.warned {
		b.Ask.Say(text)
	}
	b.warned = true
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

// short is a duration as people write it: 8h, 1h30m, 90s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
