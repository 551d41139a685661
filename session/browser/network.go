package browser

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// network is the book of a tab's requests and answers.
type network struct {
	frame  proto.PageFrameID // the main frame's
	record page.Recorder     // told how each request ended; nil: nobody is

	mu       sync.Mutex
	open     map[proto.NetworkRequestID]*request // without an end yet
	scripted []*request                          // of scripts, since the last press: see NextReply
	landed   page.Reply                          // see DocumentReply
	missing  *NetworkError                       // see LoadError
	failures map[proto.NetworkRequestID]string   // Chromium's codes of documents that did not come
	reaction *reaction                           // to the press under way; nil: there is none
	changed  chan struct{}                       // closed, and made anew, with each change
}

// request is one request of the page, redirections included.
type request struct {
	id       proto.NetworkRequestID
	frame    proto.PageFrameID
	kind     proto.NetworkResourceType
	method   string
	address  string // without query and fragment, as first asked for
	current  string // the same, as redirected
	status   int    // HTTP; 0: no answer yet
	wait     time.Duration
	ended    bool
	err      error
	reported bool // the recorder knows how it ended
}

// keptRequests is how many requests are kept for NextReply: a page that nobody listens to may go on polling.
const keptRequests = 32

func newNetwork(frame proto.PageFrameID, record page.Recorder) *network {
	return &network{
		frame: frame, record: record, changed: make(chan struct{}),
		open: map[proto.NetworkRequestID]*request{}, failures: map[proto.NetworkRequestID]string{},
	}
}

// pathMatches is the one rule of which requests are meant: the address's path contains one of parts, or there are none.
func pathMatches(address string, parts []string) bool {
	if len(parts) == 0 {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(u.Path, part) })
}

// scripted says whether a script made the request.
func (r *request) scripted() bool {
	return r.kind == proto.NetworkResourceTypeXHR || r.kind == proto.NetworkResourceTypeFetch
}

// noteMissing notes the first part of the document that did not come: of itself or of a script.
func (n *network) noteMissing(r *request, err *NetworkError) {
	document := r.kind == proto.NetworkResourceTypeDocument && r.frame == n.frame
	if n.missing == nil && (document || r.kind == proto.NetworkResourceTypeScript) {
		n.missing = err
	}
}

// reply is the answer so far, without its body.
func (r *request) reply() page.Reply {
	return page.Reply{Status: r.status, URL: r.address, Wait: r.wait}
}

// sent: a request begins, or is redirected.
func (n *network) sent(e proto.NetworkRequestWillBeSent) {
	n.mu.Lock()
	defer n.mu.Unlock()
	address := withoutQuery(e.Request.URL)
	r := n.open[e.RequestID]
	begins := r == nil
	if begins {
		r = &request{id: e.RequestID, frame: e.FrameID, kind: e.Type, address: address}
		n.open[e.RequestID] = r
	} else if e.RedirectResponse != nil {
		n.report(r, e.RedirectResponse.Status, "")
	}
	r.method, r.current, r.reported = e.Request.Method, address, false
	taken := n.reaction != nil && n.reaction.sent(r, n.frame)
	if begins && !taken && r.scripted() {
		n.scripted = append(n.scripted, r)
		n.scripted = n.scripted[max(0, len(n.scripted)-keptRequests):]
	}
	n.wake()
}

func (n *network) received(e proto.NetworkResponseReceived) {
	n.mu.Lock()
	defer n.mu.Unlock()
	status, wait := e.Response.Status, retryAfter(e.Response)
	if r := n.open[e.RequestID]; r != nil {
		r.status, r.wait = status, wait
		n.report(r, status, "")
		if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
			n.noteMissing(r, networkError(r.address, statusCode+strconv.Itoa(status)))
		}
	}
	if e.Type == proto.NetworkResourceTypeDocument && e.FrameID == n.frame {
		n.landed = page.Reply{Status: status, URL: withoutQuery(e.Response.URL), Wait: wait}
	}
}

func (n *network) finished(e proto.NetworkLoadingFinished) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r := n.close(e.RequestID); r != nil {
		n.end(r, nil)
		if n.reaction != nil {
			n.reaction.ended(r, false)
		}
	}
	n.wake()
}

// failed: no answer came, or only a part of it. Canceled is by the page itself, which goes elsewhere or asks again.
func (n *network) failed(e proto.NetworkLoadingFailed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if e.Type == proto.NetworkResourceTypeDocument {
		n.failures[e.RequestID] = e.ErrorText
	}
	if r := n.close(e.RequestID); r != nil {
		n.report(r, 0, e.ErrorText)
		lost := networkError(r.address, e.ErrorText)
		if !e.Canceled {
			n.noteMissing(r, lost)
		}
		switch {
		case r.status != 0 && (e.Canceled || !lost.MayPass()): // answered, and the page left before the end
			n.end(r, nil)
		case e.Canceled:
			n.scripted = slices.DeleteFunc(n.scripted, func(other *request) bool { return other == r })
		default:
			n.end(r, lost)
		}
		if n.reaction != nil {
			n.reaction.ended(r, e.Canceled && r.status == 0)
		}
	}
	n.wake()
}

// close takes a request out of those without an end; nil: it is none of them. Callers hold n.mu, here and below.
func (n *network) close(id proto.NetworkRequestID) *request {
	r := n.open[id]
	delete(n.open, id)
	return r
}

// end notes how a request ended. Those of scripts are kept in the order of their ends.
func (n *network) end(r *request, err error) {
	r.ended, r.err = true, err
	if i := slices.Index(n.scripted, r); i >= 0 {
		n.scripted = append(slices.Delete(n.scripted, i, i+1), r)
	}
}

// report tells the recorder of a request, once for each address. URLs with data: are left out: they ask nothing of the network.
func (n *network) report(r *request, status int, trouble string) {
	if n.record != nil && !r.reported && strings.HasPrefix(r.current, "http") {
		n.record.Request(r.method, r.current, string(r.kind), status, trouble)
	}
	r.reported = true
}

func (n *network) wake() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// failure is Chromium's code for a document that did not come, "" when none is known.
func (n *network) failure(id proto.NetworkRequestID) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failures[id]
}

// committed: a new document is in the tab, or Chromium's own page about what is broken. What the last document waited for,
// nobody waits for any more.
func (n *network) committed(frame *proto.PageFrame, broken *NetworkError) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.failures)
	n.missing = broken
	maps.DeleteFunc(n.open, func(id proto.NetworkRequestID, _ *request) bool {
		return id != proto.NetworkRequestID(frame.LoaderID)
	})
	n.scripted = slices.DeleteFunc(n.scripted, func(r *request) bool { return !r.ended })
	if n.reaction != nil {
		n.reaction.committed(frame, broken)
	}
	n.wake()
}

// detached: a frame is gone, as the one in which Okta takes its fingerprint. What it waited for may never be heard of again.
func (n *network) detached(frame proto.PageFrameID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.open, func(_ proto.NetworkRequestID, r *request) bool { return r.frame == frame })
}

// nextEnded takes out the first request of a script that ended and is meant by replies; nil: there is none. changed is
// closed when it is worth another look.
func (n *network) nextEnded(replies []string) (r *request, changed <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := slices.IndexFunc(n.scripted, func(r *request) bool { return r.ended && pathMatches(r.address, replies) })
	if i >= 0 {
		r = n.scripted[i]
		n.scripted = slices.Delete(n.scripted, i, i+1)
	}
	return r, n.changed
}

// NetworkBusy tells whether the page waits for an answer from the network.
func (t *Tab) NetworkBusy() bool {
	t.network.mu.Lock()
	defer t.network.mu.Unlock()
	return len(t.network.open) > 0
}

// LoadError is what of the document at hand and its scripts did not come, a *NetworkError; nil when all did.
func (t *Tab) LoadError() error {
	t.network.mu.Lock()
	defer t.network.mu.Unlock()
	if t.network.missing == nil {
		return nil
	}
	return t.network.missing
}

// DocumentReply is how the document at hand was answered: its status, 0 when none came over HTTP, and its Wait.
func (t *Tab) DocumentReply() page.Reply {
	t.network.mu.Lock()
	defer t.network.mu.Unlock()
	return t.network.landed
}

// NextReply waits for the next answer to a request that the page made by itself since the last press, as a page does that
// polls. Answers come in the order in which they ended; the one that Press returned is not among them. Navigated: a new
// document is there that no other method has looked at yet, or the SAML post was captured. A request that got no answer is a
// *NetworkError.
func (t *Tab) NextReply(ctx context.Context, replies ...string) (page.Reply, error) {
	for {
		moved := !t.document.wasRead() // asked first: the last document's answers come before the next document
		next, changed := t.network.nextEnded(replies)
		posted := errors.Is(context.Cause(t.over), page.ErrPosted)
		switch {
		case t.over.Err() != nil && !posted:
			return page.Reply{}, context.Cause(t.over)
		case posted || moved && next == nil:
			return page.Reply{Navigated: true}, nil
		case next != nil && next.err != nil:
			return page.Reply{}, next.err
		case next != nil:
			reply := next.reply()
			var err error
			reply.Body, err = t.body(ctx, next.id)
			return reply, err
		}
		select {
		case <-changed:
		case <-t.over.Done():
		case <-ctx.Done():
			return page.Reply{}, context.Cause(ctx)
		}
	}
}

// body is an answer's body. A page that left already has taken it with it: then there is none, and the status has to do.
func (t *Tab) body(ctx context.Context, id proto.NetworkRequestID) ([]byte, error) {
	body, err := proto.NetworkGetResponseBody{RequestID: id}.Call(t.ownSession(ctx))
	switch {
	case err == nil:
		return decodeBody(body), nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	}
	return nil, nil
}
