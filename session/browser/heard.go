package browser

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// call is a request of a script, until somebody wants to know of its answer.
type call struct {
	id     proto.NetworkRequestID
	target string // without query and fragment
	status int
	wait   time.Duration
	ended  bool
	err    error
}

// remembered is how many calls are kept for NextReply: a page that nobody listens to may go on polling.
const remembered = 32

// NextReply waits for the next answer to a call that the page made by itself since the last press, as a page does that polls,
// to a URL whose path contains one of replies (any, if there are none). Answers come in the order in which they ended;
// the one that Press returned is not among them. Navigated: a new document is there that no other method has looked at yet,
// or the SAML post was captured. A call that got no answer is a *NetworkError.
func (t *Tab) NextReply(ctx context.Context, replies ...string) (page.Reply, error) {
	for {
		t.mu.Lock()
		moved, next := t.doc == "", t.answered(replies)
		ears := t.ears
		t.mu.Unlock()
		switch {
		case t.over.Err() != nil && !errors.Is(context.Cause(t.over), page.ErrPosted):
			return page.Reply{}, context.Cause(t.over)
		case t.over.Err() != nil || moved && next == nil:
			return page.Reply{Navigated: true}, nil
		case next != nil && next.err != nil:
			return page.Reply{}, next.err
		case next != nil:
			reply := page.Reply{Status: next.status, URL: next.target, Wait: next.wait}
			// A page that left already has taken the body with it: the status has to do then.
			if body, err := (proto.NetworkGetResponseBody{RequestID: next.id}).Call(t.ownSession(ctx)); err == nil {
				reply.Body = decodeBody(body)
			} else if ctx.Err() != nil {
				return page.Reply{}, context.Cause(ctx)
			}
			return reply, nil
		}
		select {
		case <-ears:
		case <-t.over.Done():
		case <-ctx.Done():
			return page.Reply{}, context.Cause(ctx)
		}
	}
}

// answered takes the first call out that ended and is one of replies; the caller holds t.mu.
func (t *Tab) answered(replies []string) *call {
	i := slices.IndexFunc(t.calls, func(c *call) bool { return c.ended && among(c.target, replies) })
	if i < 0 {
		return nil
	}
	c := t.calls[i]
	t.calls = slices.Delete(t.calls, i, i+1)
	return c
}

// among says whether a URL's path contains one of parts, or there are none.
func among(target string, parts []string) bool {
	if len(parts) == 0 {
		return true
	}
	u, err := url.Parse(target)
	return err == nil && slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(u.Path, part) })
}

// begun notes a call; the caller holds t.mu, here and below.
func (t *Tab) begun(e proto.NetworkRequestWillBeSent) {
	if e.Type != proto.NetworkResourceTypeXHR && e.Type != proto.NetworkResourceTypeFetch {
		return
	}
	if t.called(e.RequestID) != nil || t.watch != nil && t.watch.matched == e.RequestID {
		return // a redirection, or what Press waits for
	}
	t.calls = append(t.calls, &call{id: e.RequestID, target: withoutQuery(e.Request.URL)})
	if len(t.calls) > remembered {
		t.calls = slices.Delete(t.calls, 0, 1)
	}
}

func (t *Tab) called(id proto.NetworkRequestID) *call {
	for _, c := range t.calls {
		if c.id == id {
			return c
		}
	}
	return nil
}

// ended notes that a call has its answer, or will never have one: then it is last in the order.
func (t *Tab) ended(id proto.NetworkRequestID, err error) {
	if c := t.called(id); c != nil {
		c.ended, c.err = true, err
		t.calls = append(slices.DeleteFunc(t.calls, func(other *call) bool { return other == c }), c)
		t.wake()
	}
}

// cut notes that a call ended before its answer did.
func (t *Tab) cut(e proto.NetworkLoadingFailed) {
	c := t.called(e.RequestID)
	switch {
	case c == nil:
	case c.status != 0: // answered, and the page left before the end
		t.ended(c.id, nil)
	case e.Canceled: // by the page itself, which goes elsewhere or asks again
		t.calls = slices.DeleteFunc(t.calls, func(other *call) bool { return other == c })
	default:
		t.ended(c.id, networkError(c.target, e.ErrorText))
	}
}

// left drops the calls that a document took with it when it left.
func (t *Tab) left() {
	t.calls = slices.DeleteFunc(t.calls, func(c *call) bool { return !c.ended })
	t.wake()
}

// wake ends the waits of NextReply.
func (t *Tab) wake() {
	close(t.ears)
	t.ears = make(chan struct{})
}
