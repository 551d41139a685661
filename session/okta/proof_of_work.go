package okta

import (
	"context"
	"errors"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// Okta's bot protection is ALTCHA: the widget has to find a number, which takes
// some seconds of all cores, before it sends a form. The form is sent by itself
// then. Nothing of it is on the page until its script is there.
const (
	workMark     = `form:has(altcha-widget)`
	workingMark  = `html:has(altcha-widget [data-state="verifying"])`
	workOverMark = `html:has(altcha-widget :is([data-state="error"], [data-state="expired"]))`
	expiredMark  = `html:has(altcha-widget [data-state="expired"])`
	// workAgainBox is what a person ticks to have it done again.
	workAgainBox = `altcha-widget input[type="checkbox"]`
	// workScriptMark is a document that has asked for its script; it stays on the
	// pages after the first.
	workScriptMark = `html:has(head script[src$="/altcha/altcha.js"])`
	// workPlaceMark is Gen2's place for it.
	workPlaceMark = `html:has(.altcha-captcha)`
	// withoutWorkPlace is Gen3, which shows nothing before the script is there.
	withoutWorkPlace = `html:not(:has(.siw-main-view))`
	// workSpentMark is that place once the work was sent: Gen2 does not do it again
	// when the form is sent again, and Okta takes no work twice.
	workSpentMark = `html:has(.altcha-captcha[data-captcha-id]):not(:has(altcha-widget))`

	// workScriptWait is how long the script of the work may take to come.
	workScriptWait     = 15 * time.Second
	workScriptInterval = 50 * time.Millisecond
	// maxWorkTries is how often a page may start its work.
	maxWorkTries = 2
	// workAgainWait is how long a page is left alone whose work failed.
	workAgainWait = 2 * time.Second
)

// A workError is a page that gave its work up: nothing was sent.
type workError struct{ expired bool }

func (e *workError) Error() string {
	if e.expired {
		return "Okta's check of this browser took too long"
	}
	return "Okta's check of this browser failed"
}

// gaveUp reports a page that gave its work up.
func gaveUp(err error) bool {
	var work *workError
	return errors.As(err, &work)
}

// sentNothing reports that Okta did not get what was typed.
func sentNothing(err error) bool {
	var lost page.LostRequest
	return gaveUp(err) || errors.As(err, &lost) && lost.Unsent()
}

// awaitWork waits for what a page needs that has to work before it sends. reopened:
// the page can't work any more, and was opened anew.
func (s *signIn) awaitWork(ctx context.Context) (reopened bool, err error) {
	spent, err := s.page.Visible(ctx, workSpentMark)
	if err != nil {
		return false, err
	}
	if spent {
		s.note("the page's proof of work is spent: it is opened again")
		return true, s.reopen(ctx)
	}
	for end := time.Now().Add(workScriptWait); time.Now().Before(end); {
		pending, err := s.isWorkPending(ctx)
		if err != nil || !pending {
			return false, err
		}
		if err := session.Pause(ctx, workScriptInterval); err != nil {
			return false, err
		}
	}
	s.note("the script of the page's proof of work did not come")
	return false, nil
}

// isWorkPending reports whether the page will have work, and has not got it yet.
func (s *signIn) isWorkPending(ctx context.Context) (bool, error) {
	mark := workPlaceMark
	switch {
	case s.exchange.response.proofOfWork:
		mark += `, ` + withoutWorkPlace
	case !s.exchange.pressed:
		mark += `, ` + workScriptMark
	}
	pending, err := s.page.Visible(ctx, mark)
	if err != nil || !pending {
		return false, err
	}
	ready, err := s.page.Visible(ctx, workMark)
	return !ready, err
}

// pressAndWork presses one of several visible matches and returns the answer that
// comes at one of replies. Where the page works first it waits for that, and has
// it done again when it failed. Errors: *workError.
func (s *signIn) pressAndWork(ctx context.Context, mark string, n int, replies ...string) (reply page.Reply, err error) {
	works, err := s.page.Visible(ctx, workMark)
	switch {
	case err != nil:
		return page.Reply{}, err
	case !works:
		return s.page.PressNth(ctx, mark, n, page.Work{}, replies...)
	}
	s.Ask.Progress("waiting for Okta's check of this browser")
	for tries := 1; ; tries++ {
		reply, err = s.page.PressNth(ctx, mark, n, page.Work{Going: workingMark, Over: workOverMark}, replies...)
		switch {
		case errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, page.ErrUnanswered):
			return reply, s.unfinishedWork(ctx)
		case !errors.Is(err, page.ErrGaveUp):
			s.Ask.Progress("signing in to " + s.org.Name)
			return reply, err
		}
		expired, err := s.page.Visible(ctx, expiredMark)
		if err != nil {
			return reply, err
		}
		failure := &workError{expired}
		if tries == maxWorkTries {
			return reply, failure
		}
		s.note(failure.Error() + ": once more")
		if err := session.Pause(ctx, workAgainWait); err != nil {
			return reply, err
		}
		mark, n = workAgainBox, 0
	}
}

// unfinishedWork is a page that was at work when the sign-in's time was over.
func (s *signIn) unfinishedWork(ctx context.Context) error {
	out := s.errorWithPage(ctx, "Okta's check of this browser was not done in time")
	out.Err = context.DeadlineExceeded
	return out
}
