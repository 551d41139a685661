package okta

import (
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
)

const (
	fastPass      = "fastpass"
	fastPassTitle = "Okta FastPass"
	// fastPassButton is "Sign in with Okta FastPass". In Gen3 its icon alone
	// tells it from other buttons.
	fastPassButton = `.sign-in-with-device-option .okta-verify-container a[data-se="button"], form button[type="button"]:has(svg[aria-labelledby="mfa-okta-verify"])`
)

// fastPassFactors is Okta Verify on this computer. The page looks for it by
// itself, and goes on by itself when it has answered or can't be found.
func fastPassFactors() []factor {
	return []factor{{
		names:  []string{fastPass},
		title:  fastPassTitle,
		pick:   pick("okta_verify-signed_nonce", "none"),
		page:   probing() + ", " + opening(),
		wants:  "Okta Verify on this computer has to be opened",
		always: true,
		answer: factor.awaitVerify,
	}}
}

// probing is a mark of the page that looks for Okta Verify on ports of this
// machine.
func probing() string {
	return `.device-challenge-poll .loopback-content, ` +
		beacon("mfa-okta-verify") + `form:has([role="progressbar"]):not(:has(input, button:not([role="link"]))) ` + heading
}

// opening is a mark of the page that opens Okta Verify with a link: of its
// button, for those whose browser asks first or has not done it.
func opening() string {
	return `.device-challenge-poll :is(.ul-button, .al-button), ` +
		beacon("mfa-okta-verify") + `form:not(:has(input, [type="submit"], [data-se="numberchallenge-instr-value"])) ` + plainButton
}

// fastPassScreens is a first page without a username: with the button alone.
func fastPassScreens() []screen {
	return []screen{{fastPassTitle, `form:not(:has(input[name="identifier"])) :is(` + fastPassButton + `)`, (*talk).pressFastPass}}
}

// openVerify presses the first page's button if FastPass is wanted. done: the
// page was answered so.
func (t *talk) openVerify(ctx context.Context) (done bool, err error) {
	if t.org.MFA != fastPass {
		return false, nil
	}
	there, err := t.page.Visible(ctx, fastPassButton)
	if err != nil || !there {
		return false, err
	}
	return true, t.pressFastPass(ctx)
}

func (t *talk) pressFastPass(ctx context.Context) error {
	if t.opened {
		return t.noVerify(ctx, nil)
	}
	t.opened = true
	v, err := t.press(ctx, fastPassButton)
	if err != nil {
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err == nil && wrong {
		err = &session.RefusedError{What: fastPassTitle, Said: t.quote(ctx, v)}
	}
	return err
}

// verifyWait is how long Okta Verify may take before the person is told that it
// may wait for them.
const verifyWait = 3 * time.Second

// awaitVerify waits until the page has gone on. One that wants Okta Verify
// opened is for the person at a window.
func (f factor) awaitVerify(t *talk, ctx context.Context) error {
	byHand, err := t.page.Visible(ctx, opening())
	if err != nil {
		return err
	}
	if byHand {
		if !t.wanted(f) {
			leave, err := t.others(ctx)
			if leave != nil || err != nil {
				return errOr(err, leave, ctx)
			}
		}
		if err := t.canShow(); err != nil {
			t.silent = true // and not to be picked from the list again
			if t.org.MFA == fastPass {
				return t.hidden(ctx, f.wants, err)
			}
		}
		return f.byPerson(t, ctx)
	}
	t.Ask.Progress("looking for Okta Verify on this computer")
	var marks []string
	for _, s := range screens() {
		// The first widgets have the link to the other ways on this page, too.
		if s.mark != f.page && s.name != anotherAuthenticator {
			marks = append(marks, s.mark)
		}
	}
	marks = append(marks, opening())
	limited, cancel := context.WithTimeout(ctx, verifyWait)
	_, err = t.page.Await(limited, marks...)
	cancel()
	if err == nil || limited.Err() == nil || ctx.Err() != nil {
		return err
	}
	return t.meanwhile(ctx, session.Errand{Prompt: "Okta Verify may ask you to confirm on this computer"}, func(ctx context.Context) error {
		_, err := t.await(ctx, marks)
		if errors.Is(err, errUnknown) {
			err = nil // the page has gone on all the same
		}
		return err
	})
}

// cancelled is where the page tells Okta that Okta Verify did not answer.
const cancelled = "/idp/idx/authenticators/poll/cancel"

// answering is the list without FastPass if that was taken from it already and
// Okta Verify did not answer. stale: it is the list that was answered, which
// Gen3 draws once more on its way to the next page.
func (t *talk) answering(ctx context.Context, known []row) (left []row, stale bool, err error) {
	isFastPass := func(r row) bool { return r.is(fastPassTitle) }
	if t.chosen != nil && t.chosen.title == fastPassTitle && slices.ContainsFunc(known, isFastPass) {
		limited, cancel := context.WithTimeout(ctx, verifyWait)
		defer cancel()
		if reply, err := t.page.NextReply(limited, cancelled); err != nil || reply.Navigated {
			if limited.Err() != nil || err == nil {
				return nil, ctx.Err() == nil, context.Cause(ctx)
			}
			return nil, false, err
		}
		t.silent, t.chosen, t.free = true, nil, t.org.MFA != fastPass
		if t.free {
			t.Ask.Say("Okta Verify did not answer on this computer")
		}
	}
	if t.silent {
		known = slices.DeleteFunc(known, isFastPass)
	}
	return known, false, nil
}

// noVerify is the error when nothing else was wanted. known is what Okta offers
// instead.
func (t *talk) noVerify(ctx context.Context, known []row) error {
	out := t.stuck(ctx, "Okta Verify did not answer on this computer")
	var page *session.PageError
	if errors.As(out, &page) {
		page.Cure = "see whether Okta Verify runs here and is set up for this org" + orElse(known)
	}
	return out
}
