package form

import (
	"context"
	"errors"

	"stsx/session"
	"stsx/session/page"
)

// signInInWindow waits while the person signs in in the window.
func signInInWindow(ctx context.Context, ask session.Prompter, tab page.Page, o session.Org) error {
	defer session.PauseDeadline(ctx, session.PersonTurnLimit)()
	ask.Progress("")
	_, _, err := session.AskWhile(ctx,
		func(ctx context.Context) (int, error) {
			return ask.Wait(ctx, session.Errand{Prompt: "sign in to " + o.Name + " in the window"})
		},
		func(ctx context.Context) error { return awaitPost(ctx, tab) })
	if o.AsksInWindow(ask) {
		err = session.UnansweredWindow(ctx, err)
	}
	return err
}

func awaitPost(ctx context.Context, tab page.Page) error {
	for {
		if _, err := tab.SketchControls(ctx); errors.Is(err, page.ErrPosted) {
			return nil
		} else if err != nil {
			return err
		}
		if err := session.Pause(ctx, lookInterval); err != nil {
			return err
		}
	}
}
