package browser

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"sync"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
	"stsx/session/page"
)

var _ page.Page = (*Tab)(nil)

// Tab is one page and what is done to it. It implements page.Page.
type Tab struct {
	b     *Browser
	id    proto.TargetSessionID
	frame proto.PageFrameID // the main frame's

	over   context.Context // ends when waiting makes no sense any more: ErrPosted, ErrCrashed
	finish context.CancelCauseFunc

	mu     sync.Mutex
	post   *capturedPost               // the first that was captured
	doc    proto.RuntimeRemoteObjectID // dom.js in the present document; empty: not there yet
	broken *NetworkError               // the present document is Chromium's error page
	landed page.Reply                  // see DocumentReply
	codes  map[proto.NetworkRequestID]string
	watch  *watch                                       // of the act under way
	open   map[proto.NetworkRequestID]proto.PageFrameID // requests without an answer yet, and whose they are
	calls  []*call                                      // since the last press: see NextReply
	ears   chan struct{}                                // closed when there is something to hear
	trace  *trace
}

// Tab opens an empty page, with the capture of the SAML post already armed. It has a window of its own: a tab behind
// another is not painted, and neither frames nor animations run in it. A visible browser has one, its window's.
func (b *Browser) Tab(ctx context.Context) (*Tab, error) {
	target, err := b.emptyPage(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	t := &Tab{b: b, frame: proto.PageFrameID(target), codes: map[proto.NetworkRequestID]string{}, open: map[proto.NetworkRequestID]proto.PageFrameID{}, ears: make(chan struct{}), trace: newTrace(b.record)}
	t.over, t.finish = context.WithCancelCause(b.alive)
	select {
	case t.id = <-b.sessionHandover(target):
	case <-ctx.Done():
		return nil, timeoutError(ctx, "a tab")
	case <-b.alive.Done():
		return nil, fmt.Errorf("opening a tab: %w", context.Cause(b.alive))
	}
	b.mu.Lock()
	b.tabs[t.id], b.newest = t, t
	b.mu.Unlock()
	if err := t.prepareTab(ctx); err != nil {
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	return t, nil
}

func (b *Browser) emptyPage(ctx context.Context) (proto.TargetTargetID, error) {
	if !b.visible {
		target, err := proto.TargetCreateTarget{URL: "about:blank", NewWindow: true}.Call(b.sessionFor(ctx, ""))
		if err != nil {
			return "", err
		}
		return target.TargetID, nil
	}
	select {
	case id := <-b.window:
		return id, nil
	case <-ctx.Done():
		return "", timeoutError(ctx, "the window")
	case <-b.alive.Done():
		return "", context.Cause(b.alive)
	}
}

func (t *Tab) ownSession(ctx context.Context) devtoolsSession { return t.b.sessionFor(ctx, t.id) }

func (t *Tab) prepareTab(ctx context.Context) error {
	s := t.ownSession(ctx)
	none, room := 1, 8<<20
	steps := []interface{ Call(proto.Client) error }{
		proto.PageEnable{},
		proto.InspectorEnable{},
		// Bodies of requests (passwords) are kept out of the events as far as Chromium lets us.
		proto.NetworkEnable{MaxPostDataSize: &none, MaxTotalBufferSize: &room, MaxResourceBufferSize: &room},
		proto.EmulationSetFocusEmulationEnabled{Enabled: true}, // a window without focus would send no focus events
	}
	if !t.b.visible {
		// With no one to touch a key, navigator.credentials.get() would open a dialog of Chromium's that swallows all input.
		steps = append(steps, proto.WebAuthnEnable{})
	}
	for _, step := range steps {
		if err := step.Call(s); err != nil {
			return err
		}
	}
	return nil
}

// takeEvent takes an event of this tab. It runs between the events and must not call Chromium itself.
func (t *Tab) takeEvent(event *cdp.Event) {
	switch event.Method {
	case "Page.frameNavigated":
		decodeEvent(event, t.navigated)
	case "Page.frameDetached":
		decodeEvent(event, t.detached)
	case "Page.javascriptDialogOpening":
		decodeEvent(event, func(e proto.PageJavascriptDialogOpening) {
			t.b.working.Go(func() { t.closeDialog(e) })
		})
	case "Inspector.targetCrashed":
		t.finish(ErrCrashed)
	case "Inspector.detached":
		t.finish(t.b.endReason())
	case "Network.requestWillBeSent":
		decodeEvent(event, t.sent)
	case "Network.responseReceived":
		decodeEvent(event, t.received)
	case "Network.loadingFinished":
		decodeEvent(event, t.finished)
	case "Network.loadingFailed":
		decodeEvent(event, t.failed)
	}
}

func (t *Tab) received(e proto.NetworkResponseReceived) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trace.received(e)
	if t.watch != nil {
		t.watch.received(e)
	}
	if c := t.called(e.RequestID); c != nil {
		c.status, c.wait = e.Response.Status, retryAfter(e.Response)
	}
	if e.Type == proto.NetworkResourceTypeDocument && e.FrameID == t.frame {
		t.landed = page.Reply{Status: e.Response.Status, URL: withoutQuery(e.Response.URL), Wait: retryAfter(e.Response)}
	}
}

func (t *Tab) sent(e proto.NetworkRequestWillBeSent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trace.sent(e)
	t.open[e.RequestID] = e.FrameID
	if t.watch != nil {
		t.watch.sent(e, t.frame)
	}
	t.begun(e)
}

func (t *Tab) finished(e proto.NetworkLoadingFinished) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, e.RequestID)
	if t.watch != nil {
		t.watch.finished(e.RequestID)
	}
	t.ended(e.RequestID, nil)
}

// Busy tells whether the page waits for an answer from the network.
func (t *Tab) Busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.open) > 0
}

func (t *Tab) failed(e proto.NetworkLoadingFailed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, e.RequestID)
	t.trace.failed(e)
	if e.Type == proto.NetworkResourceTypeDocument {
		t.codes[e.RequestID] = e.ErrorText
	}
	if t.watch != nil {
		t.watch.failed(e)
	}
	t.cut(e)
}

func (t *Tab) navigated(e proto.PageFrameNavigated) {
	if e.Frame.ID != t.frame {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.doc, t.broken = "", nil
	if e.Frame.UnreachableURL != "" {
		t.broken = networkError(e.Frame.UnreachableURL, t.codes[proto.NetworkRequestID(e.Frame.LoaderID)])
	}
	clear(t.codes)
	// What the last document waited for, nobody waits for any more.
	own := proto.NetworkRequestID(e.Frame.LoaderID)
	_, loading := t.open[own]
	clear(t.open)
	if loading {
		t.open[own] = t.frame
	}
	if t.watch != nil {
		t.watch.committed(e, t.broken)
	}
	t.left()
}

// detached: a frame is gone, as the one in which Okta takes its fingerprint. What
// it waited for may never be heard of again.
func (t *Tab) detached(e proto.PageFrameDetached) {
	t.mu.Lock()
	defer t.mu.Unlock()
	maps.DeleteFunc(t.open, func(_ proto.NetworkRequestID, of proto.PageFrameID) bool { return of == e.FrameID })
}

// closeDialog closes a JavaScript dialog, which would hold up the page: yes to leaving it, no to everything else.
func (t *Tab) closeDialog(e proto.PageJavascriptDialogOpening) {
	_ = proto.PageHandleJavaScriptDialog{Accept: e.Type == proto.PageDialogTypeBeforeunload}.Call(t.ownSession(t.b.alive))
}

// takePost keeps the first post and ends what waits.
func (t *Tab) takePost(p capturedPost) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.post == nil {
		t.post = &p
		t.finish(page.ErrPosted)
	}
}

// SAMLResponse is what was posted to AWS, where it never arrived; zero before that.
func (t *Tab) SAMLResponse() session.Secret {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.post == nil {
		return session.Secret{}
	}
	return t.post.response
}

// Close ends the tab's browser.
func (t *Tab) Close() error { return t.b.Close() }

// Open goes to a URL and returns once its document has arrived, loaded or not. No answer is a *NetworkError; an HTTP
// status that speaks of an error is a document like any other.
func (t *Tab) Open(ctx context.Context, target string) error {
	t.mu.Lock()
	t.broken = nil
	t.mu.Unlock()
	answer, err := proto.PageNavigate{URL: target}.Call(t.ownSession(ctx))
	switch {
	case ctx.Err() != nil:
		return timeoutError(ctx, withoutQuery(target))
	case err != nil:
		return fmt.Errorf("opening %s: %w", withoutQuery(target), err)
	case answer.ErrorText == "":
		return nil
	case answer.ErrorText == "net::ERR_ABORTED" && errors.Is(context.Cause(t.over), page.ErrPosted): // it went straight on to AWS
		return nil
	}
	return fmt.Errorf("opening %s: %w", withoutQuery(target), networkError(target, answer.ErrorText))
}

// waitError is why there is nothing to wait for on this page, if so.
func (t *Tab) waitError() error {
	if t.over.Err() != nil {
		return context.Cause(t.over)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken != nil {
		return t.broken
	}
	return nil
}

// Screenshot is the page as PNG, without what stands in its fields, and without pictures, frames and texts that hold one
// of hide: a code, or the seed of codes, may be among them.
func (t *Tab) Screenshot(ctx context.Context, hide ...string) ([]byte, error) {
	if hide == nil {
		hide = []string{}
	}
	if err := t.askScript(ctx, nil, "veil", hide); err != nil {
		return nil, fmt.Errorf("taking a screenshot: %w", err)
	}
	shot, err := proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatPng}.Call(t.ownSession(ctx))
	var was bool
	if err = errors.Join(err, t.callScript(ctx, &was, "unveil")); err == nil && !was {
		err = errReplaced // and what replaced it has no veil, and may be the one in the picture
	}
	if err != nil {
		return nil, fmt.Errorf("taking a screenshot: %w", err)
	}
	return shot.Data, nil
}

// Outline is the page's structure and words, without what its fields hold, its scripts and the queries of its addresses.
func (t *Tab) Outline(ctx context.Context) (string, error) {
	var outline string
	err := t.askScript(ctx, &outline, "outline")
	return outline, err
}

// Record hands the page to the Recorder. A page that can't be read is noted; an outline without a picture is worth keeping.
func (t *Tab) Record(ctx context.Context, name string, hide ...string) {
	record := t.b.record
	if record == nil {
		return
	}
	outline, err := t.Outline(ctx)
	if err != nil {
		record.Step("step      the page can't be read: " + err.Error())
		return
	}
	png, err := t.Screenshot(ctx, hide...)
	if err != nil {
		record.Step("step      there is no picture: " + err.Error())
	}
	record.Screen(name, png, outline)
}

// hideTyped keeps a text that is typed out of the record.
func (t *Tab) hideTyped(text session.Secret) {
	if t.b.record != nil {
		t.b.record.Hide(text, "[typed]")
	}
}

// withoutQuery is a URL without query and fragment, which may hold tokens.
func withoutQuery(target string) string {
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		return target[:i]
	}
	return target
}

func networkError(target, code string) *NetworkError {
	host := withoutQuery(target)
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		host = u.Host
	}
	if code == "" {
		code = "net::ERR_FAILED"
	}
	return &NetworkError{Host: host, Code: code}
}
