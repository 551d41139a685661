package endpoint

import (
	"context"
	"errors"
	"net/http"
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
	profile      string
	confirmation *confirmation // nil: nobody is asked
	wanted       chan struct{} // holds one token when somebody asked for more than is held

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
	return &sessionKeeper{Renewal: r, profile: r.Session.Profile, confirmation: newConfirmation(r), held: r.Session,
		wanted: make(chan struct{}, 1), over: make(chan struct{})}
}

// notPermittedError is why there is to be no hand-over.
type notPermittedError struct{ error }

func (e notPermittedError) Unwrap() error { return e.error }

// handOver is currentSession, if it may be handed over to that caller. The question
// whether it may is waited for as long.
func (k *sessionKeeper) handOver(ctx context.Context, to session.Caller, wait time.Duration) (session.Session, error) {
	held, _ := k.heldState()
	if k.Permit != nil {
		if err := k.Permit(); err != nil {
			return held, notPermittedError{err}
		}
	}
	if k.confirmation != nil {
		if err := k.confirmation.awaitAnswer(ctx, to, wait); err != nil {
			return held, err
		}
	}
	return k.currentSession(ctx, wait)
}

// currentSession returns what is held, or what takes its place when it is at its end,
// for which it waits that long. With an error it returns what was held last.
func (k *sessionKeeper) currentSession(ctx context.Context, wait time.Duration) (session.Session, error) {
	held, over := k.heldState()
	if now := k.Now(); !held.Due(now) {
		return held, nil
	} else if k.askForMore(); held.Left(now) > min(minServedLife, sessionLife(held)/5) {
		return held, nil // good while it is renewed
	}
	late := time.NewTimer(wait)
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

// explainRefusal is the answer in place of credentials.
func (k *sessionKeeper) explainRefusal(held session.Session, err error) *requestRefusal {
	// Of the 5xx that every SDK tries again: what is missing may be there by then.
	r := &requestRefusal{http.StatusServiceUnavailable, session.ServedUnavailable, ""}
	var forbidden notPermittedError
	var input *session.InputError
	switch {
	case errors.Is(err, errBusy):
		r.Message = "stsx is renewing the credentials of " + held.Profile + ": try again"
		return r
	case errors.As(err, &forbidden), errors.Is(err, session.ErrDeclined), errors.Is(err, session.ErrWindowClosed):
		r.status, r.Code = http.StatusForbidden, session.ServedForbidden
	case errors.As(err, &input):
		r.Code = session.ServedNeedsInput
	}
	r.Message = k.Explain(held, err)
	return r
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
		asked := false
		select {
		case <-timer.C:
		case <-k.wanted:
			asked = true
		case <-ctx.Done():
		}
		timer.Stop()
		held, _ := k.heldState()
		if ctx.Err() != nil || !held.Due(k.Now()) || k.Attended != nil && !asked {
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
	if k.Attended != nil {
		return clockInterval
	}
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
		var input *session.InputError
		s, err = k.Renew(ctx, held)
		if k.Attended != nil && errors.As(err, &input) {
			return k.tryAttended(ctx, held, err)
		}
		if err != nil {
			k.hopeless = ctx.Err() == nil && isFinal(err)
			k.next = k.Now().Add(min(longestRetry, firstRetry<<min(k.failures, 5)))
			k.failures++
			return held, err
		}
	}
	k.noteRenewed(s)
	return s, nil
}

// noteRenewed begins anew with s.
func (k *sessionKeeper) noteRenewed(s session.Session) {
	k.failures, k.hopeless, k.personNotified = 0, false, false
	// By a clock that is wrong even a new session may be due.
	k.next = time.Time{}
	if s.Due(k.Now()) {
		k.next = k.Now().Add(longestRetry)
	}
}

// tryAttended asks the person for what takes held's place, but not while held is good
// without them. failed is why it can't be had otherwise.
func (k *sessionKeeper) tryAttended(ctx context.Context, held session.Session, failed error) (session.Session, error) {
	if held.Fresh(k.Now()) {
		k.next = k.Now().Add(longestRetry)
		return held, failed
	}
	s, err := k.Attended(ctx, held)
	var input *session.InputError
	switch {
	case err == nil:
		k.noteRenewed(s)
		return s, nil
	case errors.As(err, &input):
		k.next = k.Now().Add(unansweredLife)
	default:
		k.next = k.Now().Add(answerLife)
	}
	return held, err
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
