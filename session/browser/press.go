package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

const (
	// pressLostAfter is how long a press may go without any sign of life before it counts as lost.
	pressLostAfter = 1500 * time.Millisecond
	// requestWait is the same once there was one, though not the request wanted: Okta's device fingerprint takes up to 2 s
	// between the click and the post, and a second click would make no sense.
	requestWait = 5 * time.Second
)

// Press presses the first visible match and waits for what that causes: the answer to the first XHR or fetch begun after
// it whose URL path contains one of replies (any, if there are none), or a new document. A press that is lost (the page
// was still moving, or a dialog swallowed it) is repeated in other ways, at most twice and never once a request went out.
//
// A request that got no answer is a *NetworkError; nothing at all after the third press is page.ErrNoReaction.
func (t *Tab) Press(ctx context.Context, mark string, replies ...string) (page.Reply, error) {
	return t.PressNth(ctx, mark, 0, replies...)
}

// PressNth is Press for one of several visible matches, counted as in Texts.
func (t *Tab) PressNth(ctx context.Context, mark string, n int, replies ...string) (page.Reply, error) {
	reply, err := t.pressMark(ctx, mark, n, replies)
	if err != nil && ctx.Err() != nil {
		return reply, timeoutError(ctx, "what pressing "+mark+" causes")
	}
	return reply, actionError("pressing", mark, err)
}

func (t *Tab) pressMark(ctx context.Context, mark string, n int, replies []string) (page.Reply, error) {
	if err := t.awaitStill(ctx, mark, n); err != nil {
		return page.Reply{}, err
	}
	return t.pressAndWait(ctx, replies,
		func() (hit bool, err error) { return hit, t.callScript(ctx, &hit, "press", mark, n) },
		func() (bool, error) { return t.pressEnter(ctx) },
		func() (hit bool, err error) { return hit, t.callScript(ctx, &hit, "repress") },
	)
}

// pressAndWait presses and waits for what that causes; a press that seems lost is followed by the next.
func (t *Tab) pressAndWait(ctx context.Context, replies []string, presses ...func() (bool, error)) (page.Reply, error) {
	w := newWatch(replies)
	t.mu.Lock()
	t.watch, t.calls = w, nil
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.watch = nil
		t.mu.Unlock()
	}()
	for i, press := range presses {
		begun := time.Now() // before the press: what it causes may be heard of before it returns
		hit, err := press()
		switch {
		case errors.Is(err, errReplaced): // by what the press caused: the watch knows more
		case err != nil:
			return page.Reply{}, err
		case !hit && i == 0:
			return page.Reply{}, page.ErrAbsent
		case !hit:
			return page.Reply{}, nil // redrawn without a request
		}
		if quiet, err := t.awaitReaction(ctx, w, begun); !quiet {
			if err != nil {
				return page.Reply{}, err
			}
			return t.reply(ctx, w)
		}
	}
	return page.Reply{}, page.ErrNoReaction
}

// awaitReaction waits for the watch to have its answer to the press made at begun. quiet: the press seems lost.
func (t *Tab) awaitReaction(ctx context.Context, w *watch, begun time.Time) (quiet bool, err error) {
	for {
		t.mu.Lock()
		settled, lost, wait := w.settled, w.lost(begun), w.next(begun)
		t.mu.Unlock()
		switch {
		case settled:
			return false, nil
		case lost:
			return true, nil
		}
		look := time.NewTimer(wait)
		select {
		case <-w.changed:
		case <-look.C:
		case <-t.over.Done():
			look.Stop()
			if cause := context.Cause(t.over); !errors.Is(cause, page.ErrPosted) {
				return false, cause
			}
			return false, nil
		case <-ctx.Done():
			look.Stop()
			return false, context.Cause(ctx)
		}
		look.Stop()
	}
}

// reply is what the watch saw, with the answer's body fetched.
func (t *Tab) reply(ctx context.Context, w *watch) (page.Reply, error) {
	t.mu.Lock()
	reply, id, err := w.reply, w.matched, w.err
	t.mu.Unlock()
	if t.over.Err() != nil && !w.has() {
		return page.Reply{Navigated: true}, nil
	}
	if err != nil {
		return reply, err
	}
	if id != "" && !reply.Navigated {
		// A page that left already has taken the body with it: the status has to do then.
		body, err := proto.NetworkGetResponseBody{RequestID: id}.Call(t.ownSession(ctx))
		if err == nil {
			reply.Body = decodeBody(body)
		} else if ctx.Err() != nil {
			return reply, context.Cause(ctx)
		}
	}
	return reply, nil
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
