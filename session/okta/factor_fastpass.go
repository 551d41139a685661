package okta

import (
	"context"
	"errors"
	"slices"
	"time"

	"stsx/session"
)

const (
	fastPassName  = "fastpass"
	fastPassTitle = "Okta FastPass"
	// fastPassWait is how long Okta Verify may take before the person is told
	// that it may wait for them.
	fastPassWait = 3 * time.Second
	// fastPassCancelPath is where the page tells Okta that Okta Verify did not
	// answer.
	fastPassCancelPath = "/idp/idx/authenticators/poll/cancel"
	// fastPassButton is "Sign in with Okta FastPass". In Gen3 its icon alone
	// tells it from other buttons.
	fastPassButton = `.sign-in-with-device-option .okta-verify-container a[data-se="button"], ` +
		`form button[type="button"]:has(svg[aria-labelledby="mfa-okta-verify"])`
)

// fastPass is what became of Okta Verify on this computer.
type fastPass struct {
	pressed bool // the first page's button for it
	silent  bool // it did not answer, or can't be opened
}

// fastPassFactors is Okta Verify on this computer. The page looks for it by
// itself, and goes on by itself when it has answered or can't be found.
func (s *signIn) fastPassFactors() []factor {
	return []factor{{
		names:        []string{fastPassName},
		title:        fastPassTitle,
		listed:       listedMark("okta_verify-signed_nonce", "none"),
		page:         fastPassProbing() + ", " + fastPassOpening(),
		needs:        "Okta Verify on this computer has to be opened",
		alwaysWanted: true,
		answer:       s.awaitFastPass,
	}}
}

// fastPassProbing is a mark of the page that looks for Okta Verify on ports of
// this machine.
func fastPassProbing() string {
	return `.device-challenge-poll .loopback-content, ` +
		onPageWithIcon("mfa-okta-verify") + `form:has([role="progressbar"]):not(:has(input, button:not([role="link"]))) ` + pageHeading
}

// fastPassOpening is a mark of the page that opens Okta Verify with a link: of
// its button, for those whose browser asks first or has not done it.
func fastPassOpening() string {
	return `.device-challenge-poll :is(.ul-button, .al-button), ` + onPageWithIcon("mfa-okta-verify") +
		`form:not(:has(input, [type="submit"], [data-se="numberchallenge-instr-value"])) ` + plainButton
}

// fastPassScreens is a first page without a username: with the button alone.
func (s *signIn) fastPassScreens() []screen {
	return []screen{{fastPassTitle, `form:not(:has(input[name="identifier"])) :is(` + fastPassButton + `)`, s.pressFastPass, factorScreen}}
}

// tryFastPassButton presses the first page's button if FastPass is wanted. done:
// the page was answered so.
func (s *signIn) tryFastPassButton(ctx context.Context) (done bool, err error) {
	if s.org.MFA != fastPassName {
		return false, nil
	}
	there, err := s.page.Visible(ctx, fastPassButton)
	if err != nil || !there {
		return false, err
	}
	return true, s.pressFastPass(ctx)
}

func (s *signIn) pressFastPass(ctx context.Context) error {
	if s.fastPass.pressed {
		return s.fastPassUnanswered(ctx, "")
	}
	s.fastPass.pressed = true
	return s.pressOn(ctx, fastPassButton, fastPassTitle)
}

// awaitFastPass waits until the page has gone on. One that wants Okta Verify
// opened is for the person at a window.
func (s *signIn) awaitFastPass(ctx context.Context, f factor) error {
	byHand, err := s.page.Visible(ctx, fastPassOpening())
	if err != nil {
		return err
	}
	if byHand {
		return s.openFastPass(ctx, f)
	}
	s.Ask.Progress("looking for Okta Verify on this computer")
	// The first widgets have the link to the other ways on this page, too.
	marks := s.marksOf(func(c screen) bool { return c.mark != f.page && c.kind != otherAuthenticatorScreen })
	marks = append(marks, fastPassOpening())
	limited, cancel := context.WithTimeout(ctx, fastPassWait)
	_, err = s.page.Await(limited, marks...)
	cancel()
	if err == nil || limited.Err() == nil || ctx.Err() != nil {
		return err
	}
	e := session.Errand{Prompt: "Okta Verify may ask you to confirm on this computer"}
	return s.showErrand(ctx, e, func(ctx context.Context) error {
		_, err := s.awaitPage(ctx, marks)
		if errors.Is(err, errUnknownPage) {
			err = nil // the page has gone on all the same
		}
		return err
	})
}

// openFastPass answers the page that wants Okta Verify opened by hand.
func (s *signIn) openFastPass(ctx context.Context, f factor) error {
	if !s.wants(f) {
		leave, err := s.findExit(ctx)
		if leave != nil || err != nil {
			return leaveUnlessFailed(ctx, leave, err)
		}
	}
	if err := s.canShow(); err != nil {
		s.fastPass.silent = true // and not to be picked from the list again
		if s.org.MFA == fastPassName {
			return s.notShown(ctx, f.needs, err)
		}
	}
	return s.answerInWindow(ctx, f)
}

// withoutSilentFastPass is a list without FastPass if that was taken from it
// already and Okta Verify did not answer. stale: it is the list that was
// answered, which Gen3 draws once more on its way to the next page.
func (s *signIn) withoutSilentFastPass(ctx context.Context, listed []listedFactor) (left []listedFactor, stale bool, err error) {
	isFastPass := func(l listedFactor) bool { return l.is(fastPassTitle) }
	if s.selection.factor != nil && s.selection.factor.title == fastPassTitle && slices.ContainsFunc(listed, isFastPass) {
		limited, cancel := context.WithTimeout(ctx, fastPassWait)
		defer cancel()
		if reply, err := s.page.NextReply(limited, fastPassCancelPath); err != nil || reply.Navigated {
			if limited.Err() != nil || err == nil {
				return nil, ctx.Err() == nil, context.Cause(ctx)
			}
			return nil, false, err
		}
		s.fastPass.silent = true
		s.selection.unsettle(s.org.MFA != fastPassName)
		if s.selection.anyFactor {
			s.Ask.Say("Okta Verify did not answer on this computer")
		}
	}
	if s.fastPass.silent {
		listed = slices.DeleteFunc(listed, isFastPass)
	}
	return listed, false, nil
}

// fastPassUnanswered is the error when nothing else was wanted. instead names
// what Okta offers.
func (s *signIn) fastPassUnanswered(ctx context.Context, instead string) error {
	cure := "see whether Okta Verify runs here and is set up for this org" + instead
	return s.errorWithCure(ctx, "Okta Verify did not answer on this computer", cure)
}
