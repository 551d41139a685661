package endpoint

import (
	"context"
	"errors"
	"sync"
	"time"

	"stsx/session"
)

const (
	// answerLife is how long an answer of the person's counts: an SDK that got none in
	// time asks again, and so do the next processes of a build.
	answerLife = 30 * time.Second
	// unansweredLife is how long it counts that nobody could be asked.
	unansweredLife = time.Second
)

// confirmation is a question to the person that is asked once, however many callers wait
// for the answer.
type confirmation struct {
	ask    func(ctx context.Context, to session.Caller) error
	now    func() time.Time
	wanted chan session.Caller // holds one caller when somebody waits

	mu    sync.Mutex
	err   error         // the last answer; nil = yes
	until time.Time     // when that stops counting
	over  chan struct{} // closed at the next answer
}

func newConfirmation(r session.Renewal) *confirmation {
	if r.Confirm == nil {
		return nil
	}
	return &confirmation{ask: r.Confirm, now: r.Now, wanted: make(chan session.Caller, 1), over: make(chan struct{})}
}

// awaitAnswer returns the answer: nil for yes, errBusy when there is none within wait.
func (c *confirmation) awaitAnswer(ctx context.Context, to session.Caller, wait time.Duration) error {
	over, err, counts := c.lastAnswer()
	if counts {
		return err
	}
	select {
	case c.wanted <- to:
	default:
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case <-over:
		_, err, _ := c.lastAnswer()
		return err
	case <-late.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *confirmation) lastAnswer() (over <-chan struct{}, err error, counts bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over, c.err, c.now().Before(c.until)
}

// run asks until ctx ends.
func (c *confirmation) run(ctx context.Context) {
	for {
		var to session.Caller
		select {
		case <-ctx.Done():
			return
		case to = <-c.wanted:
		}
		if _, _, counts := c.lastAnswer(); counts {
			continue // it came while the last one was being asked for
		}
		err := c.ask(ctx, to)
		life := answerLife
		var input *session.InputError
		if errors.As(err, &input) {
			life = unansweredLife
		}
		c.mu.Lock()
		c.err, c.until = err, c.now().Add(life)
		close(c.over)
		c.over = make(chan struct{})
		c.mu.Unlock()
	}
}
