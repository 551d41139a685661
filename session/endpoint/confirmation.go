package endpoint

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"stsx/session"
)

const (
	// answerLife is how long an answer of the person's counts for the same program: an SDK
	// that got none in time asks again, and so do the next processes of a build.
	answerLife = 30 * time.Second
	// unansweredLife is how long it counts that nobody could be asked.
	unansweredLife = time.Second
)

// confirmation is a question to the person that is asked once a program, by the name that it
// gives itself, however many callers of that name wait for the answer.
type confirmation struct {
	ask    func(ctx context.Context, to session.Caller) error
	now    func() time.Time
	wanted chan session.Caller // holds one caller when somebody waits

	mu      sync.Mutex
	answers map[string]givenAnswer // by the program's name
	over    chan struct{}          // closed at the next answer
}

type givenAnswer struct {
	err   error     // nil = yes
	until time.Time // when it stops counting
}

func newConfirmation(r session.Renewal) *confirmation {
	if r.Confirm == nil {
		return nil
	}
	return &confirmation{ask: r.Confirm, now: r.Now, wanted: make(chan session.Caller, 1),
		answers: map[string]givenAnswer{}, over: make(chan struct{})}
}

// awaitAnswer returns the answer: nil for yes, errBusy when there is none within wait.
func (c *confirmation) awaitAnswer(ctx context.Context, to session.Caller, wait time.Duration) error {
	late := time.NewTimer(wait)
	defer late.Stop()
	for {
		over, err, counts := c.lastAnswer(to)
		if counts {
			return err
		}
		select {
		case c.wanted <- to:
		default:
		}
		select {
		case <-over: // it may have been about another program
		case <-late.C:
			return errBusy
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lastAnswer is what was last said of a program; counts: there is one. over is closed at the next.
func (c *confirmation) lastAnswer(to session.Caller) (over <-chan struct{}, err error, counts bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	given, found := c.answers[to.Agent]
	return c.over, given.err, found && c.now().Before(given.until)
}

// keepAnswer lets who waits go on. Answers that count no more are forgotten.
func (c *confirmation) keepAnswer(to session.Caller, err error, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	maps.DeleteFunc(c.answers, func(_ string, given givenAnswer) bool { return !now.Before(given.until) })
	c.answers[to.Agent] = givenAnswer{err, now.Add(life)}
	close(c.over)
	c.over = make(chan struct{})
}

// runQuestions asks until ctx ends.
func (c *confirmation) runQuestions(ctx context.Context) {
	for {
		var to session.Caller
		select {
		case <-ctx.Done():
			return
		case to = <-c.wanted:
		}
		if _, _, counts := c.lastAnswer(to); counts {
			continue // it came while the last one was being asked for
		}
		err := c.ask(ctx, to)
		life := answerLife
		var input *session.InputError
		if errors.As(err, &input) {
			life = unansweredLife
		}
		c.keepAnswer(to, err, life)
	}
}
