package okta

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// maxPushes is how often a phone is asked in one sign-in, whoever wanted it:
	// who gets one push after the other may say yes to be rid of them.
	maxPushes = 3
	// pushLifetime is how long Okta lets a push wait for its answer. No answer of
	// its pages says so; its help does, of Okta Verify.
	pushLifetime = 5 * time.Minute
	// pushExpiryGrace is what its page may take to say that a push ran out of time.
	pushExpiryGrace = 30 * time.Second
	// pushCheckInterval is after what silence the page that waits is looked at,
	// and how long it may take to go once the push is answered.
	pushCheckInterval = 5 * time.Second
	// pollSilenceLimit is after what silence a page that polls is taken to have
	// stopped: polls are seconds apart. Okta's pages stop at an error of Okta's own.
	pollSilenceLimit = 12 * time.Second
	// maxFailedPolls is how many polls in a row may get no answer.
	maxFailedPolls = 5
	// lateApprovalWait is how long a push that was answered just when a key was
	// pressed has to be heard of.
	lateApprovalWait = 200 * time.Millisecond
)

// Marks of push pages.
const (
	// pushNumber is the number that is to be picked on the phone.
	pushNumber = `[data-se="challenge-number"], [data-se="text-code"], [data-se="numberchallenge-instr-value"] .strong`
	// pushErrorText is where pages say what became of a push.
	pushErrorText = `.infobox-error, [data-se="infobox-error"]`
	// resendPushLink is on a page that shows a number, after a while.
	resendPushLink = `a.resend-number-challenge`
	// pushPageGone: none of the pages that wait is there any more.
	pushPageGone = `body:not(:has(.siw-main-view[class*="challenge-poll--"], form.mfa-verify-push, ` +
		`[data-se~="factor-beacon"][data-se~="mfa-okta-verify"], [data-se~="factor-beacon"][data-se~="mfa-custom-app-logo"]))`
)

// Marks of Classic's page for Okta Verify, where a code can be entered too.
const (
	classicPushForm    = `form.mfa-verify-push`
	inlineCodeLink     = `a[data-se="inline-totp-add"]`
	inlineCodeField    = `.mfa-verify-totp-inline input[name="answer"]`
	inlineCodeSubmit   = `[data-se="inline-totp-verify"]`
	inlineCodeLinkOrIt = inlineCodeLink + ", " + inlineCodeField
)

// pushResult is what became of a push.
type pushResult int

const (
	pushWaiting    pushResult = iota
	pushRenumbered            // the page shows another number
	pushOver                  // the page went on: the push was approved, or whatever it was
	pushDenied
	pushUnanswered
	pushPageStopped // the page does not ask any more
)

// pushFactors are answered on another device, while the page polls.
func (s *signIn) pushFactors() []factor {
	verify := s.pushFactor("okta_verify_push", "Okta Verify push", "okta_verify-push", "okta_verify", "mfa-okta-verify")
	verify.app = oktaVerifyTitle
	verify.send += ", " + classicPushForm + ` input[type="submit"]`
	verify.waiting += ", " + classicPushForm
	verify.page = verify.send + ", " + verify.waiting
	return []factor{verify, s.pushFactor("custom_app", "Custom app", "custom_app", "custom_app", "mfa-custom-app-logo")}
}

// pushFactor is an app of the Identity Engine's that asks its owner. Of the page
// that waits Gen3 says little: a form with nothing to fill in and nothing to press.
func (s *signIn) pushFactor(name, title, listKey, key, icon string) factor {
	f := factor{
		names: []string{"push", name}, title: title,
		listed: listedMark(listKey, icon),
		send: `.siw-main-view:is(.authenticator-verification-data--` + key + `, .resend--` + key + `) input[type="submit"], ` +
			onPageWithIcon(icon) + `form:not(:has(input:not([name="authenticator.autoChallenge"]))) ` +
			`button[type="submit"]:is([data-type="save"], [data-se="save"])`,
		waiting: `.siw-main-view.challenge-poll--` + key +
			` :is(.okta-verify-push-challenge, .okta-verify-number-challenge, .custom-app-push-challenge), ` + onPageWithIcon(icon) +
			`form:has([data-se="o-form-explain"], [data-se="numberchallenge-instr-value"], [data-se="reminder-prompt"], ` +
			`input[name="autoChallenge"])` +
			`:not(:has(input:not([name="autoChallenge"]), button:not([role="link"], :disabled), a:not(.resend-number-challenge)))`,
		alwaysWanted: true, // Classic's page may have a code beside the push, which would go unseen
		answer:       s.answerPush,
	}
	f.page = f.send + ", " + f.waiting
	return f
}

// answerPush answers the pages of a push: the one that asks whether to send it,
// the one that waits, the one that offers another. Classic has one page for all
// of them, and for a code of Okta Verify.
func (s *signIn) answerPush(ctx context.Context, f factor) error {
	if s.selection.leaving == f.title {
		if left, err := s.leavePushPage(ctx); left || err != nil {
			return err
		}
	}
	inline, err := s.page.Visible(ctx, inlineCodeLinkOrIt)
	if err != nil {
		return err
	}
	code := oktaVerifyCode()
	nobody := s.checkUnattended(f)
	byPush, byCode := s.wants(f), inline && s.wants(code)
	byPush = byPush && (nobody == nil || !byCode)
	picked := f
	if !byPush && byCode {
		picked = code
	}
	leave, err := s.leaveUnwanted(ctx, picked)
	if leave != nil || err != nil {
		return leaveUnlessFailed(ctx, leave, err)
	}
	if byPush && byCode {
		if picked, err = s.choosePushOrCode(ctx, f, code); err != nil {
			return err
		}
	}
	s.selection.settleOn(picked)
	if picked.title == code.title {
		return s.enterInlineCode(ctx)
	}
	if nobody != nil {
		return nobody
	}
	unsent, err := s.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !unsent {
		return s.awaitPush(ctx, f)
	}
	return s.sendPush(ctx, f)
}

// leavePushPage leaves a page that the person wants to leave. An answer to a poll
// draws it once more over the list, and a page opened again may be where it was.
func (s *signIn) leavePushPage(ctx context.Context) (left bool, err error) {
	if leave, err := s.findExit(ctx); err != nil || leave != nil {
		return true, leaveUnlessFailed(ctx, leave, err)
	}
	s.selection.leave("")
	return s.cancelIfPossible(ctx)
}

// choosePushOrCode asks which of the two it is to be, in the page's words.
func (s *signIn) choosePushOrCode(ctx context.Context, push, code factor) (factor, error) {
	q := session.Question{
		What: "a choice between a push and a code of Okta Verify",
		Give: "name one with --mfa or as mfa in the configuration: push or okta_verify",
	}
	if s.lastChoice(oktaVerifyChoice) == code.title {
		q.First = 1
	}
	labels := make([]string, 2)
	var err error
	for i, mark := range []string{push.send, inlineCodeLink} {
		if labels[i], err = s.textOf(ctx, mark); err != nil {
			return push, err
		}
	}
	if q.Prompt, err = s.textOf(ctx, classicPushForm+" "+pageHeading); err != nil {
		return push, err
	}
	i, err := s.Ask.Choose(ctx, q, labels)
	if err != nil {
		return push, err
	}
	picked := []factor{push, code}[i]
	s.keepChoice(oktaVerifyChoice, picked.title)
	return picked, nil
}

// enterInlineCode answers with a code in the form below Classic's push.
func (s *signIn) enterInlineCode(ctx context.Context) error {
	if err := s.showHiddenField(ctx, inlineCodeLink, inlineCodeField); err != nil {
		return err
	}
	inline := oktaVerifyCode()
	inline.field, inline.submit = inlineCodeField, inlineCodeSubmit
	return s.answerCode(ctx, inline)
}

// sendPush has the page ask the phone. Whether it is to do so by itself from
// now on, as a box beside it offers, is left as it is: Okta would remember that
// for every sign-in of the person's, not for this device.
func (s *signIn) sendPush(ctx context.Context, f factor) error {
	if s.pushesSent >= maxPushes {
		return &session.RefusedError{What: "the push", Kind: session.RefusedUnanswered}
	}
	if err := s.answerRemember(ctx); err != nil {
		return err
	}
	return s.pressSendPush(ctx, f, f.send)
}

// pressSendPush presses what asks the phone, and waits for its answer.
func (s *signIn) pressSendPush(ctx context.Context, f factor, mark string) error {
	s.forgetNumber()
	r, err := s.press(ctx, mark)
	if err != nil {
		return s.unlessPageWentOn(ctx, f, err)
	}
	if err := s.checkAccepted(ctx, r, "the push"); err != nil {
		return err
	}
	if r.outcome != accepted {
		return nil // started over
	}
	return s.awaitPush(ctx, f)
}

// unlessPageWentOn is nil instead of what went wrong at a page that has gone on
// meanwhile: the phone may answer at any moment.
func (s *signIn) unlessPageWentOn(ctx context.Context, f factor, err error) error {
	var action *page.ActionError
	if !errors.As(err, &action) {
		return err
	}
	there, unread := s.page.Visible(ctx, f.page)
	if unread != nil || there {
		return err
	}
	return nil
}

// awaitPush shows the person what there is to do on the phone until the page has
// heard of it.
func (s *signIn) awaitPush(ctx context.Context, f factor) error {
	s.pushesSent++
	defer session.PauseDeadline(ctx, pushLifetime+pushExpiryGrace)()
	until := time.Now().Add(pushLifetime)
	options, err := s.pushOptions(ctx)
	if err != nil {
		return err
	}
	for {
		result, r, picked, err := s.askPhone(ctx, f, until, options)
		switch {
		case err != nil:
			return err
		case picked != "":
			s.note("picked “" + picked + "”")
			return s.unlessPageWentOn(ctx, f, s.takeOption(ctx, f, picked, true))
		case result != pushRenumbered:
			return s.endPush(ctx, f, result, r, options)
		}
	}
}

// askPhone shows the errand until the push has a result, or an option is picked.
// A result that comes just then counts more.
func (s *signIn) askPhone(
	ctx context.Context, f factor, until time.Time, options []string,
) (result pushResult, r response, picked string, err error) {
	e, err := s.pushErrand(ctx, f)
	if err != nil {
		return result, r, "", err
	}
	e.Until, e.Options = until, options
	listen := func(ctx context.Context) error {
		var err error
		result, r, err = s.followPolls(ctx, f, until)
		return err
	}
	i, over, err := session.AskWhile(ctx, func(ctx context.Context) (int, error) { return s.Ask.Wait(ctx, e) }, listen)
	if err != nil || over {
		return result, r, "", err
	}
	short, cancel := context.WithTimeout(ctx, lateApprovalWait)
	defer cancel()
	err = listen(short)
	switch {
	case err != nil && ctx.Err() != nil:
		return result, r, "", err
	case err != nil || result != pushOver:
		return result, r, options[i], nil
	}
	return result, r, "", nil
}

// endPush goes on from a push's result.
func (s *signIn) endPush(ctx context.Context, f factor, result pushResult, r response, options []string) error {
	switch result {
	case pushDenied, pushUnanswered:
		return s.offerAnotherPush(ctx, f, result, r, options)
	case pushPageStopped:
		s.note("Okta's page has stopped asking whether the push was answered: it is opened again")
		return s.reopen(ctx)
	}
	err := s.checkAccepted(ctx, r, "the push")
	if err != nil || r.outcome != accepted {
		return err
	}
	return s.awaitPushPageGone(ctx)
}

// pushErrand is what the person has to do.
func (s *signIn) pushErrand(ctx context.Context, f factor) (session.Errand, error) {
	known := s.exchange.authenticator
	where := cmp.Or(f.app, known.app, "the app")
	if known.device != "" {
		where += " on " + known.device
	}
	e := session.Errand{Prompt: "Approve the sign-in in " + where, Number: known.number}
	if e.Number == "" {
		var err error
		if e.Number, err = s.textOf(ctx, pushNumber); err != nil {
			return e, err
		}
	}
	if e.Number != "" {
		e.Prompt = "Tap this number in " + where
	}
	return e, nil
}

// pushOptions are what the person can do instead of waiting on.
func (s *signIn) pushOptions(ctx context.Context) ([]string, error) {
	var options []string
	if s.pushesSent < maxPushes {
		options = append(options, optionSendAgain)
	}
	inline, err := s.page.Visible(ctx, inlineCodeLinkOrIt)
	if err != nil {
		return nil, err
	}
	if inline {
		options = append(options, optionEnterCode)
	}
	leave, err := s.findExit(ctx)
	if leave != nil || s.selection.several { // Gen3 has no link where all the others are Okta Verify's
		options = append(options, optionOtherWay)
	}
	return options, err
}

// followPolls follows what Okta tells its page of the push.
func (s *signIn) followPolls(ctx context.Context, f factor, until time.Time) (pushResult, response, error) {
	number, heardAt, failed, troubled := s.exchange.authenticator.number, time.Now(), 0, false
	for {
		limited, cancel := context.WithTimeout(ctx, pushCheckInterval)
		reply, err := s.page.NextReply(limited, replyPaths()...)
		silent := limited.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return pushWaiting, response{}, ctx.Err()
		case err != nil && silent:
			there, err := s.page.Visible(ctx, f.waiting)
			switch {
			case err != nil || !there && !troubled:
				return pushOver, response{}, err
			case !there, time.Since(heardAt) > pollSilenceLimit:
				return pushPageStopped, response{}, nil
			case time.Now().After(until.Add(pushExpiryGrace)):
				return pushUnanswered, response{}, nil
			}
			continue
		case err != nil:
			// Pages ask again where there was no answer.
			if failed++; failed > maxFailedPolls {
				return pushWaiting, response{}, err
			}
			s.recordStep("no answer to a poll: " + err.Error())
			heardAt = time.Now()
			continue
		case reply.Navigated:
			return pushOver, response{}, nil
		}
		r := s.readReply(reply)
		if r.outcome == rateLimited && r.wait > 0 { // for when its page stops
			s.reopening.waitFor(r.wait)
		}
		heardAt, failed, troubled = time.Now(), 0, r.outcome.passes()
		if result := r.pushResult(until); result != pushWaiting {
			s.recordStep(r.summary())
			return result, r, nil
		}
		if s.exchange.authenticator.number != number {
			return pushRenumbered, r, nil
		}
	}
}

// pushResult is what an answer says of a push that runs out of time at until.
func (r response) pushResult(until time.Time) pushResult {
	switch {
	case r.authenticator.result == "WAITING", r.outcome.passes():
		return pushWaiting
	case r.authenticator.result == "TIMEOUT":
		return pushUnanswered
	case r.authenticator.result == "REJECTED", anyContains(r.keys, "push_rejected"):
		return pushDenied
	case r.outcome == accepted && !slices.Contains(r.next, "resend"), r.outcome != accepted && r.outcome != rejected:
		return pushOver
	case anyContains(r.keys, "expired", "timeout"), time.Until(until) < pushExpiryGrace:
		return pushUnanswered
	}
	return pushDenied // with what the page says of it: the phone's app is too old, say
}

// awaitPushPageGone waits until the page that waited is gone, or it would be
// taken for another push.
func (s *signIn) awaitPushPageGone(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, pushCheckInterval)
	defer cancel()
	_, err := s.page.Await(limited, pushPageGone)
	if limited.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// offerAnotherPush is for a push that came to nothing: the person may have
// another.
func (s *signIn) offerAnotherPush(ctx context.Context, f factor, result pushResult, r response, options []string) error {
	out := &session.RefusedError{What: "the push", Kind: session.RefusedPush}
	if result == pushUnanswered {
		out.Kind = session.RefusedUnanswered
	}
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	_, err := s.page.Await(limited, pushErrorText) // once it is there: the page has a warning before
	cancel()
	if ctx.Err() != nil {
		return err
	}
	out.Said = s.quote(ctx, r)
	if s.pushesSent >= maxPushes || !s.Ask.Interactive() {
		return out
	}
	s.Ask.Say(out.Error())
	options = slices.Concat(options, []string{optionGiveUp})
	picked, err := s.Ask.Choose(ctx, session.Question{
		Prompt: "What next", What: "a choice whether to send another push", Give: "run this where it can ask",
	}, options)
	if err != nil {
		return err
	}
	if options[picked] == optionGiveUp {
		return out
	}
	return s.takeOption(ctx, f, options[picked], false)
}

// takeOption does what was picked instead of waiting on. Where the page has
// nothing for it the sign-in starts over, which asks the person for nothing
// again. stillOut: the push still is, and the page would only wait on if it were
// opened again.
func (s *signIn) takeOption(ctx context.Context, f factor, option string, stillOut bool) error {
	if err := s.page.AwaitAgain(ctx); err != nil {
		return err
	}
	var done bool
	var err error
	switch option {
	case optionSendAgain:
		done, err = s.sendPushAgain(ctx, f)
	case optionEnterCode:
		s.selection.insistOn(oktaVerifyCode())
		done, err = s.page.Visible(ctx, inlineCodeLinkOrIt)
	default:
		s.selection.startOver(f.title)
		var leave leaveFunc
		if leave, err = s.findExit(ctx); leave != nil && err == nil {
			return leave(ctx)
		}
	}
	if done || err != nil {
		return err
	}
	if stillOut {
		if cancelled, err := s.cancelIfPossible(ctx); cancelled || err != nil {
			return err
		}
	}
	return s.reopen(ctx)
}

// sendPushAgain sends another push from the page at hand. done: it had a way to.
func (s *signIn) sendPushAgain(ctx context.Context, f factor) (done bool, err error) {
	for _, mark := range []string{f.send, resendPushLink} {
		there, err := s.page.Visible(ctx, mark)
		if err != nil {
			return false, err
		}
		if there {
			return true, s.pressSendPush(ctx, f, mark)
		}
	}
	leave, err := s.firstExit(ctx, s.switchExit)
	if leave == nil || err != nil {
		return false, err
	}
	s.selection.leave(f.title) // until it is picked from the list
	return true, leave(ctx)
}

// cancelIfPossible gives the sign-in at Okta up for a new one, where the page has
// a way to. A poll that was under way is told that there is none any more, which
// its page takes for the end: the new one gets a page of its own.
func (s *signIn) cancelIfPossible(ctx context.Context) (cancelled bool, err error) {
	there, err := s.page.Visible(ctx, cancelLink)
	if err != nil || !there {
		return false, err
	}
	r, err := s.press(ctx, cancelLink)
	if err != nil {
		return true, err
	}
	if r.outcome == accepted || r.outcome == rejected || r.outcome == outOfDate {
		return true, s.reopen(ctx)
	}
	_, err = s.checkOutcome(ctx, r)
	return true, err
}
