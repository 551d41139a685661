package okta

import (
	"context"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// repeatPressGap is how long after one answer to a page the next one is sent:
	// Gen2 and Classic drop, without a word, what follows within 200 ms.
	repeatPressGap = 250 * time.Millisecond
	// pastReplyWait bounds the wait for an answer that has come already.
	pastReplyWait = 200 * time.Millisecond
)

// exchange is what was sent to Okta so far and what it answered.
type exchange struct {
	response      response      // the last one to a page of stsx's
	authenticator authenticator // as the last answer that speaks of one has it
	pressed       bool          // since the page was opened
	pressedOn     string        // screen of the last press
	pressedAt     time.Time
	restarted     bool
}

// submit presses the page's button.
func (s *signIn) submit(ctx context.Context) (response, error) { return s.press(ctx, submitButton) }

// press presses mark and returns what Okta answered.
func (s *signIn) press(ctx context.Context, mark string) (response, error) {
	return s.pressNth(ctx, mark, 0, replyPaths()...)
}

// pressNth presses one of several visible matches and returns the answer that
// comes at one of replies.
func (s *signIn) pressNth(ctx context.Context, mark string, n int, replies ...string) (response, error) {
	if s.exchange.pressedOn == s.screen {
		select {
		case <-ctx.Done():
			return response{}, context.Cause(ctx)
		case <-time.After(time.Until(s.exchange.pressedAt.Add(repeatPressGap))):
		}
	}
	s.exchange.pressed, s.exchange.pressedOn, s.exchange.pressedAt = true, s.screen, time.Now()
	reply, err := s.page.PressNth(ctx, mark, n, replies...)
	if err != nil {
		return response{}, err
	}
	r := s.readReply(reply)
	s.recordStep(r.summary())
	return r, nil
}

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

// checkOutcome deals with every outcome but a rejection, which it reports: what
// to do about one depends on what was sent.
func (s *signIn) checkOutcome(ctx context.Context, r response) (wrong bool, err error) {
	switch r.outcome {
	case accepted, newPasswordDue: // the page that asks for a new password comes next
		return false, nil
	case rejected:
		return true, nil
	case outOfDate:
		return false, s.restart(ctx, r)
	}
	said := s.quote(ctx, r)
	switch r.outcome {
	case lockedOut:
		return false, &session.RefusedError{What: "the account", Said: said, Kind: session.RefusedLocked}
	case notAssigned:
		return false, &session.RefusedError{What: "the app", Said: said, Kind: session.RefusedNotAssigned}
	case policyDenied:
		return false, &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedPolicy}
	case deviceDenied:
		return false, &session.RefusedError{What: "this device", Said: said, Kind: session.RefusedDevice}
	case rateLimited:
		return false, &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedTooMany, Wait: r.wait}
	case underMaintenance:
		return false, &session.UnavailableError{Said: said, Status: r.status, Wait: r.wait}
	}
	return false, s.errorWithPage(ctx, "Okta answered with an error of its own")
}

// pressOn presses what leads on from a page that asks nothing. A rejection is
// an error, about what.
func (s *signIn) pressOn(ctx context.Context, mark, what string) error {
	r, err := s.press(ctx, mark)
	if err != nil {
		return err
	}
	return s.checkAccepted(ctx, r, what)
}

// checkAccepted is checkOutcome where a rejection ends the sign-in.
func (s *signIn) checkAccepted(ctx context.Context, r response, what string) error {
	wrong, err := s.checkOutcome(ctx, r)
	if err == nil && wrong {
		err = &session.RefusedError{What: what, Said: s.quote(ctx, r)}
	}
	return err
}

// restart opens the page anew, once: Okta forgets a sign-in that was left for
// too long.
func (s *signIn) restart(ctx context.Context, r response) error {
	if s.exchange.restarted {
		return &session.RefusedError{What: "the sign-in", Said: s.quote(ctx, r)}
	}
	s.exchange.restarted = true
	s.forgetResponse()
	return s.reopen(ctx)
}

// reopen opens the sign-in anew. The Identity Engine goes on where it was,
// Classic starts over; neither asks the person for what they have given.
func (s *signIn) reopen(ctx context.Context) error {
	s.exchange.pressed = false
	s.selection.codeRequested("")
	return s.page.Open(ctx, s.org.URL)
}

// quote returns the page's words for a refusal, else the response's.
func (s *signIn) quote(ctx context.Context, r response) string {
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	defer cancel()
	marks := []string{fieldErrorText, pageErrorText}
	if r.aboutField { // what stands over the form may be drawn first
		marks = marks[:1]
	}
	if err := s.page.AwaitAgain(limited); err == nil {
		if i, err := s.page.Await(limited, marks...); err == nil && i >= 0 {
			if text, err := s.page.Text(limited, marks[i]); err == nil && text != "" {
				s.recordScreen(ctx, s.screen+", refused")
				return text
			}
		}
	}
	return r.said
}
