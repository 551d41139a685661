package session

import (
	"context"
	"sync"
	"time"
)

// DefaultDuration is asked of STS when neither the profile nor the assertion
// says how long a session should be.
const DefaultDuration = time.Hour

// Broker opens sessions: from the store when it holds a fresh one, else by
// signing in and assuming the role. Its methods may be called from several
// goroutines, as far as its parts' may: of those that need a sign-in to the
// same org one signs in, and the others wait.
type Broker struct {
	IdP    IdP
	STS    STS
	Store  SessionStore
	Limits DurationLimits
	Roles  GrantedRoles // nil: what is granted is not remembered
	Names  AccountNames // nil: accounts have numbers only
	Ask    Prompter
	Now    func() time.Time
	// Check says what keeps STS from being asked for a profile, as far as that is
	// known before anybody signs in; nil: nothing ever does.
	Check func(p Profile) error
	// Windows is where a window that was closed is the answer of all that wait for
	// it; nil: of the one that opened it.
	Windows ClosedWindows

	mu         sync.Mutex
	assertions map[string]receivedAssertion // by Org.ID, for further profiles of the same run
	turns      map[string]chan struct{}     // by Org.ID: holds one token; who has it may sign in
	warned     bool
}

// Open returns a fresh session for p. Errors: *InputError, *RefusedError,
// *RoleError, *AWSError, ErrInterrupted, the context's, or what the drivers say.
func (b *Broker) Open(ctx context.Context, p Profile) (Session, error) {
	if err := b.Confirm(ctx, p); err != nil {
		return Session{}, err
	}
	return b.openSession(ctx, p, openRequest{enough: b.isFresh})
}

// Renew is Open without a look at what the store holds.
func (b *Broker) Renew(ctx context.Context, p Profile) (Session, error) {
	if err := b.Confirm(ctx, p); err != nil {
		return Session{}, err
	}
	return b.openSession(ctx, p, openRequest{anew: true})
}

// Extend returns the session that takes held's place while a command runs with
// it: the store's if another process has renewed it, else a new one, of the same
// role. It asks nobody anything, p's confirm included: where a person is needed
// the error is an *InputError. Other errors as Open.
func (b *Broker) Extend(ctx context.Context, p Profile, held Session) (Session, error) {
	s, err := b.openSession(ctx, p, openRequest{enough: b.isYoung, of: held.Role, unattended: true})
	if err == nil && s.Role.ARN != held.Role.ARN {
		err = &RoleError{Asked: "role " + held.Role.ARN}
	}
	return s, err
}

// ExtendFromStore is what Extend finds in the store.
func (b *Broker) ExtendFromStore(ctx context.Context, p Profile, held Session) (Session, bool) {
	return b.storedSession(ctx, p.Key(), p, openRequest{enough: b.isYoung, of: held.Role})
}

// openRequest says which session will do.
type openRequest struct {
	anew       bool               // none that the store has
	enough     func(Session) bool // one that the store has has to be so
	of         Role               // no other; zero = whichever p leads to
	unattended bool
}

// checkProfile is Check.
func (b *Broker) checkProfile(p Profile) error {
	if b.Check == nil {
		return nil
	}
	return b.Check(p)
}

func (b *Broker) isFresh(s Session) bool { return s.Fresh(b.Now()) }

// isYoung: so that it is of use to one whose own is due, however short the
// sessions of that role are.
func (b *Broker) isYoung(s Session) bool { return !s.Due(b.Now()) }

func (b *Broker) openSession(ctx context.Context, p Profile, request openRequest) (Session, error) {
	run := &openRun{Broker: b, byKey: map[string]*openTask{}}
	t := run.addTask(p, request)
	run.openTasks(ctx)
	return t.session, t.err
}

// storedSession returns the store's session for key when it will do. Nothing that is
// wrong with the store keeps a person from signing in.
func (b *Broker) storedSession(ctx context.Context, key string, p Profile, w openRequest) (Session, bool) {
	s, err := b.Store.Get(ctx, key)
	if err != nil || !w.enough(s) || p.Allows(s.Role.Account()) != nil || exceedsDuration(s, p.MaxDuration) ||
		w.of.ARN != "" && s.Role.ARN != w.of.ARN {
		return Session{}, false
	}
	// The region and the colour are not part of what was signed in for. The key says the policies.
	s.Region, s.Color, s.Only = p.Region, p.Color, p.Policies.Name()
	return s, true
}

// exceedsDuration reports a session that was opened before its profile had most as its
// max_duration. STS counts from its own clock, so a minute more is not longer.
func exceedsDuration(s Session, most time.Duration) bool {
	return most > 0 && s.Credentials.Expires.Sub(s.Issued) > most+time.Minute
}

func (b *Broker) storeSession(ctx context.Context, key string, s Session) {
	if err := b.Store.Put(ctx, key, s); err != nil {
		b.warnOnce("this session is not saved for the next command: " + err.Error())
	}
}

// warnOnce says, once in a run, what the person should know and need not act on.
func (b *Broker) warnOnce(text string) {
	b.mu.Lock()
	warned := b.warned
	b.warned = true
	b.mu.Unlock()
	if !warned {
		b.Ask.Say(text)
	}
}
