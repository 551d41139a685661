package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"stsx/session"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// devtoolsSession is one DevTools session under one context: what proto's calls take. The empty id is the browser itself.
type devtoolsSession struct {
	b   *Browser
	ctx context.Context
	id  proto.TargetSessionID
}

func (b *Browser) sessionFor(ctx context.Context, id proto.TargetSessionID) devtoolsSession {
	return devtoolsSession{b, ctx, id}
}

// GetContext and GetSessionID make devtoolsSession what proto looks for.
func (s devtoolsSession) GetContext() context.Context         { return s.ctx }
func (s devtoolsSession) GetSessionID() proto.TargetSessionID { return s.id }

// Call fits proto.Client. rod's client would wait for ever for an answer of a dead browser, and its reader for a caller
// that left early; a context that ends with either cures both.
func (s devtoolsSession) Call(ctx context.Context, id, method string, params any) ([]byte, error) {
	ctx, release := withEither(ctx, s.b.alive)
	defer release()
	answer, err := s.b.client.Call(ctx, id, method, params)
	switch {
	case err == nil:
		return answer, nil
	case s.b.alive.Err() != nil:
		return nil, context.Cause(s.b.alive)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	if refused := (*cdp.Error)(nil); !errors.As(err, &refused) {
		return nil, s.b.endReason() // the pipe broke, and the event loop has yet to hear of it
	}
	return nil, err
}

// withEither is ctx, ended early, with its cause, by other.
func withEither(ctx, other context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, session.ContainPanic(func() { cancel(context.Cause(other)) }))
	return ctx, func() { stop(); cancel(nil) }
}

// decodeEvent decodes an event for f. One that does not decode is of a protocol we don't speak, and skipped.
func decodeEvent[E any](event *cdp.Event, f func(E)) {
	var e E
	if json.Unmarshal(event.Params, &e) == nil {
		f(e)
	}
}

// timeoutError says what an ended context was waiting for. The error still is context.Canceled or DeadlineExceeded.
func timeoutError(ctx context.Context, what string) error {
	return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
}
