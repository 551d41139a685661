package browser

import (
	"slices"
	"strings"
	"sync"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
)

// opaqueOrigin is the origin of pages without one.
const opaqueOrigin = "null"

// windowList are the browser's pages at the top: tabs, and what pages opened. What they show decides whose SAML response counts.
type windowList struct {
	mu       sync.Mutex
	byTarget map[proto.TargetTargetID]*pageWindow
	sessions map[proto.TargetSessionID]*pageWindow
}

// pageWindow is one of them. Its list's lock guards it.
type pageWindow struct {
	target proto.TargetTargetID
	id     proto.TargetSessionID
	opener proto.TargetTargetID // "": it has none, or keeps it to itself
	inner  bool                 // a frame of the opener's opened it, and not the page itself
	shown  []string             // origins of its documents so far; those of a sign-in are few
	hops   map[proto.NetworkRequestID][]string
}

func newWindowList() *windowList {
	return &windowList{byTarget: map[proto.TargetTargetID]*pageWindow{}, sessions: map[proto.TargetSessionID]*pageWindow{}}
}

// add notes a window that is about to start.
func (l *windowList) add(id proto.TargetSessionID, info *proto.TargetTargetInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := &pageWindow{
		target: info.TargetID, id: id, opener: info.OpenerID, hops: map[proto.NetworkRequestID][]string{},
		inner: info.OpenerFrameID != "" && string(info.OpenerFrameID) != string(info.OpenerID),
	}
	l.byTarget[w.target], l.sessions[id] = w, w
}

// takeEvent takes an event of a window's.
func (l *windowList) takeEvent(event *cdp.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.sessions[proto.TargetSessionID(event.SessionID)]
	if w == nil {
		return
	}
	switch event.Method {
	case "Page.frameNavigated":
		decodeEvent(event, w.navigated)
	case "Network.requestWillBeSent":
		decodeEvent(event, w.requested)
	}
}

func (w *pageWindow) navigated(e proto.PageFrameNavigated) { w.show(e.Frame) }

// show notes what the window shows. An empty page has the origin of whoever opened it, and says nothing.
func (w *pageWindow) show(frame *proto.PageFrame) {
	empty := strings.HasPrefix(frame.URL, "about:")
	switch {
	case string(frame.ID) != string(w.target), empty && len(w.shown) == 0:
	case empty || frame.UnreachableURL != "" || session.Origin(frame.SecurityOrigin) == "":
		w.shown = append(w.shown, opaqueOrigin)
	default:
		w.shown = append(w.shown, session.Origin(frame.SecurityOrigin))
	}
}

// requested: a document that is asked for again was redirected by the last one's origin.
func (w *pageWindow) requested(e proto.NetworkRequestWillBeSent) {
	if e.Type != proto.NetworkResourceTypeDocument || e.RedirectResponse == nil {
		return
	}
	if len(w.hops) == maxHops {
		clear(w.hops)
	}
	w.hops[e.RequestID] = append(w.hops[e.RequestID], session.Origin(e.RedirectResponse.URL))
}

// maxHops bounds the redirected requests that are remembered of a page that goes round in circles.
const maxHops = 1000

// maxOpeners bounds how far back it is looked who opened a window.
const maxOpeners = 8

// A sender is whose post was stopped.
type sender struct {
	origins []string // of the document that made it, and of those that redirected it; all of them have to be good
	tab     proto.TargetTargetID
	opened  bool // by a window that the tab opened
	hidden  bool // the request does not say of which origin its page is
	window  proto.TargetSessionID
	shown   int    // how many documents the window had shown
	why     string // it can't count, whoever sent it; "": it can
}

// senderOf is whose document request was stopped.
func (l *windowList) senderOf(e proto.FetchRequestPaused, first proto.TargetTargetID) sender {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.byTarget[proto.TargetTargetID(e.FrameID)]
	switch {
	case e.ResourceType != proto.NetworkResourceTypeDocument:
		return sender{tab: first, why: "a script posted it"}
	case w == nil:
		return sender{tab: first, why: "a page inside the page posted it"}
	}
	s := sender{tab: w.target, window: w.id, shown: len(w.shown), origins: l.hopsOf(w, e)}
	s.origins = append(s.origins, w.shown[max(0, s.shown-1):]...)
	if header := originHeader(e.Request); header == "" || header == opaqueOrigin {
		s.hidden = true
	} else {
		s.origins = append(s.origins, header)
	}
	for n := 0; w.opener != "" && s.why == ""; n++ {
		opener := l.byTarget[w.opener]
		switch {
		case opener == nil || n == maxOpeners:
			return sender{tab: first, opened: true, why: "a window of a window that is gone posted it"}
		case w.inner:
			s.why = "a window that a page inside the page opened posted it"
		}
		w, s.tab, s.opened = opener, opener.target, true
	}
	return s
}

// shownSince are the origins of the documents that have come into a sender's window since its request was stopped.
func (l *windowList) shownSince(s sender) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sessions[s.window].shown[s.shown:])
}

// hopsOf are the origins by which a request was redirected. Of a redirection that was not seen nobody knows.
func (l *windowList) hopsOf(w *pageWindow, e proto.FetchRequestPaused) []string {
	hops := slices.Clone(w.hops[e.NetworkID])
	if e.RedirectedRequestID != "" && len(hops) == 0 {
		hops = []string{opaqueOrigin}
	}
	return hops
}

// originHeader is what a request says of the document that made it; "" when it says nothing.
func originHeader(r *proto.NetworkRequest) string {
	for name, value := range r.Headers {
		if strings.EqualFold(name, "Origin") {
			return value.Str()
		}
	}
	return ""
}
