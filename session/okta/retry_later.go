package okta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// maxLimitWaits is how often a sign-in waits because Okta limits requests.
	maxLimitWaits = 3
	// serverTroubleWait is how long a page that Okta could not answer is left
	// alone before it is opened again.
	serverTroubleWait = 2 * time.Second
	// openingTime is what opening a page again takes at least: a wait that leaves
	// less of the sign-in's time is of no use.
	openingTime = 2 * time.Second
	// longestSilentWait is how long nobody needs to be told.
	longestSilentWait = 5 * time.Second
	// connectionWait is how long Okta is left alone after the connection failed.
	connectionWait = 2 * time.Second
	// maxLostConnections is how often the page is opened again because of that.
	maxLostConnections = 3
	// staleDocumentTime is how long the document before may be taken for the one
	// that was opened.
	staleDocumentTime = 3 * time.Second
)

// reopening is why the page was opened anew so far.
type reopening struct {
	restarted     bool // Okta had forgotten the sign-in: once
	serverTrouble bool // after an error of Okta's own: once
	limitWaits    int
	lost          int        // connections
	notBefore     time.Time  // Okta asked to wait until then
	openedAt      time.Time  // the last time
	left          page.Reply // how the document that was left then was answered
	reloaded      bool       // that document was asked for again, and nothing else opened since
}

// restart opens the page anew, once: Okta forgets a sign-in that was left for
// too long.
func (s *signIn) restart(ctx context.Context, r response) error {
	if s.reopening.restarted {
		return &session.RefusedError{What: "the sign-in", Said: s.quote(ctx, r)}
	}
	s.reopening.restarted = true
	return s.reopen(ctx)
}

// reopen opens the sign-in anew, once Okta allows it. It goes on where it was or
// starts over, as Okta wants it; the person is not asked for what they have given.
func (s *signIn) reopen(ctx context.Context) error {
	if err := s.waitUntilAllowed(ctx); err != nil {
		return err
	}
	reload := s.isOnItsWay()
	s.exchange.pageOpened()
	s.selection.codeRequested("")
	s.reopening.left = s.page.DocumentReply()
	var err error
	if s.reopening.reloaded = reload; reload {
		err = s.page.Reload(ctx)
	} else {
		err = s.page.Open(ctx, s.org.URL)
	}
	s.reopening.openedAt = time.Now()
	return err
}

// isOnItsWay reports that Okta has accepted all that it asked for, and that it is the
// way from there to the app that failed. It is asked for again: the app's link would
// begin another sign-in.
func (s *signIn) isOnItsWay() bool {
	r := s.exchange.response
	through := s.reopening.reloaded || r.came && r.outcome == accepted
	return through && (statusMayPass(s.page.DocumentReply().Status) || mayPass(s.page.LoadError()))
}

// statusMayPass reports an HTTP status of a document that may come when it is asked for again.
func statusMayPass(status int) bool {
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// isLeft reports that d may still be how the document that was left was answered:
// the browser says so only a moment after the next one is there.
func (r *reopening) isLeft(d page.Reply) bool {
	return d.Status == r.left.Status && d.URL == r.left.URL && d.Wait == r.left.Wait && time.Since(r.openedAt) < staleDocumentTime
}

// refusal is an answer that means "not now", to a press or as a document.
type refusal struct {
	outcome outcome
	status  int // of HTTP
	wait    time.Duration
}

// tryLater waits for as long as Okta asks to, or a moment after an error of its
// own, and opens the page again. What was sent is not sent again by itself: what
// to do next is what the page opened then asks. Where that is no use it returns
// failure's error: see planRetry.
func (s *signIn) tryLater(ctx context.Context, r refusal, failure func() error) error {
	if err := s.planRetry(ctx, r, failure); err != nil {
		return err
	}
	return s.reopen(ctx)
}

// answerLater is tryLater where the page takes the same answer again: it stays.
func (s *signIn) answerLater(ctx context.Context, r refusal, failure func() error) error {
	if err := s.planRetry(ctx, r, failure); err != nil {
		return err
	}
	if err := s.waitUntilAllowed(ctx); err != nil {
		return err
	}
	return s.page.AwaitAgain(ctx)
}

// planRetry says how long to wait for another try. Errors: failure's, where Okta does
// not say how long to wait, the wait does not fit into the sign-in's time, or it was
// tried already.
func (s *signIn) planRetry(ctx context.Context, r refusal, failure func() error) error {
	wait := r.wait
	switch {
	case r.outcome == rateLimited && wait > 0 && s.reopening.limitWaits < maxLimitWaits:
		s.reopening.limitWaits++
	case r.status >= http.StatusInternalServerError && !s.reopening.serverTrouble:
		s.reopening.serverTrouble, wait = true, max(wait, serverTroubleWait)
	default:
		return failure()
	}
	if left, limited := session.TimeLeft(ctx); limited && wait+openingTime > left {
		return failure()
	}
	s.sayWait(r, wait)
	s.reopening.waitFor(wait)
	return nil
}

// tryConnection opens the page again where err is a connection that failed and may
// work again. Else, or where that was tried too often, it returns err.
func (s *signIn) tryConnection(ctx context.Context, err error) error {
	for mayPass(err) && s.reopening.lost < maxLostConnections {
		if left, limited := session.TimeLeft(ctx); limited && connectionWait+openingTime > left {
			return err
		}
		s.reopening.lost++
		s.note(err.Error() + ": the page is opened again")
		s.Ask.Progress("the connection to Okta failed: trying again")
		if err := session.Pause(ctx, connectionWait); err != nil {
			return err
		}
		err = s.reopen(ctx)
	}
	return err
}

// mayPass reports a request that may be answered when it is made again.
func mayPass(err error) bool {
	var lost page.LostRequest
	return errors.As(err, &lost) && lost.MayPass()
}

// wasLost reports that what was typed may have reached Okta, and its answer did not
// come back.
func wasLost(err error) bool {
	var lost page.LostRequest
	return errors.As(err, &lost) && !lost.Unsent()
}

// lostAnswer is the end of a sign-in whose answer to what was lost with err: the
// connection may work again, and what was sent is not sent again: err is not wrapped.
func lostAnswer(what string, err error) error {
	return fmt.Errorf("no answer to %s came from Okta: %s", what, err.Error())
}

// openOnceMore opens a page, a second time where the connection failed.
func openOnceMore(ctx context.Context, p page.Page, address string) error {
	err := p.Open(ctx, address)
	if !mayPass(err) || session.Pause(ctx, connectionWait) != nil {
		return err
	}
	return p.Open(ctx, address)
}

// sayWait says why nothing goes on for a while; a moment is not worth a message.
func (s *signIn) sayWait(r refusal, wait time.Duration) {
	why := "Okta has trouble of its own"
	if r.outcome == rateLimited {
		why = "Okta is limiting requests"
	}
	text := fmt.Sprintf("%s (HTTP status %d): trying again in %s", why, r.status, session.ShortDuration(wait))
	if wait > longestSilentWait {
		s.Ask.Say(text)
		s.recordStep(text)
		return
	}
	s.note(text)
}

// waitFor keeps the page from being opened again for a while.
func (r *reopening) waitFor(wait time.Duration) { r.notBefore = time.Now().Add(wait) }

// waitUntilAllowed waits for the end of the wait that Okta asked for, and counts
// it down. A wait that does not fit into the sign-in's time is an error at once.
func (s *signIn) waitUntilAllowed(ctx context.Context) error {
	wait := time.Until(s.reopening.notBefore)
	if left, limited := session.TimeLeft(ctx); limited && wait > left {
		return &session.RefusedError{What: "the sign-in", Kind: session.RefusedTooMany, Wait: wait}
	}
	for {
		left := time.Until(s.reopening.notBefore)
		if left <= 0 {
			return nil
		}
		s.Ask.Progress("Okta asks to wait: " + session.ShortDuration(left.Round(time.Second)))
		if err := session.Pause(ctx, min(left, time.Second)); err != nil {
			return err
		}
	}
}
