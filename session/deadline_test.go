package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := StartDeadline(t.Context(), time.Minute)
		defer cancel()
		derived, stop := context.WithCancel(ctx)
		defer stop()
		time.Sleep(50 * time.Second)
		resume := PauseDeadline(derived, time.Hour)
		inner := PauseDeadline(derived, time.Hour)
		time.Sleep(30 * time.Minute)
		inner()
		time.Sleep(10 * time.Minute)
		resume()
		resume()
		time.Sleep(9 * time.Second)
		if ctx.Err() != nil {
			t.Fatal("the clock ran while it was stopped")
		}
		time.Sleep(2 * time.Second)
		<-derived.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(derived.Err(), context.DeadlineExceeded) {
			t.Errorf("it ended with %v, below it %v", ctx.Err(), derived.Err())
		}
	})
}

func TestLimitOfAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := StartDeadline(t.Context(), time.Minute)
		defer cancel()
		defer PauseDeadline(ctx, 10*time.Minute)()
		time.Sleep(10*time.Minute + 59*time.Second)
		if ctx.Err() != nil {
			t.Fatal("ended early")
		}
		<-ctx.Done()
		if ctx.Err() != context.DeadlineExceeded {
			t.Error(ctx.Err())
		}
	})
}

func TestLimitEndsWithTheOneAbove(t *testing.T) {
	cause := errors.New("why")
	above, stop := context.WithCancelCause(t.Context())
	ctx, cancel := StartDeadline(above, time.Hour)
	defer cancel()
	stop(cause)
	<-ctx.Done()
	if ctx.Err() != context.Canceled || context.Cause(ctx) != cause {
		t.Errorf("%v, because of %v", ctx.Err(), context.Cause(ctx))
	}
	PauseDeadline(context.Background(), time.Second)()
}

func TestTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, limited := TimeLeft(t.Context()); limited {
			t.Error("limited")
		}
		ctx, cancel := StartDeadline(t.Context(), time.Minute)
		defer cancel()
		want := func(want time.Duration) {
			t.Helper()
			if left, limited := TimeLeft(ctx); !limited || left != want {
				t.Errorf("%v, %t, want %v", left, limited, want)
			}
		}
		want(time.Minute)
		time.Sleep(10 * time.Second)
		want(50 * time.Second)
		resume := PauseDeadline(ctx, time.Hour)
		time.Sleep(time.Minute)
		want(50 * time.Second)
		resume()
		time.Sleep(10 * time.Second)
		want(40 * time.Second)
		time.Sleep(time.Minute)
		want(0)
	})
}
