package okta

import (
	"context"
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
	// pollRest is after what silence a page that polls is taken to have stopped:
	// polls are seconds apart. Okta's pages stop at an error of Okta's own.
	pollRest = 12 * time.Second
	// maxTroubles is how many polls in a row may get no answer.
	maxTroubles = 5
	// pickedAt is how long a push that was answered just when a key was pressed
	// has to be heard of.
	pickedAt = 200 * time.Millisecond
)

// pushNumber is the number that is to be picked on the phone.
const pushNumber = `[data-se="challenge-number"], [data-se="text-code"], [data-se="numberchallenge-instr-value"] .strong`

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
	inline, err := t.page.Visible(ctx, inlineCode)
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
		reply, err := t.page.NextReply(limited, replies()...)
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
		t.told = tell(reply)
		v, h := t.told.verdict, hear(reply.Body)
		quiet, troubled, broke = time.Now(), 0, v.outcome.passes()
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

// ending is what an answer says of a push that runs out of time at until.
func (h heard) ending(v verdict, until time.Time) ending {
	switch {
	case h.result == "WAITING", v.outcome.passes():
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
