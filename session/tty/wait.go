package tty

import (
	"context"

	"stsx/session"
)

// Wait shows what is waited for until ctx ends.
func (t *Terminal) Wait(ctx context.Context, e session.Errand) (int, error) {
	text := e.Prompt
	if e.Number != "" {
		text += ": " + e.Number
	}
	t.Say(text)
	<-ctx.Done()
	return -1, context.Cause(ctx)
}
