package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAskWhile(t *testing.T) {
	after := func(wait time.Duration, text string, fails error) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) {
			select {
			case <-time.After(wait):
				return text, fails
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
	}
	fails, ends := errors.New("it fails"), errors.New("Ctrl-C")
	for name, c := range map[string]struct {
		ask      func(context.Context) (string, error)
		watch    func(context.Context) (string, error)
		cancel   time.Duration
		answer   string
		happened bool
		err      error
		took     time.Duration
	}{
		"the answer first":           {after(1, "yes", nil), after(5, "", nil), 0, "yes", false, nil, 1},
		"no answer, an error":        {after(1, "", fails), after(5, "", nil), 0, "", false, fails, 1},
		"the event first":            {after(5, "yes", nil), after(1, "", nil), 0, "", true, nil, 1},
		"the watch fails":            {after(5, "yes", nil), after(1, "", fails), 0, "", true, fails, 1},
		"over before either":         {after(5, "yes", nil), after(5, "", nil), 2, "", false, ends, 2},
		"asked for ever, it happens": {after(time.Hour, "", nil), after(3, "", nil), 0, "", true, nil, 3},
		"an answer despite the end": {func(ctx context.Context) (string, error) { <-ctx.Done(); return "late", nil },
			after(1, "", nil), 0, "", true, nil, 1},
		"an event despite the end": {after(1, "yes", nil),
			func(ctx context.Context) (string, error) { <-ctx.Done(); return "", nil }, 0, "", true, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.cancel > 0 {
					time.AfterFunc(c.cancel, func() { cancel(ends) })
				}
				begun := time.Now()
				answer, happened, err := AskWhile(ctx, c.ask, func(ctx context.Context) error { _, err := c.watch(ctx); return err })
				if answer != c.answer || happened != c.happened || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("%q, %t, %v", answer, happened, err)
				}
				if took := time.Since(begun); took != c.took {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
