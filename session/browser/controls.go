package browser

import (
	"context"
	"errors"
	"fmt"

	"stsx/session"
	"stsx/session/page"
)

// FillControl types into a field of the last View if the page's origin is the one given, else it does nothing and returns
// a *session.OriginError. ErrAbsent: the page has changed.
func (t *Tab) FillControl(ctx context.Context, n int, text session.Secret, origin string) error {
	t.hideTyped(text)
	return t.answer(ctx, n, text.Reveal(), origin)
}

// PickOption picks an option of a choice, under the terms of FillControl.
func (t *Tab) PickOption(ctx context.Context, n, option int, origin string) error {
	return t.answer(ctx, n, option, origin)
}

// TickControl sets a box, under the terms of FillControl.
func (t *Tab) TickControl(ctx context.Context, n int, on bool, origin string) error {
	return t.answer(ctx, n, on, origin)
}

func (t *Tab) answer(ctx context.Context, n int, value any, origin string) error {
	return t.callOnControl(ctx, "filling in", "answer", origin, n, value, origin)
}

// PressControl presses the nth control of the last View, under the terms of FillControl, and waits for what that causes, as
// Press does. ErrNoReaction: the page asked nothing of the network. ErrDisabled.
func (t *Tab) PressControl(ctx context.Context, n int, origin string) error {
	_, err := t.pressAndWait(ctx, page.Work{}, nil, func() (bool, error) {
		err := t.callOnControl(ctx, "pressing", "follow", origin, n, origin)
		return err == nil, err
	})
	if err != nil && ctx.Err() != nil {
		return timeoutError(ctx, "what a press causes")
	}
	return err
}

// callOnControl calls a function of dom.js that acts on a control. errReplaced passes through.
func (t *Tab) callOnControl(ctx context.Context, act, name, origin string, args ...any) error {
	var result struct {
		Origin *string
		Absent bool
		Off    bool
		Kept   *int
	}
	err := t.callScript(ctx, &result, name, args...)
	switch {
	case name == "answer" && errors.Is(err, errReplaced):
		return page.ErrAbsent
	case err != nil:
		return err
	case result.Origin != nil:
		return &session.OriginError{Got: *result.Origin, Want: origin}
	case result.Absent:
		return page.ErrAbsent
	case result.Off:
		return page.ErrDisabled
	case result.Kept != nil:
		return fmt.Errorf("%s: the field takes only %d characters of that", act, *result.Kept)
	}
	return nil
}
