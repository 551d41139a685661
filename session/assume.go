package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (b *Broker) showAssuming(role Role) {
	b.Ask.Progress("assuming " + role.ShortName() + " in " + role.Account())
}

// pickRole is the role of a that p is for, asking where that leaves a choice.
func (b *Broker) pickRole(ctx context.Context, p Profile, a Assertion) (Role, error) {
	if a.Encrypted {
		role, err := p.unreadRole()
		if err == nil {
			err = p.Allows(role.Account())
		}
		return role, err
	}
	roles := a.Roles
	if p.Role == "" {
		roles = slices.DeleteFunc(slices.Clone(roles), func(r Role) bool { return p.Allows(r.Account()) != nil })
		if len(roles) == 0 && len(a.Roles) > 0 {
			return Role{}, p.Allows(a.Roles[0].Account())
		}
	}
	role, err := chooseNamed(ctx, p, roles, b.Ask, b.Names)
	for errors.Is(err, ErrNotChosen) && b.choosesAgain(ctx, p.Org) {
		role, err = chooseNamed(ctx, p, roles, b.Ask, b.Names)
	}
	if err == nil {
		err = p.Allows(role.Account())
	}
	picked := b.Ask.Interactive() && len(matchingRoles(p, roles)) > 1
	if err == nil && !picked && !p.Org.Unattended && !p.pinsAccount() {
		b.Ask.Say("using " + b.roleInAccount(role))
	}
	return role, err
}

// choosesAgain asks whoever left the list of roles whether they mean that: the assertion is in no file and ends with this
// process. Where the session at Okta is remembered the next sign-in needs no person, and they are not asked.
func (b *Broker) choosesAgain(ctx context.Context, o Org) bool {
	if o.Remember {
		b.Ask.Say("no role chosen; the next try needs no password, because the session at Okta is saved (remember = true)")
		return false
	}
	leave, err := b.Ask.Confirm(ctx, "This sign-in is not saved. Leave without a role?", false)
	return err == nil && !leave
}

// roleInAccount is role and account for a person, with the account's name where
// it is known.
func (b *Broker) roleInAccount(role Role) string {
	text := role.ShortName() + " in " + role.Account()
	if b.Names != nil {
		if name := b.Names.Name(role.Account()); name != "" {
			text += " (" + name + ")"
		}
	}
	return text
}

// assumeWithAssertion assumes role by a.
func (b *Broker) assumeWithAssertion(ctx context.Context, key string, p Profile, a Assertion, role Role) (Session, error) {
	want := p.Duration
	if want == 0 {
		want = a.SessionDuration
	}
	if want == 0 {
		want = DefaultDuration
	}
	s, err := b.assumeAndStore(ctx, key, p, Assumption{Role: role, Assertion: a.Encoded, Region: p.Region,
		Duration: capDuration(want, p.MaxDuration), Policies: p.Policies})
	var refused *AWSError
	if a.Encrypted && errors.As(err, &refused) {
		unread := *refused
		unread.Unread = true
		err = &unread
	}
	return s, err
}

// chainedRole is the role that p, a chained profile, is for.
func (b *Broker) chainedRole(p Profile, source Session) (Role, error) {
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

// assumeFromSource assumes role from source's session.
func (b *Broker) assumeFromSource(ctx context.Context, key string, p Profile, source Session, role Role) (Session, error) {
	want := p.Duration
	if want == 0 || want > time.Hour {
		want = time.Hour // AWS's cap on chained roles
	}
	name := p.Chaining.SessionName
	if name == "" {
		name = source.ARN[strings.LastIndexByte(source.ARN, '/')+1:]
	}
	return b.assumeAndStore(ctx, key, p, Assumption{Role: role, From: &source.Credentials, SessionName: name,
		ExternalID: p.ExternalID, Region: p.Region,
		Duration: capDuration(want, p.MaxDuration), Chaining: p.Chaining, Policies: p.Policies})
}

// capDuration is want, but no longer than most; 0 = no limit.
func capDuration(want, most time.Duration) time.Duration {
	if most > 0 {
		return min(want, most)
	}
	return want
}

// durationSteps are the durations tried, in this order, when STS says that what was
// asked for is above the role's maximum.
func durationSteps() []time.Duration {
	return []time.Duration{12 * time.Hour, 8 * time.Hour, 4 * time.Hour, 2 * time.Hour, time.Hour}
}

func (b *Broker) assumeAndStore(ctx context.Context, key string, p Profile, a Assumption) (Session, error) {
	if err := a.Policies.CheckRole(a.Role); err != nil {
		return Session{}, err
	}
	asked := a.Duration
	if longest := b.Limits.Longest(a.Role.ARN); longest > 0 {
		a.Duration = min(a.Duration, longest)
	}
	got, err := b.STS.Assume(ctx, a)
	learnt := false
	for _, rung := range durationSteps() {
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
		b.Ask.Say(fmt.Sprintf("%s in %s does not allow sessions of %s; this one lasts %s, and so will the next",
			a.Role.Name(), a.Role.Account(), ShortDuration(asked), ShortDuration(a.Duration)))
	}
	if err := checkSameRole(a.Role, got.ARN); err != nil {
		return Session{}, err
	}
	if err := b.checkNotEnded(a, got.Credentials.Expires); err != nil {
		return Session{}, err
	}
	s := Session{Profile: p.Name, Role: a.Role, Only: a.Policies.Name(), Region: p.Region, Color: p.Color, ARN: got.ARN,
		Issued: b.Now().UTC(), Credentials: got.Credentials}
	b.storeSession(ctx, key, s)
	return s, nil
}

// checkNotEnded refuses credentials that had ended when they came: the clocks
// differ by more than their life. STS counts it from its own clock.
func (b *Broker) checkNotEnded(a Assumption, expires time.Time) error {
	now := b.Now().UTC()
	if now.Before(expires) {
		return nil
	}
	theirs := expires.Add(-a.Duration).UTC()
	return &AWSError{Act: "assuming " + a.Role.ARN,
		Err: fmt.Errorf("the credentials had ended when they came: this machine's clock says %s, AWS's about %s, %s less; set the clock",
			now.Format(time.RFC3339), theirs.Format(time.RFC3339), ShortDuration(now.Sub(theirs).Round(time.Second)))}
}

// checkSameRole checks that STS handed out what was asked for, before anything is
// done with it.
func checkSameRole(asked Role, got string) error {
	parts := strings.SplitN(got, ":", 6)
	if len(parts) == 6 && parts[1] == asked.Partition() && parts[4] == asked.Account() &&
		strings.HasPrefix(parts[5], "assumed-role/"+asked.ShortName()+"/") {
		return nil
	}
	return &AWSError{Act: "assuming " + asked.ARN, Err: fmt.Errorf("STS answered with %q: %w", OneLine(got, QuoteLength), ErrNotThatRole)}
}
