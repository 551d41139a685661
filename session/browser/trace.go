package browser

import (
	"strings"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session/page"
)

// trace tells of a tab's requests, each once it is answered or failed; nil tells nothing. Its tab's lock guards it.
type trace struct {
	record page.Recorder
	begun  map[proto.NetworkRequestID]begunRequest
}

// begunRequest is a request that has no answer yet.
type begunRequest struct {
	method  string
	address string // without query and fragment
	kind    string // DevTools' word: Document, XHR, Script
}

func newTrace(record page.Recorder) *trace {
	if record == nil {
		return nil
	}
	return &trace{record, map[proto.NetworkRequestID]begunRequest{}}
}

func (t *trace) sent(e proto.NetworkRequestWillBeSent) {
	if t == nil || !strings.HasPrefix(e.Request.URL, "http") { // data: is no request, and may be long
		return
	}
	if e.RedirectResponse != nil {
		t.end(e.RequestID, e.RedirectResponse.Status, "")
	}
	t.begun[e.RequestID] = begunRequest{e.Request.Method, withoutQuery(e.Request.URL), string(e.Type)}
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
	t.record.Request(r.method, r.address, r.kind, status, trouble)
}
