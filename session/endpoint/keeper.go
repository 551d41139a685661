package endpoint

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"stsx/session"
)

const (
	// renewalWait is how long a question waits for a renewal when there are no
	// credentials meanwhile: the least patient SDKs wait a second for an answer,
	// and ask again when they get this one.
	renewalWait = 900 * time.Millisecond
	// clockInterval is how often the clock is looked at. A timer stands still while
	// the machine sleeps; the end of a session doesn't.
	clockInterval = 15 * time.Second
	// storeInterval is how often the store is, while there is need.
	storeInterval = 5 * time.Second
	// minServedLife is how little time credentials have left when a question rather
	// waits for the next ones: a fifth of their life at most.
	minServedLife = 10 * time.Second
	// Between two tries to renew.
	firstRetry, longestRetry = 2 * time.Second, time.Minute
)

// errBusy: a renewal is under way and takes its time.
var errBusy = errors.New("they are being renewed")

// sessionKeeper has the session that is handed out, and renews it: one goroutine, and
// so one renewal at a time, whoever asks.
type sessionKeeper struct {
	session.Renewal
	wanted chan struct{} // holds one token when somebody asked for more than is held

	mu   sync.Mutex
	held session.Session
	err  error         // why held could not be renewed; nil when it was not tried
	over chan struct{} // closed at the end of the turn under way, or of the next

	// These are run's.
	failures       int
	hopeless       bool      // only a person can renew held
	personNotified bool      // of that
	next           time.Time // no try before
}

func newSessionKeeper(r session.Renewal) *sessionKeeper {
	return &sessionKeeper{Renewal: r, held: r.Session, wanted: make(chan struct{}, 1), over: make(chan struct{})}
}

// currentSession returns what is held, or what takes its place when it is at its end.
// With an error it returns what was held last.
func (k *sessionKeeper) currentSession(ctx context.Context) (session.Session, error) {
	held, over := k.heldState()
	if now := k.Now(); !held.Due(now) {
		return held, nil
	} else if k.askForMore(); held.Left(now) > min(minServedLife, sessionLife(held)/5) {
		return held, nil // good while it is renewed
	}
	late := time.NewTimer(renewalWait)
	defer late.Stop()
	failed := errBusy
	select {
	case <-over:
		failed = nil
	case <-late.C:
	case <-ctx.Done():
		return held, ctx.Err()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held.Left(k.Now()) > 0 {
		return k.held, nil
	}
	if failed == nil {
		failed = k.err
	}
	if failed == nil {
		failed = errBusy // the turn was one of before
	}
	return k.held, failed
}

func (k *sessionKeeper) heldState() (session.Session, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.held, k.over
}

func (k *sessionKeeper) askForMore() {
	select {
	case k.wanted <- struct{}{}:
	default:
	}
}

func (k *sessionKeeper) explainError(held session.Session, err error) string {
	if errors.Is(err, errBusy) {
		return "stsx is renewing the credentials of " + held.Profile + ": try again"
	}
	return k.Explain(held, err)
}

func (k *sessionKeeper) forgetSession() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held, k.Session = session.Session{}, session.Session{}
}

// runRenewals renews until ctx ends.
func (k *sessionKeeper) runRenewals(ctx context.Context) {
	for ctx.Err() == nil {
		timer := time.NewTimer(k.nextPause())
		select {
		case <-timer.C:
		case <-k.wanted:
		case <-ctx.Done():
		}
		timer.Stop()
		held, _ := k.heldState()
		if ctx.Err() != nil || !held.Due(k.Now()) {
			continue
		}
		s, err := k.tryRenewal(ctx, held)
		k.mu.Lock()
		k.held, k.err = s, err
		close(k.over)
		k.over = make(chan struct{})
		k.mu.Unlock()
		if err != nil && k.hopeless && !k.personNotified {
			k.personNotified = true
			k.Failed(held, err)
		}
	}
}

// nextPause is how long there is nothing to do unless somebody asks.
func (k *sessionKeeper) nextPause() time.Duration {
	held, _ := k.heldState()
	now := k.Now()
	if !held.Due(now) {
		return min(clockInterval, held.Renewal().Sub(now))
	}
	if k.hopeless {
		return storeInterval
	}
	return max(0, min(storeInterval, k.next.Sub(now)))
}

// tryRenewal tries once to get what takes held's place, and returns held with why
// there is none. When it is not yet time for another try it only looks at what
// other processes have left.
func (k *sessionKeeper) tryRenewal(ctx context.Context, held session.Session) (session.Session, error) {
	s, ok := k.Kept(ctx, held)
	if !ok {
		if k.hopeless || k.Now().Before(k.next) {
			return held, k.err // nobody else writes it
		}
		var err error
		if s, err = k.Renew(ctx, held); err != nil {
			k.hopeless = ctx.Err() == nil && isFinal(err)
			k.next = k.Now().Add(min(longestRetry, firstRetry<<min(k.failures, 5)))
			k.failures++
			return held, err
		}
	}
	k.failures, k.hopeless, k.personNotified = 0, false, false
	// By a clock that is wrong even a new session may be due.
	k.next = time.Time{}
	if s.Due(k.Now()) {
		k.next = k.Now().Add(longestRetry)
	}
	return s, nil
}

// sessionLife is how long s's credentials last in all.
func sessionLife(s session.Session) time.Duration {
	return max(0, s.Credentials.Expires.Sub(s.Issued))
}

// isFinal reports whether trying again can't help: somebody has to do something.
func isFinal(err error) bool {
	var (
		input   *session.InputError
		refused *session.RefusedError
		role    *session.RoleError
		guard   *session.GuardError
		origin  *session.OriginError
		page    *session.PageError
		aws     *session.AWSError
	)
	switch {
	case errors.As(err, &aws):
		return !slices.Contains([]string{"", "Throttling", "ThrottlingException", "ServiceUnavailable", "InternalFailure",
			"ExpiredToken", "ExpiredTokenException"}, aws.Code)
	case errors.Is(err, context.DeadlineExceeded):
		return false
	}
	return errors.As(err, &input) || errors.As(err, &refused) || errors.As(err, &role) || errors.As(err, &guard) ||
		errors.As(err, &origin) || errors.As(err, &page)
}
