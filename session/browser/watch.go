package browser

import (
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// watch follows the network from the moment of an act, to tell an answer from pressLostAfter. Its tab's lock guards it.
type watch struct {
	replies []string
	changed chan struct{} // a look is worth while

	matched proto.NetworkRequestID // the request wanted
	main    proto.NetworkRequestID // the new document's
	pending map[proto.NetworkRequestID]bool
	sign    time.Time // of the first sign of life

	status  int // of the new document
	reply   page.Reply
	err     error
	settled bool
}

func newWatch(replies []string) *watch {
	return &watch{replies: replies, changed: make(chan struct{}, 1), pending: map[proto.NetworkRequestID]bool{}}
}

func (w *watch) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// sent: a request begins. Calls of scripts and loads of documents are signs of life; images and styles are not.
func (w *watch) sent(e proto.NetworkRequestWillBeSent, main proto.PageFrameID) {
	switch e.Type {
	case proto.NetworkResourceTypeXHR, proto.NetworkResourceTypeFetch:
		if w.matched == "" && w.wants(e.Request.URL) {
			w.matched = e.RequestID
			w.reply.URL = withoutQuery(e.Request.URL)
		}
	case proto.NetworkResourceTypeDocument:
		if e.FrameID == main {
			w.main = e.RequestID
		}
	default:
		return
	}
	w.pending[e.RequestID] = true
	if w.sign.IsZero() {
		w.sign = time.Now()
	}
	w.wake()
}

func (w *watch) wants(target string) bool {
	if len(w.replies) == 0 {
		return true
	}
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	for _, part := range w.replies {
		if strings.Contains(u.Path, part) {
			return true
		}
	}
	return false
}

func (w *watch) received(e proto.NetworkResponseReceived) {
	switch e.RequestID {
	case "":
	case w.matched:
		w.reply.Status, w.reply.Wait = e.Response.Status, retryAfter(e.Response)
	case w.main:
		w.status = e.Response.Status
	}
}

func (w *watch) finished(id proto.NetworkRequestID) {
	delete(w.pending, id)
	if id == w.matched && id != "" {
		w.settled = true
	}
	w.wake()
}

func (w *watch) failed(e proto.NetworkLoadingFailed) {
	delete(w.pending, e.RequestID)
	if e.RequestID == w.matched && e.RequestID != "" {
		switch {
		case w.reply.Status != 0: // answered, and the page left before the end
			w.settled = true
		case e.Canceled: // by the page itself, which goes elsewhere or asks again
			w.matched = ""
		default:
			w.err = networkError(w.reply.URL, e.ErrorText)
			w.settled = true
		}
	}
	w.wake()
}

// committed: a new document is in the tab.
func (w *watch) committed(e proto.PageFrameNavigated, broken *NetworkError) {
	if w.settled {
		return
	}
	w.settled = true
	if broken != nil {
		w.err = broken
	} else if w.reply.Status == 0 {
		w.reply = page.Reply{Status: w.status, URL: withoutQuery(e.Frame.URL)}
	}
	w.reply.Navigated = true
	w.wake()
}

// has says whether the act got an answer of its own. Only of use once settled or over.
func (w *watch) has() bool { return w.settled }

// lost says whether a press made at begun counts as lost.
func (w *watch) lost(begun time.Time) bool {
	return w.matched == "" && len(w.pending) == 0 && !time.Now().Before(w.limit(begun))
}

func (w *watch) limit(begun time.Time) time.Time {
	if w.sign.Before(begun) {
		return begun.Add(pressLostAfter)
	}
	return w.sign.Add(requestWait)
}

// next is how long to sleep before the next look when nothing happens.
func (w *watch) next(begun time.Time) time.Duration {
	return max(time.Until(w.limit(begun)), lookInterval)
}

func decodeBody(body *proto.NetworkGetResponseBodyResult) []byte {
	if body.Base64Encoded {
		if decoded, err := base64.StdEncoding.DecodeString(body.Body); err == nil {
			return decoded
		}
	}
	return []byte(body.Body)
}
