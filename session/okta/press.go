package okta

import (
	"context"
	"time"

	"stsx/session"
)

// repeatPressGap is how long after one answer to a page the next one is sent:
// Gen2 and Classic drop, without a word, what follows within 200 ms.
const repeatPressGap = 250 * time.Millisecond

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
		if err := session.Pause(ctx, time.Until(s.exchange.pressedAt.Add(repeatPressGap))); err != nil {
			return response{}, err
		}
	}
	s.exchange.notePress(s.screen)
	reply, err := s.pressAndWork(ctx, mark, n, replies...)
	if err != nil {
		return response{}, err
	}
	r := s.readReply(reply)
	s.recordStep(r.summary())
	return r, nil
}

// checkOutcome deals with every outcome but a rejection, which it reports: what
// to do about one depends on what was sent.
func (s *signIn) checkOutcome(ctx context.Context, r response) (wrong bool, err error) {
	switch r.outcome {
	case accepted, newPasswordDue: // the page that asks for a new password comes next
		return false, nil
	case rejected:
		return true, nil
	case outOfDate, workRefused:
		return false, s.restart(ctx, r)
	}
	if r.outcome.passes() {
		return false, s.tryLater(ctx, refusal{r.outcome, r.status, r.wait}, func() error { return s.outcomeError(ctx, r) })
	}
	return false, s.outcomeError(ctx, r)
}

// outcomeError is what an outcome means that ends the sign-in.
func (s *signIn) outcomeError(ctx context.Context, r response) error {
	said := s.quote(ctx, r)
	switch r.outcome {
	case lockedOut:
		return &session.RefusedError{What: "the account", Said: said, Kind: session.RefusedLocked}
	case notAssigned:
		return &session.RefusedError{What: "the app", Said: said, Kind: session.RefusedNotAssigned}
	case policyDenied:
		return &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedPolicy}
	case deviceDenied:
		return &session.RefusedError{What: "this device", Said: said, Kind: session.RefusedDevice}
	case rateLimited:
		return &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedTooMany, Wait: r.wait}
	case underMaintenance:
		return &session.UnavailableError{Said: said, Status: r.status, Wait: r.wait}
	}
	return s.errorWithPage(ctx, "Okta answered with an error of its own")
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
