package okta

import (
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
)

const (
	// pushLife is how long Okta lets a push wait for its answer. No answer of
	// its pages says so; its help does, of Okta Verify.
	pushLife = 5 * time.Minute
	// pushGrace is what its page may take to say that a push ran out of time.
	pushGrace = 30 * time.Second
	// maxPushes is how often a phone is asked in one sign-in, whoever wanted it:
	// who gets one push after the other may say yes to be rid of them.
	maxPushes = 3
	// pollRest is after what silence a page that polls is taken to have stopped:
	// polls are seconds apart. Okta's pages stop at an error of Okta's own.
	pollRest = 12 * time.Second
	// pickedAt is how long a push that was answered just when a key was pressed
	// has to be heard of.
	pickedAt = 200 * time.Millisecond
)

// Marks of Classic's page for Okta Verify, where a code can be entered too.
const (
	classicPush  = `form.mfa-verify-push`
	inlineLink   = `a[data-se="inline-totp-add"]`
	inlineField  = `.mfa-verify-totp-inline input[name="answer"]`
	inlineSubmit = `[data-se="inline-totp-verify"]`
)

// pushNumber is the number that is to be picked on the phone.
const pushNumber = `[data-se="challenge-number"], [data-se="text-code"], [data-se="numberchallenge-instr-value"] .strong`

// resendPush is on a page that shows a number, after a while.
const resendPush = `a.resend-number-challenge`

// What can be done instead of waiting for a phone.
const (
	sendAnother = "Send again"
	enterCode   = "Enter a code"
	anotherWay  = "Use another way to sign in"
	giveUp      = "Give up"
)

// pushFactors are answered on another device, while the page polls.
func pushFactors() []factor {
	verify := push("okta_verify_push", "Okta Verify push", "okta_verify-push", "okta_verify", "mfa-okta-verify")
	verify.app = "Okta Verify"
	verify.send += ", " + classicPush + ` input[type="submit"]`
	verify.waits += ", " + classicPush
	verify.page = verify.send + ", " + verify.waits
	return []factor{verify, push("custom_app", "Custom app", "custom_app", "custom_app", "mfa-custom-app-logo")}
}

// push is an app of the Identity Engine's that asks its owner. Of the page that
// waits Gen3 says little: a form with nothing to fill in and nothing to press.
func push(name, title, row, key, icon string) factor {
	f := factor{
		names: []string{"push", name}, title: title,
		pick: pick(row, icon),
		send: `.siw-main-view.authenticator-verification-data--` + key + ` input[type="submit"], .siw-main-view.resend--` + key + ` input[type="submit"], ` +
			beacon(icon) + `form:not(:has(input:not([name="authenticator.autoChallenge"]))) button[type="submit"][data-se="save"]`,
		waits: `.siw-main-view.challenge-poll--` + key + ` :is(.okta-verify-push-challenge, .okta-verify-number-challenge, .custom-app-push-challenge), ` +
			beacon(icon) + `form:has([data-se="o-form-explain"], [data-se="numberchallenge-instr-value"], [data-se="reminder-prompt"], input[name="autoChallenge"]):not(:has(input:not([name="autoChallenge"]), button:not([role="link"]), a:not(.resend-number-challenge)))`,
		always: true, // Classic's page may have a code beside the push, which would go unseen
		answer: factor.answerPush,
	}
	f.page = f.send + ", " + f.waits
	return f
}

// answerPush answers the pages of a push: the one that asks whether to send it,
// the one that waits, the one that offers another. Classic has one page for all
// of them, and for a code of Okta Verify.
func (f factor) answerPush(t *talk, ctx context.Context) error {
	if t.avoid == f.title { // a page opened again may be where it was
		t.avoid = ""
		if there, err := t.page.Visible(ctx, cancelLink); err != nil || there {
			return errOr(err, t.cancel, ctx)
		}
	}
	inline, err := t.page.Visible(ctx, inlineLink+", "+inlineField)
	if err != nil {
		return err
	}
	code := verifyCode()
	byPush, byCode := t.wanted(f), inline && t.wanted(code)
	at := f
	if !byPush && byCode {
		at = code
	}
	leave, err := at.leave(t, ctx)
	if leave != nil || err != nil {
		return errOr(err, leave, ctx)
	}
	if byPush && byCode {
		if at, err = f.pushOrCode(t, ctx, code); err != nil {
			return err
		}
	}
	t.chosen, t.free = &at, false
	if at.title == code.title {
		return enterInline(t, ctx)
	}
	unsent, err := t.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !unsent {
		return f.attend(t, ctx)
	}
	return f.sendPush(t, ctx)
}

// pushOrCode asks which of the two it is to be, in the page's words.
func (f factor) pushOrCode(t *talk, ctx context.Context, code factor) (factor, error) {
	q := session.Question{
		What: "a choice between a push and a code of Okta Verify", Give: "name one with --mfa or as mfa in the configuration: push or okta_verify",
	}
	if t.last(ofVerify) == code.title {
		q.First = 1
	}
	labels := make([]string, 2)
	var err error
	for i, mark := range []string{f.send, inlineLink} {
		if labels[i], err = t.page.Text(ctx, mark); err != nil {
			return f, err
		}
	}
	if q.Prompt, err = t.page.Text(ctx, classicPush+" "+heading); err != nil {
		return f, err
	}
	picked, err := t.Ask.Choose(ctx, q, labels)
	if err != nil {
		return f, err
	}
	at := []factor{f, code}[picked]
	t.made(ofVerify, at.title)
	return at, nil
}

// enterInline answers with a code in the form below Classic's push.
func enterInline(t *talk, ctx context.Context) error {
	hidden, err := t.page.Visible(ctx, inlineLink)
	if err != nil {
		return err
	}
	if hidden {
		if err := t.page.Click(ctx, inlineLink); err != nil {
			return err
		}
		if _, err := t.page.Await(ctx, inlineField); err != nil {
			return err
		}
	}
	inline := verifyCode()
	inline.field, inline.submit = inlineField, inlineSubmit
	return inline.answerCode(t, ctx)
}

// sendPush has the page ask the phone. Whether it is to do so by itself from
// now on, as a box beside it offers, is left as it is: Okta would remember that
// for every sign-in of the person's, not for this device.
func (f factor) sendPush(t *talk, ctx context.Context) error {
	if t.pushes >= maxPushes {
		return &session.RefusedError{What: "the push", Kind: session.RefusedUnanswered}
	}
	if err := t.answerRemember(ctx); err != nil {
		return err
	}
	return f.ask(t, ctx, f.send)
}

// ask presses what asks the phone, and waits for its answer.
func (f factor) ask(t *talk, ctx context.Context, mark string) error {
	t.heard.number = ""
	v, err := t.press(ctx, mark)
	if err != nil {
		return f.unlessOn(t, ctx, err)
	}
	wrong, err := t.judge(ctx, v)
	if err != nil {
		return err
	}
	if wrong {
		return &session.RefusedError{What: "the push", Said: t.quote(ctx, v)}
	}
	if v.outcome == expired {
		return nil // started over
	}
	return f.attend(t, ctx)
}

// unlessOn is nil instead of what went wrong at a page that has gone on
// meanwhile: the phone may answer at any moment.
func (f factor) unlessOn(t *talk, ctx context.Context, err error) error {
	var act interface{ OnPage() }
	if !errors.As(err, &act) {
		return err
	}
	there, looked := t.page.Visible(ctx, f.page)
	if looked != nil || there {
		return err
	}
	return nil
}

// outcomes of a push.
type ending int

const (
	waiting    ending = iota
	renumbered        // the page shows another number
	over              // the page went on: the push was approved, or whatever it was
	denied
	unanswered
	stopped // the page does not ask any more
)

// attend shows the person what there is to do on the phone until the page has
// heard of it.
func (f factor) attend(t *talk, ctx context.Context) error {
	t.pushes++
	defer session.Pause(ctx, pushLife+pushGrace)()
	until := time.Now().Add(pushLife)
	options, err := f.options(t, ctx)
	if err != nil {
		return err
	}
	for {
		e, err := f.errand(t, ctx)
		if err != nil {
			return err
		}
		e.Until, e.Options = until, options
		var end ending
		var v verdict
		picked, err := t.beside(ctx, e, func(ctx context.Context) (err error) {
			end, v, err = f.listen(t, ctx, until)
			return err
		})
		if err != nil {
			return err
		}
		if picked >= 0 {
			short, cancel := context.WithTimeout(ctx, pickedAt)
			end, v, err = f.listen(t, short, until)
			cancel()
			if err != nil && ctx.Err() != nil {
				return err
			}
			if err != nil || end != over {
				t.note("the person picked “" + options[picked] + "”")
				return f.unlessOn(t, ctx, f.takeUp(t, ctx, options[picked], true))
			}
		}
		switch end {
		case renumbered:
			continue
		case denied, unanswered:
			return f.lost(t, ctx, end, v, options)
		case stopped:
			t.note("Okta's page has stopped asking whether the push was answered: it is opened again")
			return t.reopen(ctx)
		}
		wrong, err := t.judge(ctx, v)
		switch {
		case err != nil:
			return err
		case wrong:
			return &session.RefusedError{What: "the push", Said: t.quote(ctx, v)}
		case v.outcome != accepted:
			return nil
		}
		return f.leavePage(t, ctx)
	}
}

// errand is what the person has to do.
func (f factor) errand(t *talk, ctx context.Context) (session.Errand, error) {
	app := f.app
	if app == "" {
		app = t.heard.app
	}
	where := app
	if where == "" {
		where = "the app"
	}
	if t.heard.device != "" {
		where += " on " + t.heard.device
	}
	e := session.Errand{Prompt: "Approve the sign-in in " + where, Number: t.heard.number}
	if e.Number == "" {
		var err error
		if e.Number, err = t.page.Text(ctx, pushNumber); err != nil {
			return e, err
		}
	}
	if e.Number != "" {
		e.Prompt = "Tap this number in " + where
	}
	return e, nil
}

// options are what the person can do instead of waiting on.
func (f factor) options(t *talk, ctx context.Context) ([]string, error) {
	var options []string
	if t.pushes < maxPushes {
		options = append(options, sendAnother)
	}
	inline, err := t.page.Visible(ctx, inlineLink+", "+inlineField)
	if err != nil {
		return nil, err
	}
	if inline {
		options = append(options, enterCode)
	}
	leave, err := t.others(ctx)
	if leave != nil || t.listed { // Gen3 has no link where all the others are Okta Verify's
		options = append(options, anotherWay)
	}
	return options, err
}

// beside runs look while the person is shown e. picked is the option that they
// took instead, else -1; what look found counts more.
func (t *talk) beside(ctx context.Context, e session.Errand, look func(context.Context) error) (picked int, err error) {
	type answer struct {
		picked int
		err    error
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	looking, halt := context.WithCancel(ctx)
	defer halt()
	answers := make(chan answer, 1)
	go func() {
		picked, err := t.Ask.Wait(asking, e)
		halt()
		answers <- answer{picked, err}
	}()
	err = look(looking)
	found := err == nil || looking.Err() == nil
	stop()
	a := <-answers
	switch {
	case ctx.Err() != nil:
		return -1, context.Cause(ctx)
	case found:
		return -1, err
	}
	return a.picked, a.err
}

// listen follows what Okta tells its page of the push.
func (f factor) listen(t *talk, ctx context.Context, until time.Time) (ending, verdict, error) {
	number, quiet, troubled, broke := t.heard.number, time.Now(), 0, false
	for {
		limited, cancel := context.WithTimeout(ctx, look)
		reply, err := t.page.Heard(limited, replies()...)
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return waiting, verdict{}, ctx.Err()
		case err != nil && late:
			there, err := t.page.Visible(ctx, f.waits)
			switch {
			case err != nil || !there && !broke:
				return over, verdict{}, err
			case !there, time.Since(quiet) > pollRest:
				return stopped, verdict{}, nil
			case time.Now().After(until.Add(pushGrace)):
				return unanswered, verdict{}, nil
			}
			continue
		case err != nil:
			// Pages ask again where there was no answer.
			if troubled++; troubled > maxTroubles {
				return waiting, verdict{}, err
			}
			t.step("no answer to a poll: " + err.Error())
			quiet = time.Now()
			continue
		case reply.Navigated:
			return over, verdict{}, nil
		}
		v, h := read(reply), hear(reply.Body)
		quiet, troubled, broke = time.Now(), 0, v.outcome == tooMany || v.outcome == broken
		if !h.empty() {
			t.heard = h
		}
		end := h.ending(v, until)
		if end != waiting {
			t.step(v.account(reply))
			return end, v, nil
		}
		if t.heard.number != number {
			return renumbered, v, nil
		}
	}
}

// maxTroubles is how many polls in a row may get no answer.
const maxTroubles = 5

// ending is what an answer says of a push that runs out of time at until.
func (h heard) ending(v verdict, until time.Time) ending {
	switch {
	case h.result == "WAITING", v.outcome == tooMany, v.outcome == broken:
		return waiting
	case h.result == "TIMEOUT":
		return unanswered
	case h.result == "REJECTED", has(v.keys, "push_rejected"):
		return denied
	case v.outcome == accepted && !slices.Contains(v.next, "resend"), v.outcome != accepted && v.outcome != refused:
		return over
	case has(v.keys, "expired", "timeout"), time.Until(until) < pushGrace:
		return unanswered
	}
	return denied // with what the page says of it: the phone's app is too old, say
}

// lost is for a push that came to nothing: the person may have another.
func (f factor) lost(t *talk, ctx context.Context, end ending, v verdict, before []string) error {
	out := &session.RefusedError{What: "the push", Kind: session.RefusedPush}
	if end == unanswered {
		out.Kind = session.RefusedUnanswered
	}
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	_, err := t.page.Await(limited, pushError) // once it is there: the page has a warning before
	cancel()
	if ctx.Err() != nil {
		return err
	}
	out.Said = t.quote(ctx, v)
	if t.pushes >= maxPushes || !t.Ask.Interactive() {
		return out
	}
	t.Ask.Say(out.Error())
	options := append(append([]string{}, before...), giveUp)
	picked, err := t.Ask.Choose(ctx, session.Question{
		Prompt: "What next", What: "a choice whether to send another push", Give: "run this where it can ask",
	}, options)
	if err != nil {
		return err
	}
	if options[picked] == giveUp {
		return out
	}
	return f.takeUp(t, ctx, options[picked], false)
}

// pushError is where pages say what became of a push.
const pushError = `.infobox-error, [data-se="infobox-error"]`

// takeUp does what was picked instead of waiting on. Where the page has
// nothing for it the sign-in starts over, which asks the person for nothing
// again. out: the push still is, and the page would only wait on if it were
// opened again.
func (f factor) takeUp(t *talk, ctx context.Context, option string, out bool) error {
	if err := t.page.Again(ctx); err != nil {
		return err
	}
	switch option {
	case sendAnother:
		for _, mark := range []string{f.send, resendPush} {
			there, err := t.page.Visible(ctx, mark)
			if err != nil {
				return err
			}
			if there {
				return f.ask(t, ctx, mark)
			}
		}
		there, err := t.page.Visible(ctx, switchLink)
		if err != nil {
			return err
		}
		if there {
			return t.switchAuthenticator(ctx)
		}
	case enterCode:
		code := verifyCode()
		t.chosen, t.again = &code, true
		there, err := t.page.Visible(ctx, inlineLink+", "+inlineField)
		if err != nil || there {
			return errOr(err, func(context.Context) error { return nil }, ctx)
		}
	default:
		t.chosen, t.free, t.again, t.asked = nil, true, true, ""
		leave, err := t.others(ctx)
		if err != nil || leave != nil {
			return errOr(err, leave, ctx)
		}
		t.avoid = f.title
	}
	if out {
		if there, err := t.page.Visible(ctx, cancelLink); err != nil || there {
			return errOr(err, t.cancel, ctx)
		}
	}
	return t.reopen(ctx)
}

// cancelLink is the Identity Engine's way back to its first page; on a page
// that has nothing else it leads away from the app.
const cancelLink = `[data-se="cancel"]`

// cancel gives the sign-in at Okta up for a new one.
func (t *talk) cancel(ctx context.Context) error {
	v, err := t.press(ctx, cancelLink)
	if err != nil {
		return err
	}
	_, err = t.judge(ctx, v)
	return err
}

// reopen opens the sign-in anew. The Identity Engine goes on where it was,
// Classic starts over; neither asks the person for what they have given.
func (t *talk) reopen(ctx context.Context) error {
	t.acted, t.asked = false, ""
	return t.page.Open(ctx, t.org.URL)
}

// leavePage waits until the page that waited is gone, or it would be taken for
// another push.
func (f factor) leavePage(t *talk, ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	_, err := t.page.Await(limited, pushGone)
	if limited.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// pushGone: none of the pages that wait is there any more.
const pushGone = `body:not(:has(.siw-main-view[class*="challenge-poll--"], form.mfa-verify-push, ` +
	`[data-se~="factor-beacon"][data-se~="mfa-okta-verify"], [data-se~="factor-beacon"][data-se~="mfa-custom-app-logo"]))`
