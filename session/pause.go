package session

import (
	"context"
	"time"
)

// Pause waits for d, or until ctx ends: then its cause is the error.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// PauseSecond is Pause for a second.
func PauseSecond(ctx context.Context) error { return Pause(ctx, time.Second) }
