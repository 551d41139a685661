package process

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"stsx/session"
)

// Signalled is the cause of a context that a signal ended.
type Signalled struct{ Number int }

func (s Signalled) Error() string { return "interrupted" }

// UntilSignal returns a context that the first signal ends, so that the
// browser, the terminal and the locks are put in order; a second one ends the
// process as it would any. What the parent has told us to ignore (nohup) stays
// ignored. The returned function frees what is used.
func UntilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(received, s)
		}
	}
	done := make(chan struct{})
	go session.ContainPanic(func() {
		select {
		case s := <-received:
			signal.Stop(received)
			number, _ := s.(syscall.Signal)
			cancel(Signalled{Number: int(number)})
		case <-done:
		}
	})()
	return ctx, func() { signal.Stop(received); close(done); cancel(nil) }
}
