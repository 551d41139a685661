package session

import (
	"context"
	"time"
)

// WaitSecond waits a second, or until ctx ends: then its cause is the error.
func WaitSecond(ctx context.Context) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
