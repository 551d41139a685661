package okta

import (
	"context"
	"errors"

	"stsx/session"
	"stsx/session/page"
)

// maxPushes is how often a phone is asked in one sign-in, whoever wanted it: who
// gets one push after the other may say yes to be rid of them.
const maxPushes = 3

// Marks of Classic's page for Okta Verify, where a code can be entered too.
const (
	classicPush  = `form.mfa-verify-push`
	inlineLink   = `a[data-se="inline-totp-add"]`
	inlineField  = `.mfa-verify-totp-inline input[name="answer"]`
	inlineSubmit = `[data-se="inline-totp-verify"]`
	inlineCode   = inlineLink + ", " + inlineField
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
			beacon(icon) + `form:not(:has(input:not([name="authenticator.autoChallenge"]))) button[type="submit"]:is([data-type="save"], [data-se="save"])`,
		waits: `.siw-main-view.challenge-poll--` + key + ` :is(.okta-verify-push-challenge, .okta-verify-number-challenge, .custom-app-push-challenge), ` +
			beacon(icon) + `form:has([data-se="o-form-explain"], [data-se="numberchallenge-instr-value"], [data-se="reminder-prompt"], input[name="autoChallenge"]):not(:has(input:not([name="autoChallenge"]), button:not([role="link"], :disabled), a:not(.resend-number-challenge)))`,
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
	if t.avoid == f.title {
		// An answer to a poll draws the page once more over the list; and a page opened again may be where it was.
		if leave, err := t.others(ctx); err != nil || leave != nil {
			return errOr(err, leave, ctx)
		}
		t.avoid = ""
		if there, err := t.page.Visible(ctx, cancelLink); err != nil || there {
			return errOr(err, t.cancel, ctx)
		}
	}
	inline, err := t.page.Visible(ctx, inlineCode)
	if err != nil {
		return err
	}
	code := verifyCode()
	nobody := t.withoutPerson(f)
	byPush, byCode := t.wanted(f), inline && t.wanted(code)
	byPush = byPush && (nobody == nil || !byCode)
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
	if nobody != nil {
		return nobody
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
	var act *page.ActionError
	if !errors.As(err, &act) {
		return err
	}
	there, looked := t.page.Visible(ctx, f.page)
	if looked != nil || there {
		return err
	}
	return nil
}
