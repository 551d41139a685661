package browser

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
)

// armCapture makes the whole browser, whatever tab, popup, frame or worker asks, stop every request that names a sign-in host.
// The patterns are looser than isSignin, which decides: a page that only carries such a URL in its query goes on.
func (b *Browser) armCapture(s devtoolsSession) error {
	return enableFetch(len(b.login) > 0).Call(s)
}

func enableFetch(askPassword bool) proto.FetchEnable {
	enable := proto.FetchEnable{HandleAuthRequests: askPassword}
	for _, host := range signinHosts {
		enable.Patterns = append(enable.Patterns, &proto.FetchRequestPattern{URLPattern: "*://*" + host + "*"})
	}
	if enable.HandleAuthRequests {
		// Chromium asks us for a password only for requests it has stopped for us before.
		enable.Patterns = []*proto.FetchRequestPattern{{URLPattern: "*"}}
	}
	return enable
}

// judgeRequest decides about one stopped request: to AWS's sign-in nothing goes, whatever its kind; the first assertion among
// it that counts is taken. Aborted and not failed otherwise: the page stays as it is and no error page takes its place.
func (b *Browser) judgeRequest(id string, e proto.FetchRequestPaused) {
	s := b.sessionFor(b.alive, proto.TargetSessionID(id))
	u, err := url.Parse(e.Request.URL)
	if err == nil && !isSigninHost(u.Hostname()) {
		_ = proto.FetchContinueRequest{RequestID: e.RequestID}.Call(s) // fails only for a request that is gone
		return
	}
	var from sender
	post := err == nil && e.Request.Method == http.MethodPost
	if post {
		from = b.windows.senderOf(e, b.newestTarget())
	}
	gone := proto.FetchFailRequest{RequestID: e.RequestID, ErrorReason: proto.NetworkErrorReasonAborted}.Call(s) != nil
	if !post {
		return
	}
	if from.hidden && from.why == "" {
		b.findOrigin(&from, e.FrameID, gone)
	}
	b.weighPost(u, e, from)
}

// findOrigin asks the page of a window whose request hides its origin for it. What Chromium reports of the page may come
// later than the request, and a page that has sent it may leave: every page that the window has shown since counts too.
func (b *Browser) findOrigin(from *sender, frame proto.PageFrameID, gone bool) {
	if gone {
		from.why = "a page that has gone on posted it"
		return
	}
	live := b.readOrigin(from.window, frame)
	from.origins = append(append(from.origins, b.windows.shownSince(*from)...), live)
}

// originScript is the origin of a page that has no frame of another's, else what pages without an origin have: a frame can
// send a form in its page's window. A world of stsx's own runs it, where the page has changed nothing.
const originScript = `(() => {
	const mixed = w => {
		for (let i = 0; i < w.length; i++) {
			try { if (w[i].origin !== self.origin || mixed(w[i])) return true } catch { return true }
		}
		return false
	}
	return mixed(self) ? 'null' : self.origin
})()`

// originWait bounds the wait for a page to say its origin.
const originWait = 5 * time.Second

// readOrigin asks a window's page for its origin; opaqueOrigin when it has none or does not answer.
func (b *Browser) readOrigin(window proto.TargetSessionID, frame proto.PageFrameID) string {
	short, cancel := context.WithTimeout(b.alive, originWait)
	defer cancel()
	s := b.sessionFor(short, window)
	world, err := proto.PageCreateIsolatedWorld{FrameID: frame, WorldName: worldName}.Call(s)
	if err != nil {
		return opaqueOrigin
	}
	said, err := proto.RuntimeEvaluate{Expression: originScript, ContextID: world.ExecutionContextID, ReturnByValue: true}.Call(s)
	if err != nil || said.ExceptionDetails != nil {
		return opaqueOrigin
	}
	return cmp.Or(session.Origin(said.Result.Value.Str()), opaqueOrigin)
}

// weighPost takes the assertion that the sign-in's own page, or a window that it opened, posts to AWS from a trusted origin.
// From anybody else it is ignored and noted; but where the tab itself has come to a foreign page, which can't go on from
// there, that ends the wait.
func (b *Browser) weighPost(u *url.URL, e proto.FetchRequestPaused, from sender) {
	tab, own := b.tabOf(from.tab)
	if tab == nil {
		return
	}
	p := capturedPost{consumer: u.Scheme + "://" + u.Host + u.Path}
	p.response, p.err = readPost(u, requestBody(e.Request))
	foreign := tab.captured.foreignOrigin(from.origins)
	switch {
	case from.why != "":
		b.noteIgnored(from.why)
	case foreign == "":
		tab.takePost(p)
	case own && !from.opened && p.err == nil:
		tab.holdPost(p, foreign)
	default:
		b.noteIgnored("a page of " + session.OneLine(foreign, session.QuoteLength) + " posted it")
	}
}

// noteIgnored says once why a SAML response did not count.
func (b *Browser) noteIgnored(why string) {
	text := "a SAML response is ignored: " + why
	b.mu.Lock()
	known := b.noted[text] || len(b.noted) == maxNotes
	if !known {
		b.noted[text] = true
	}
	b.mu.Unlock()
	if known {
		return
	}
	b.say(text)
	if b.record != nil {
		b.record.Step("step      " + text)
	}
}

// maxNotes bounds what a page can make stsx say.
const maxNotes = 8
