package okta

import (
	"context"
	"slices"

	"stsx/session"
)

// What can be done instead of typing a code or waiting for a phone.
const (
	sendAnother = "Send again"
	enterCode   = "Enter a code"
	anotherWay  = "Use another way to sign in"
	giveUp      = "Give up"
)

// resendPush is on a page that shows a number, after a while.
const resendPush = `a.resend-number-challenge`

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
	options := slices.Concat(before, []string{giveUp})
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
	if err := t.page.AwaitAgain(ctx); err != nil {
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
			t.avoid = f.title // until it is picked from the list
			return t.switchAuthenticator(ctx)
		}
	case enterCode:
		code := verifyCode()
		t.chosen, t.again = &code, true
		there, err := t.page.Visible(ctx, inlineCode)
		if err != nil || there {
			return errOr(err, func(context.Context) error { return nil }, ctx)
		}
	default:
		t.chosen, t.free, t.again, t.asked, t.avoid = nil, true, true, "", f.title
		leave, err := t.others(ctx)
		if err != nil || leave != nil {
			return errOr(err, leave, ctx)
		}
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

// cancel gives the sign-in at Okta up for a new one. A poll that was under way
// is told that there is none any more, which its page takes for the end: the
// new one gets a page of its own.
func (t *talk) cancel(ctx context.Context) error {
	v, err := t.press(ctx, cancelLink)
	if err != nil {
		return err
	}
	if v.outcome != expired {
		if _, err := t.judge(ctx, v); err != nil {
			return err
		}
	}
	return t.reopen(ctx)
}

// reopen opens the sign-in anew. The Identity Engine goes on where it was,
// Classic starts over; neither asks the person for what they have given.
func (t *talk) reopen(ctx context.Context) error {
	t.acted, t.asked = false, ""
	return t.page.Open(ctx, t.org.URL)
}
