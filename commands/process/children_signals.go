package process

import (
	"os"
	"os/signal"

	"stsx/session"
)

// listenSignals hands the signals that count to c until the returned function is
// called, which returns when nothing of it is left.
func (c *runningChildren) listenSignals(received chan os.Signal, counts func(os.Signal) bool) (end func()) {
	over, gone := make(chan struct{}), make(chan struct{})
	go session.ContainPanic(func() {
		defer close(gone)
		for {
			select {
			case s := <-received:
				if counts(s) {
					c.forwardSignal(s)
				}
			case <-over:
				return
			}
		}
	})()
	return func() {
		signal.Stop(received)
		close(over)
		<-gone
	}
}
