package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// assertionLife is how long an assertion is used for further roles after it
// came: AWS redeems one within five minutes of issuance.
const assertionLife = 4 * time.Minute

type receivedAssertion struct {
	assertion Assertion
	at        time.Time
}

// SignedIn reports whether an assertion of o is at hand: further profiles of
// it need no sign-in.
func (b *Broker) SignedIn(o Org) bool {
	_, ok := b.lastAssertion(o)
	return ok
}

// lastAssertion is what the last sign-in to o brought, if it still serves.
func (b *Broker) lastAssertion(o Org) (receivedAssertion, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.assertions[o.ID()]
	now, end := b.Now(), r.assertion.NotOnOrAfter
	return r, ok && now.Sub(r.at) < assertionLife && (end.IsZero() || now.Before(end))
}

// forgetAssertion makes the next profile of o sign in again.
func (b *Broker) forgetAssertion(o Org) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.assertions, o.ID())
}

// Grants signs in to o and returns what the assertion says. The assertion
// serves profiles opened after it in the same run. Error: *EncryptedError too.
func (b *Broker) Grants(ctx context.Context, o Org) (Assertion, error) {
	if err := b.checkProfile(Profile{Name: o.Name, Org: o}); err != nil {
		return Assertion{}, err
	}
	unlock, err := b.lockOrg(ctx, o, o.Name, func() bool { return false })
	if err != nil {
		return Assertion{}, err
	}
	defer unlock()
	return b.readAssertion(ctx, Profile{Name: o.Name, Org: o})
}

// GrantsFromHome is Grants where o's url is the provider's home page: choose picks the app
// once the person is signed in. The assertion has its link, and serves profiles with that.
func (b *Broker) GrantsFromHome(ctx context.Context, o Org, choose ChooseApp) (Assertion, error) {
	unlock, err := b.lockOrg(ctx, o, o.Name, func() bool { return false })
	if err != nil {
		return Assertion{}, err
	}
	defer unlock()
	return b.readAssertion(ctx, Profile{Name: o.Name, Org: o, ChooseApp: choose})
}

// readAssertion is getAssertion for what it says. Error: *EncryptedError where AWS alone can read it.
func (b *Broker) readAssertion(ctx context.Context, p Profile) (Assertion, error) {
	a, err := b.getAssertion(ctx, p)
	if err == nil && a.Encrypted {
		err = &EncryptedError{By: p.Org.ProviderName()}
	}
	return a, err
}

func (b *Broker) getAssertion(ctx context.Context, p Profile) (Assertion, error) {
	if r, ok := b.lastAssertion(p.Org); ok {
		return r.assertion, nil
	}
	deadline := p.Org.Timeout
	if deadline == 0 {
		deadline = 2 * time.Minute
	}
	limited, cancel := StartDeadline(ctx, deadline)
	defer cancel()
	a, err := b.IdP.Assert(limited, p)
	b.Ask.Progress("")
	if err != nil {
		if b.Windows != nil && p.Org.AsksInWindow(b.Ask) && errors.Is(err, ErrWindowClosed) {
			b.Windows.MarkClosed(p.Org.ID())
		}
		if limited.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("the sign-in did not end within %s: %w", ShortDuration(deadline), err)
		}
		return Assertion{}, err
	}
	for _, note := range a.Notes {
		b.Ask.Say(note)
	}
	if !a.NotOnOrAfter.IsZero() && !b.Now().Before(a.NotOnOrAfter) {
		return Assertion{}, fmt.Errorf("the assertion ended at %s, %s ago by this machine's clock (%s); "+
			"the line clock of stsx doctor says by how much that is wrong",
			a.NotOnOrAfter.Format(time.RFC3339), ShortDuration(b.Now().Sub(a.NotOnOrAfter).Round(time.Second)),
			b.Now().UTC().Format(time.RFC3339))
	}
	p.Org.URL = cmp.Or(a.AppLink, p.Org.URL)
	b.mu.Lock()
	if b.assertions == nil {
		b.assertions = map[string]receivedAssertion{}
	}
	b.assertions[p.Org.ID()] = receivedAssertion{a, b.Now()}
	b.mu.Unlock()
	if b.Roles != nil {
		b.Roles.See(p.Org, a.Roles)
	}
	return a, nil
}

// lockOrg lets one sign-in to o happen at a time, in this process and among all.
// Where there is no place for locks (a full disk, a read-only home) it happens
// all the same. settled tells, each time that another process has the lock, whether
// none is needed any more: then it is not waited for. ErrWindowClosed: o asks in a
// window, and the person closed it while this one waited.
func (b *Broker) lockOrg(ctx context.Context, o Org, name string, settled func() bool) (unlock func(), err error) {
	closed := b.closedMark(o)
	if unlock, err = b.waitTurn(ctx, o, name, settled); err == nil && b.closedMark(o) != closed {
		unlock()
		return nil, ErrWindowClosed
	}
	return unlock, err
}

// closedMark is the mark of the last window that was closed, where that matters to o.
func (b *Broker) closedMark(o Org) string {
	if b.Windows == nil || !o.AsksInWindow(b.Ask) {
		return ""
	}
	return b.Windows.ClosedMark(o.ID())
}

// waitTurn waits for the lock of o, in this process and among all.
func (b *Broker) waitTurn(ctx context.Context, o Org, name string, settled func() bool) (unlock func(), err error) {
	turn := b.orgTurn(o)
	select {
	case <-turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	next := func() { turn <- struct{}{} }
	shown := false
	open, err := b.Store.Lock(ctx, o.ID(), holderText(name), func(holder string) bool {
		if settled() {
			return false
		}
		if !shown {
			shown = true
			b.showWaiting(holder)
		}
		return true
	})
	b.Ask.Progress("")
	switch {
	case err == nil:
		return func() { b.closeBrowser(o); open(); next() }, nil
	case ctx.Err() != nil:
		next()
		return nil, err
	}
	b.warnOnce("other sign-ins are not waited for: " + err.Error())
	return func() { b.closeBrowser(o); next() }, nil
}

// closeBrowser waits for the end of the browser of a sign-in to o.
func (b *Broker) closeBrowser(o Org) {
	if err := b.IdP.Close(o); err != nil {
		b.Ask.Say("closing the browser: " + err.Error())
	}
}

func (b *Broker) orgTurn(o Org) chan struct{} {
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

func (b *Broker) showWaiting(holder string) {
	if holder == "" {
		holder = "another stsx"
	}
	if b.Ask.Interactive() {
		b.Ask.Progress("waiting for " + holder)
	} else {
		b.Ask.Say("waiting for " + holder)
	}
}

// holderText is what a process says of itself to those that wait for it.
func holderText(name string) string {
	return fmt.Sprintf("stsx (pid %d), which is signing in for %s", os.Getpid(), name)
}
