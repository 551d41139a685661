package browser

import (
	"strings"

	"github.com/go-rod/rod/lib/proto"
)

// Request is one that a page made, as far as it may be told.
type Request struct {
	Method  string
	URL     string // without query and fragment
	Kind    string // DevTools' word: Document, XHR, Script
	Status  int    // HTTP; 0 when no answer came
	Trouble string // why none came: net::ERR_CONNECTION_RESET
}

// trace tells of a tab's requests, each once it is answered or failed; nil tells nothing. Its tab's lock guards it.
type trace struct {
	tell  func(Request)
	begun map[proto.NetworkRequestID]Request
}

func newTrace(tell func(Request)) *trace {
	if tell == nil {
		return nil
	}
	return &trace{tell, map[proto.NetworkRequestID]Request{}}
}

func (t *trace) sent(e proto.NetworkRequestWillBeSent) {
	if t == nil || !strings.HasPrefix(e.Request.URL, "http") { // data: is no request, and may be long
		return
	}
	if e.RedirectResponse != nil {
		t.end(e.RequestID, e.RedirectResponse.Status, "")
	}
	t.begun[e.RequestID] = Request{Method: e.Request.Method, URL: bare(e.Request.URL), Kind: string(e.Type)}
}

func (t *trace) received(e proto.NetworkResponseReceived) {
	if t != nil {
		t.end(e.RequestID, e.Response.Status, "")
	}
}

func (t *trace) failed(e proto.NetworkLoadingFailed) {
	if t != nil {
		t.end(e.RequestID, 0, e.ErrorText)
	}
}

func (t *trace) end(id proto.NetworkRequestID, status int, trouble string) {
	r, ok := t.begun[id]
	if !ok {
		return
	}
	delete(t.begun, id)
	r.Status, r.Trouble = status, trouble
	t.tell(r)
}
