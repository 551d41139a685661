package browser

import (
	"encoding/base64"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// reaction is what the page does on the network from the moment of a press, to tell an answer from silence. Its network's
// lock guards it.
type reaction struct {
	replies []string // the request wanted

	wanted    *request // nil: not seen yet
	document  *request // the new document's; nil: none is asked for
	pending   map[proto.NetworkRequestID]bool
	firstSign time.Time // of life

	reply   page.Reply
	err     error
	settled bool
}

const (
	// pressLostAfter is how long a press may go without any sign of life before it counts as lost.
	pressLostAfter = 1500 * time.Millisecond
	// requestWait is the same once there was one, though not the request wanted: Okta's device fingerprint takes up to 2 s
	// between the click and the post, and a second click would make no sense.
	requestWait = 5 * time.Second
)

// beginPress opens the page of the book for a press; endPress closes it.
func (n *network) beginPress(replies []string) *reaction {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.scripted = nil
	n.reaction = &reaction{replies: replies, pending: map[proto.NetworkRequestID]bool{}}
	return n.reaction
}

func (n *network) endPress() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reaction = nil
}

// pressOutcome is where the press made at begun stands: settled, lost, or worth another look after wait, or at changed.
func (n *network) pressOutcome(w *reaction, begun time.Time) (settled, lost bool, wait time.Duration, changed <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	limit := begun.Add(pressLostAfter)
	if !w.firstSign.Before(begun) {
		limit = w.firstSign.Add(requestWait)
	}
	lost = w.wanted == nil && len(w.pending) == 0 && !time.Now().Before(limit)
	return w.settled, lost, max(time.Until(limit), lookInterval), n.changed
}

// isSent reports that the request wanted, or one for a new document, is on its way.
func (n *network) isSent(w *reaction) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return w.wanted != nil || w.document != nil
}

// works: the page is at work on what was pressed. What was answered so far was for the work.
func (n *network) works(w *reaction) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if w.settled && w.reply.Navigated {
		return
	}
	w.firstSign = time.Now()
	if w.settled {
		w.wanted, w.reply, w.err, w.settled = nil, page.Reply{}, nil, false
	}
}

// sent: a request begins. Requests of scripts and loads of documents are signs of life; images and styles are not. taken: it
// is the one wanted.
func (w *reaction) sent(r *request, main proto.PageFrameID) (taken bool) {
	switch {
	case r.scripted():
		if w.wanted == nil && pathMatches(r.current, w.replies) {
			w.wanted = r
		}
	case r.kind == proto.NetworkResourceTypeDocument:
		if r.frame == main {
			w.document = r
		}
	default:
		return false
	}
	w.pending[r.id] = true
	if w.firstSign.IsZero() {
		w.firstSign = time.Now()
	}
	return w.wanted == r
}

// ended: a request has its end, good or bad. canceled: the page gave it up, and may make another.
func (w *reaction) ended(r *request, canceled bool) {
	delete(w.pending, r.id)
	if r != w.wanted || w.settled {
		return
	}
	if canceled {
		w.wanted = nil
		return
	}
	w.reply, w.err, w.settled = r.reply(), r.err, true
}

// committed: a new document is in the tab.
func (w *reaction) committed(frame *proto.PageFrame, broken *NetworkError) {
	if w.settled {
		return
	}
	w.settled = true
	switch {
	case broken != nil:
		w.err = broken
	case w.wanted != nil && w.wanted.status != 0:
		w.reply = w.wanted.reply()
	default:
		w.reply = page.Reply{URL: withoutQuery(frame.URL)}
		if w.document != nil {
			w.reply.Status = w.document.status
		}
	}
	w.reply.Navigated = true
}

func decodeBody(body *proto.NetworkGetResponseBodyResult) []byte {
	if body.Base64Encoded {
		if decoded, err := base64.StdEncoding.DecodeString(body.Body); err == nil {
			return decoded
		}
	}
	return []byte(body.Body)
}
