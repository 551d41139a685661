package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

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

	// forAWS: the app that is opened has to be AWS's. Set before the first document.
	forAWS bool

	document document
	network  *network
	captured captured
}

// Tab opens an empty page, with the capture of the SAML post already armed. It has a window of its own: a tab behind
// another is not painted, and neither frames nor animations run in it. A visible browser has one, its window's.
func (b *Browser) Tab(ctx context.Context) (*Tab, error) {
	target, err := b.emptyPage(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	frame := proto.PageFrameID(target)
	t := &Tab{b: b, frame: frame, network: newNetwork(frame, b.record)}
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

func (t *Tab) ownSession(ctx context.Context) devtoolsSession { return t.b.sessionFor(ctx, t.id) }

func (t *Tab) prepareTab(ctx context.Context) error {
	s := t.ownSession(ctx)
	steps := []interface{ Call(proto.Client) error }{
		proto.PageEnable{},
		proto.InspectorEnable{},
		networkEnable(),
		proto.EmulationSetFocusEmulationEnabled{Enabled: true}, // a window without focus would send no focus events
	}
	if !t.b.visible {
		// With no one to touch a key, navigator.credentials.get() would open a dialog of Chromium's that swallows all input.
		steps = append(steps, proto.WebAuthnEnable{})
	}
	// Nothing that a page sends is a file to be kept.
	steps = append(steps, proto.PageSetDownloadBehavior{Behavior: proto.PageSetDownloadBehaviorBehaviorDeny})
	for _, step := range steps {
		if err := step.Call(s); err != nil {
			return err
		}
	}
	if t.b.visible && t.b.title != "" {
		_, err := keepTitle(t.b.title).Call(s)
		return err
	}
	return nil
}

// takeEvent takes an event of this tab. It runs between the events and must not call Chromium itself.
func (t *Tab) takeEvent(event *cdp.Event) {
	switch event.Method {
	case "Page.frameNavigated":
		decodeEvent(event, t.navigated)
	case "Page.frameDetached":
		decodeEvent(event, func(e proto.PageFrameDetached) { t.network.detached(e.FrameID) })
	case "Page.javascriptDialogOpening":
		decodeEvent(event, func(e proto.PageJavascriptDialogOpening) {
			t.b.runForEvent(func() { t.closeDialog(e) })
		})
	case "Inspector.targetCrashed":
		t.finish(ErrCrashed)
	case "Inspector.detached":
		t.finish(t.b.endReason())
	case "Network.requestWillBeSent":
		decodeEvent(event, t.network.sent)
		if t.forAWS {
			decodeEvent(event, t.noticeOtherPost)
		}
	case "Network.responseReceived":
		decodeEvent(event, t.network.received)
	case "Network.loadingFinished":
		decodeEvent(event, t.network.finished)
	case "Network.loadingFailed":
		decodeEvent(event, t.network.failed)
	}
}

func (t *Tab) navigated(e proto.PageFrameNavigated) {
	if e.Frame.ID != t.frame {
		return
	}
	var broken *NetworkError
	if e.Frame.UnreachableURL != "" {
		broken = networkError(e.Frame.UnreachableURL, t.network.failure(proto.NetworkRequestID(e.Frame.LoaderID)))
	}
	t.document.replace(broken)
	t.network.committed(e.Frame, broken)
}

// closeDialog closes a JavaScript dialog, which would hold up the page: yes to leaving it, no to everything else.
func (t *Tab) closeDialog(e proto.PageJavascriptDialogOpening) {
	_ = proto.PageHandleJavaScriptDialog{Accept: e.Type == proto.PageDialogTypeBeforeunload}.Call(t.ownSession(t.b.alive))
}

// Shown reports whether the tab is in a window.
func (t *Tab) Shown() bool { return t.b.visible }

// Close ends the tab's browser.
func (t *Tab) Close() error { return t.b.Close() }

// Open goes to a URL and returns once its document has arrived, loaded or not. No answer is a *NetworkError; an HTTP
// status that speaks of an error is a document like any other.
func (t *Tab) Open(ctx context.Context, target string) error {
	t.document.forgetTrouble()
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

// Reload asks for the document at hand again. Of one that did not come Chromium knows the address.
func (t *Tab) Reload(ctx context.Context) error {
	t.document.forgetTrouble()
	if err := (proto.PageReload{}).Call(t.ownSession(ctx)); err != nil {
		return fmt.Errorf("loading the page again: %w", err)
	}
	return nil
}

// waitError is why there is nothing to wait for on this page, if so.
func (t *Tab) waitError() error {
	if t.over.Err() != nil {
		return context.Cause(t.over)
	}
	return t.document.trouble()
}
