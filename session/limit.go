package session

import (
	"context"
	"sync"
	"time"
)

// Limit is a copy of ctx that ends with context.DeadlineExceeded once d has
// gone by, the time that Pause takes out not counted. cancel must be called.
func Limit(ctx context.Context, d time.Duration) (limited context.Context, cancel context.CancelFunc) {
	l := &limit{Context: ctx, done: make(chan struct{}), left: d}
	l.mu.Lock()
	l.run()
	l.follow = context.AfterFunc(ctx, func() { l.end(ctx.Err()) })
	l.mu.Unlock()
	return l, func() { l.end(context.Canceled) }
}

// Pause stops the clock of the Limit that ctx is under, until resume is called
// or most has gone by: what a person does at a page of the provider's takes the
// time it takes. Without a Limit it does nothing. Pauses may overlap.
func Pause(ctx context.Context, most time.Duration) (resume func()) {
	l, ok := ctx.Value(limitKey{}).(*limit)
	if !ok {
		return func() {}
	}
	l.pause()
	once := sync.OnceFunc(l.resume)
	late := time.AfterFunc(most, once)
	return func() { late.Stop(); once() }
}

// TimeLeft is how much of the Limit that ctx is under has still to run. limited:
// it is under one.
func TimeLeft(ctx context.Context) (left time.Duration, limited bool) {
	l, ok := ctx.Value(limitKey{}).(*limit)
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

type limitKey struct{}

// limit is a context whose clock can be stopped.
type limit struct {
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

func (l *limit) Deadline() (time.Time, bool) { return l.Context.Deadline() } // its own moves
func (l *limit) Done() <-chan struct{}       { return l.done }

func (l *limit) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *limit) Value(key any) any {
	if key == (limitKey{}) {
		return l
	}
	return l.Context.Value(key)
}

func (l *limit) end(err error) {
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

// run starts the clock; the caller holds l.mu.
func (l *limit) run() {
	l.begun = time.Now()
	l.clock = time.AfterFunc(l.left, func() { l.end(context.DeadlineExceeded) })
}

func (l *limit) pause() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses++; l.pauses == 1 && l.clock.Stop() {
		l.left = max(0, l.left-time.Since(l.begun))
	}
}

func (l *limit) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pauses--; l.pauses == 0 && l.err == nil {
		l.run()
	}
}
