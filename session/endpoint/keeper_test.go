package endpoint

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
)

// world is what a keeper has around it: other processes, Okta and a person.
type world struct {
	*sessionKeeper
	kept    atomic.Pointer[session.Session] // what another process has left
	renewal atomic.Pointer[func(ctx context.Context, n int64) (session.Session, error)]
	renewed atomic.Int64
	failed  atomic.Int64
	skew    atomic.Int64 // of the clock, beside that of timers: a sleep of the machine
}

// renews says what comes of renewals from now on; n counts them.
func (w *world) renews(f func(ctx context.Context, n int64) (session.Session, error)) {
	w.renewal.Store(&f)
}

func (w *world) now() time.Time { return time.Now().Round(0).Add(time.Duration(w.skew.Load())) }

// made is a session that lasts from now on.
func (w *world) made(id string, life time.Duration) session.Session {
	now := w.now()
	return session.Session{Profile: "prod", Issued: now, Credentials: session.Credentials{
		AccessKeyID: id, SecretAccessKey: session.NewSecret("s"), SessionToken: session.NewSecret("t"), Expires: now.Add(life),
	}}
}

// inWorld runs f with a keeper whose session lasts an hour, in time of its own.
func inWorld(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		w.renews(func(context.Context, int64) (session.Session, error) { return w.made("new", time.Hour), nil })
		w.sessionKeeper = newSessionKeeper(session.Renewal{
			Session: w.made("old", time.Hour),
			Kept: func(_ context.Context, held session.Session) (session.Session, bool) {
				if s := w.kept.Load(); s != nil && !s.Due(w.now()) {
					return *s, true
				}
				return session.Session{}, false
			},
			Renew: func(ctx context.Context, held session.Session) (session.Session, error) {
				return (*w.renewal.Load())(ctx, w.renewed.Add(1))
			},
			Failed:  func(session.Session, error) { w.failed.Add(1) },
			Explain: func(held session.Session, err error) string { return held.Profile + ": " + err.Error() },
			Now:     w.now,
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go w.runRenewals(ctx)
		f(t, w)
	})
}

func (w *world) gets(t *testing.T, id string) {
	t.Helper()
	s, err := w.currentSession(t.Context(), renewalWait)
	if err != nil || s.Credentials.AccessKeyID != id {
		t.Errorf("got %s, %v; want %s", s.Credentials.AccessKeyID, err, id)
	}
}

func (w *world) fails(t *testing.T, text string) {
	t.Helper()
	s, err := w.currentSession(t.Context(), renewalWait)
	if err == nil || !strings.Contains(w.explainRefusal(s, err).Message, text) {
		t.Errorf("got %s, %v; want %q", s.Credentials.AccessKeyID, err, text)
	}
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var errNetwork = errors.New("dial tcp: connection refused")

// TestRenewsAhead: at four fifths of its life, and nothing before.
func TestRenewsAhead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		pass(48*time.Minute - time.Second)
		if w.gets(t, "old"); w.renewed.Load() != 0 {
			t.Error("renewed too early")
		}
		pass(time.Second)
		w.gets(t, "new")
		pass(47 * time.Minute)
		if w.gets(t, "new"); w.renewed.Load() != 1 {
			t.Errorf("renewed %d times", w.renewed.Load())
		}
		pass(2 * time.Minute)
		if w.renewed.Load() != 2 {
			t.Errorf("renewed %d times", w.renewed.Load())
		}
	})
}

// TestOnceForAll: whoever asks meanwhile gets what is held while it is good, and
// else waits for the one renewal, but never long.
func TestOnceForAll(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		w.renews(func(context.Context, int64) (session.Session, error) { <-release; return w.made("new", time.Hour), nil })
		pass(50 * time.Minute)
		began := time.Now()
		if w.gets(t, "old"); time.Since(began) != 0 {
			t.Error("a question waited while the credentials were good")
		}
		pass(11 * time.Minute)
		began = time.Now()
		if w.fails(t, "stsx is renewing the credentials of prod: try again"); time.Since(began) != renewalWait {
			t.Errorf("it took %s", time.Since(began))
		}
		done := make(chan struct{})
		for range 50 {
			go func() { w.gets(t, "new"); done <- struct{}{} }()
		}
		synctest.Wait()
		close(release)
		for range 50 {
			<-done
		}
		if w.renewed.Load() != 1 {
			t.Errorf("renewed %d times", w.renewed.Load())
		}
	})
}

// TestAtItsEnd: with some seconds left a question rather waits for the next
// credentials, and gets the old ones if those don't come.
func TestAtItsEnd(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.renews(func(_ context.Context, n int64) (session.Session, error) {
			time.Sleep(500 * time.Millisecond)
			return session.Session{}, errNetwork
		})
		pass(time.Hour - 5*time.Second)
		w.gets(t, "old")
		w.renews(func(context.Context, int64) (session.Session, error) {
			time.Sleep(500 * time.Millisecond)
			return w.made("new", time.Hour), nil
		})
		pass(longestRetry + time.Second)
		w.gets(t, "new")
	})
}

// TestNetworkAway: it is tried again, less and less often, and the old
// credentials serve as long as they are good.
func TestNetworkAway(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.renews(func(context.Context, int64) (session.Session, error) { return session.Session{}, errNetwork })
		pass(59 * time.Minute)
		w.gets(t, "old")
		if n := w.renewed.Load(); n < 10 || n > 20 {
			t.Errorf("tried %d times in eleven minutes", n)
		}
		pass(2 * time.Minute)
		w.fails(t, "prod: dial tcp: connection refused")
		if w.failed.Load() != 0 {
			t.Error("a person was called for what passes")
		}
		w.renews(func(context.Context, int64) (session.Session, error) { return w.made("new", time.Hour), nil })
		pass(longestRetry)
		w.gets(t, "new")
	})
}

// TestNeedsPerson: the person is called once, nothing is tried again, and what
// they get elsewhere is used at once.
func TestNeedsPerson(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.renews(func(context.Context, int64) (session.Session, error) {
			return session.Session{}, &session.InputError{What: "a sign-in"}
		})
		pass(59 * time.Minute)
		w.gets(t, "old")
		pass(2 * time.Minute)
		w.fails(t, "a sign-in is required")
		if w.renewed.Load() != 1 || w.failed.Load() != 1 {
			t.Errorf("tried %d times, called %d times", w.renewed.Load(), w.failed.Load())
		}
		next := w.made("theirs", time.Hour)
		w.kept.Store(&next)
		w.gets(t, "theirs")
		// For the next one they are called again.
		pass(50 * time.Minute)
		if w.renewed.Load() != 2 || w.failed.Load() != 2 {
			t.Errorf("tried %d times, called %d times", w.renewed.Load(), w.failed.Load())
		}
	})
}

// TestSleep: the machine sleeps over the end; the first question after that
// causes the renewal, and without one the clock does.
func TestSleep(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		pass(time.Minute)
		w.skew.Store(int64(3 * time.Hour))
		if w.gets(t, "new"); w.renewed.Load() != 1 {
			t.Errorf("renewed %d times", w.renewed.Load())
		}
		w.skew.Store(int64(6 * time.Hour))
		pass(clockInterval)
		if w.renewed.Load() != 2 {
			t.Errorf("renewed %d times", w.renewed.Load())
		}
	})
}

// TestWrongClock: where even a new session is due at once, Okta is not asked
// without end.
func TestWrongClock(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.renews(func(context.Context, int64) (session.Session, error) { return w.made("new", -time.Hour), nil })
		pass(48 * time.Minute)
		n := w.renewed.Load()
		pass(10 * time.Minute)
		if got := w.renewed.Load() - n; got < 1 || got > 11 {
			t.Errorf("renewed %d times in ten minutes", got)
		}
		w.fails(t, "try again")
	})
}

// TestShortSession: a session of seconds is renewed as one of hours.
func TestShortSession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.renews(func(context.Context, int64) (session.Session, error) { return w.made("new", 10*time.Second), nil })
		pass(time.Hour)
		n := w.renewed.Load()
		for range 100 {
			pass(time.Second)
			w.gets(t, "new")
		}
		if got := w.renewed.Load() - n; got < 12 || got > 13 {
			t.Errorf("renewed %d times in 100 s", got)
		}
	})
}

func TestFinal(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&session.InputError{}, &session.RefusedError{}, &session.RoleError{}, &session.GuardError{}, &session.OriginError{},
		&session.PageError{},
		&session.AWSError{Code: "AccessDenied"}, &session.ScreenError{Err: &session.RefusedError{}},
	} {
		if !isFinal(err) {
			t.Errorf("%T is tried again", err)
		}
	}
	for _, err := range []error{
		errNetwork, context.DeadlineExceeded, &session.AWSError{Err: errNetwork}, &session.AWSError{Code: "Throttling"},
		&session.AWSError{Code: "ExpiredToken"},
		errors.Join(&session.PageError{}, context.DeadlineExceeded),
	} {
		if isFinal(err) {
			t.Errorf("%v is not tried again", err)
		}
	}
}
