package session

import (
	"context"
	"sync"
	"time"
)

// StartDeadline is a copy of ctx that ends with context.DeadlineExceeded once d has
// gone by, the time that PauseDeadline takes out not counted. cancel must be called.
func StartDeadline(ctx context.Context, d time.Duration) (limited context.Context, cancel context.CancelFunc) {
	l := &pausableContext{Context: ctx, done: make(chan struct{}), left: d}
	l.mu.Lock()
	l.startClock()
	l.follow = context.AfterFunc(ctx, ContainPanic(func() { l.endWith(ctx.Err()) }))
	l.mu.Unlock()
	// A context of the library's on top: context.Cause knows no other kind, and
	// would have no cause when the time is over.
	limited, release := context.WithCancel(l)
	return limited, func() { l.endWith(context.Canceled); release() }
}

// PersonTurnLimit is how long a person's turn stops the clock of a sign-in, at
// the longest.
const PersonTurnLimit = 10 * time.Minute

// PauseDeadline stops the clock of the deadline that ctx is under, until resume is called
// or most has gone by: what a person does at a page of the provider's takes the
// time it takes. Without one it does nothing. Pauses may overlap.
func PauseDeadline(ctx context.Context, most time.Duration) (resume func()) {
	l, ok := ctx.Value(deadlineKey{}).(*pausableContext)
	if !ok {
		return func() {}
	}
	l.stopClock()
	once := sync.OnceFunc(l.resumeClock)
	late := time.AfterFunc(most, ContainPanic(once))
	return func() { late.Stop(); once() }
}

// TimeLeft is how much of the deadline that ctx is under has still to run.
// limited: it is under one.
func TimeLeft(ctx context.Context) (left time.Duration, limited bool) {
	l, ok := ctx.Value(deadlineKey{}).(*pausableContext)
	if !ok {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses > 0 {
		return l.left, true
	}
	return max(0, l.left-time.Since(l.begun)), true
}

type deadlineKey struct{}

// pausableContext is a context whose clock can be stopped.
type pausableContext struct {
	context.Context
	done   chan struct{}
	follow func() bool // ends the watch on the context above

	mu     sync.Mutex
	err    error
	left   time.Duration // when the clock stands: what it has still to run
	begun  time.Time     // when it runs: since when
	clock  *time.Timer
	pauses int
}

func (l *pausableContext) Deadline() (time.Time, bool) { return l.Context.Deadline() } // its own moves
func (l *pausableContext) Done() <-chan struct{}       { return l.done }

func (l *pausableContext) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *pausableContext) Value(key any) any {
	if key == (deadlineKey{}) {
		return l
	}
	return l.Context.Value(key)
}

func (l *pausableContext) endWith(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return
	}
	l.err = err
	l.clock.Stop()
	close(l.done)
	l.follow()
}

// startClock starts the clock; the caller holds l.mu.
func (l *pausableContext) startClock() {
	l.begun = time.Now()
	l.clock = time.AfterFunc(l.left, ContainPanic(func() { l.endWith(context.DeadlineExceeded) }))
}

func (l *pausableContext) stopClock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses++; l.pauses == 1 && l.clock.Stop() {
		l.left = max(0, l.left-time.Since(l.begun))
	}
}

func (l *pausableContext) resumeClock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses--; l.pauses == 0 && l.err == nil {
		l.startClock()
	}
}
