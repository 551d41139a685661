package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// Press presses the first visible match and waits for what that causes: the answer to the first XHR or fetch begun after
// it whose URL path contains one of replies (any, if there are none), or a new document. A press that is lost (the page
// was still moving, or a dialog swallowed it) is repeated in other ways, at most twice and never once a request went out.
//
// A request that got no answer is a *NetworkError, page.ErrUnanswered when ctx ended before one came; nothing at all after
// the third press is page.ErrNoReaction.
func (t *Tab) Press(ctx context.Context, mark string, replies ...string) (page.Reply, error) {
	return t.PressNth(ctx, mark, 0, page.Work{}, replies...)
}

// PressNth is Press for one of several visible matches, counted as in Texts, on a page that may work before it sends. One that
// gives up is page.ErrGaveUp: it is not pressed again.
func (t *Tab) PressNth(ctx context.Context, mark string, n int, work page.Work, replies ...string) (page.Reply, error) {
	reply, err := t.pressMark(ctx, mark, n, work, replies)
	switch {
	case errors.Is(err, page.ErrUnanswered):
		return reply, err
	case err != nil && ctx.Err() != nil:
		return reply, timeoutError(ctx, "what a press causes")
	}
	return reply, actionError("pressing a button", mark, err)
}

func (t *Tab) pressMark(ctx context.Context, mark string, n int, work page.Work, replies []string) (page.Reply, error) {
	if err := t.awaitStill(ctx, mark, n); err != nil {
		return page.Reply{}, err
	}
	return t.pressAndWait(ctx, work, replies,
		func() (hit bool, err error) { return hit, t.callScript(ctx, &hit, "press", mark, n) },
		func() (bool, error) { return t.pressEnter(ctx) },
		func() (hit bool, err error) { return hit, t.callScript(ctx, &hit, "repress") },
	)
}

// pressAndWait presses and waits for what that causes; a press that seems lost is followed by the next.
func (t *Tab) pressAndWait(ctx context.Context, work page.Work, replies []string, presses ...func() (bool, error)) (page.Reply, error) {
	w := t.network.beginPress(replies)
	defer t.network.endPress()
	for i, press := range presses {
		begun := time.Now() // before the press: what it causes may be heard of before it returns
		hit, err := press()
		switch {
		case errors.Is(err, errReplaced): // by what the press caused: the network knows more
		case err != nil:
			return page.Reply{}, err
		case !hit && i == 0:
			return page.Reply{}, page.ErrAbsent
		case !hit:
			return page.Reply{}, nil // redrawn without a request
		}
		if lost, err := t.awaitReaction(ctx, w, work, begun); err != nil {
			return page.Reply{}, err
		} else if !lost {
			return t.reactionReply(ctx, w)
		}
	}
	return page.Reply{}, page.ErrNoReaction
}

// awaitReaction waits for what the press made at begun causes. lost: there is no sign of anything.
func (t *Tab) awaitReaction(ctx context.Context, w *reaction, work page.Work, begun time.Time) (lost bool, err error) {
	for {
		if err := t.followWork(ctx, w, work); err != nil {
			return false, err
		}
		settled, lost, wait, changed := t.network.pressOutcome(w, begun)
		if work.Going != "" {
			wait = min(wait, workInterval)
		}
		if settled || lost {
			return lost && !settled, nil
		}
		again := time.NewTimer(wait)
		select {
		case <-changed:
		case <-again.C:
		case <-t.over.Done():
			again.Stop()
			return false, unlessPosted(context.Cause(t.over))
		case <-ctx.Done():
			again.Stop()
			if t.network.isSent(w) {
				return false, fmt.Errorf("%w: %w", page.ErrUnanswered, context.Cause(ctx))
			}
			return false, context.Cause(ctx)
		}
		again.Stop()
	}
}

// workInterval is the time between two looks at a page that works.
const workInterval = 250 * time.Millisecond

// followWork looks whether the page that was pressed is at work. page.ErrGaveUp: it was.
func (t *Tab) followWork(ctx context.Context, w *reaction, work page.Work) error {
	if work.Going == "" {
		return nil
	}
	looking, release := withEither(ctx, t.over)
	defer release()
	over, err := t.Visible(looking, work.Over)
	if err == nil && over {
		return page.ErrGaveUp
	}
	going, err := t.Visible(looking, work.Going)
	if err == nil && going {
		t.network.works(w)
	}
	if looking.Err() != nil { // whoever waits for the reaction sees why
		return nil
	}
	return err
}

// reactionReply is what the press caused, with the answer's body fetched.
func (t *Tab) reactionReply(ctx context.Context, w *reaction) (page.Reply, error) {
	t.network.mu.Lock()
	reply, wanted, settled, err := w.reply, w.wanted, w.settled, w.err
	t.network.mu.Unlock()
	switch {
	case t.over.Err() != nil && !settled:
		return page.Reply{Navigated: true}, nil
	case err != nil || wanted == nil || reply.Navigated:
		return reply, err
	}
	reply.Body, err = t.body(ctx, wanted.id)
	return reply, err
}

// pressEnter presses Enter in the form as a keyboard would. It may be swallowed by a dialog of Chromium's and then never be
// answered, so it gets its own short time.
func (t *Tab) pressEnter(ctx context.Context) (bool, error) {
	var there bool
	if err := t.callScript(ctx, &there, "focus"); err != nil || !there {
		return there, err
	}
	short, cancel := context.WithTimeout(ctx, waitSlice)
	defer cancel()
	s := t.ownSession(short)
	key := proto.InputDispatchKeyEvent{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	for _, kind := range []proto.InputDispatchKeyEventType{proto.InputDispatchKeyEventTypeKeyDown, proto.InputDispatchKeyEventTypeKeyUp} {
		key.Type, key.Text = kind, ""
		if kind == proto.InputDispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		if err := key.Call(s); err != nil {
			if ctx.Err() == nil && (short.Err() != nil || errors.Is(asReplaced(err), errReplaced)) {
				return true, nil
			}
			return false, fmt.Errorf("pressing Enter: %w", err)
		}
	}
	return true, nil
}
