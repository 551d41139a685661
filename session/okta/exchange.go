package okta

import (
	"context"
	"time"

	"stsx/session/page"
)

// pastReplyWait bounds the wait for an answer that has come already.
const pastReplyWait = 200 * time.Millisecond

// exchange is what was sent to Okta so far and what it answered.
type exchange struct {
	response      response      // the last one to a page of stsx's
	authenticator authenticator // as the last answer that speaks of one has it
	pressed       bool          // something was, since the page was opened
	pressedOn     string        // screen of the last press
	pressedAt     time.Time
}

// notePress notes a press on a screen.
func (e *exchange) notePress(screen string) {
	e.pressed, e.pressedOn, e.pressedAt = true, screen, time.Now()
}

// pageOpened notes that the page is new: the last answer says nothing of it.
func (e *exchange) pageOpened() { e.pressed, e.response = false, response{} }

// readReply takes an answer of Okta's for the last.
func (s *signIn) readReply(reply page.Reply) response {
	r := decodeResponse(reply)
	if !r.authenticator.isEmpty() {
		s.exchange.authenticator = r.authenticator
	}
	s.exchange.response = r
	return r
}

// readPastReplies catches up on what Okta answered when no press of stsx's caused
// it: as the page was opened, or in the window.
func (s *signIn) readPastReplies(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, pastReplyWait)
	defer cancel()
	for {
		reply, err := s.page.NextReply(limited, replyPaths()...)
		if err != nil || reply.Navigated {
			return
		}
		s.exchange.response = decodeResponse(reply)
	}
}

// readMissedReplies is readPastReplies where no press was answered yet.
func (s *signIn) readMissedReplies(ctx context.Context) {
	if !s.exchange.response.came {
		s.readPastReplies(ctx)
	}
}

// forgetResponse is for a page that the person leaves: the last answer says
// nothing of the next one.
func (s *signIn) forgetResponse() { s.exchange.response = response{} }

// forgetNumber is for a push that is about to be sent: its number is not known.
func (s *signIn) forgetNumber() { s.exchange.authenticator.number = "" }
