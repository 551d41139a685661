package okta

import (
	"context"
	"time"

	"stsx/session"
)

// captcha is a mark of a page whose form goes through hCaptcha or reCAPTCHA,
// which may ask the person something or nothing.
const captcha = `body:has(#captcha-container)`

// captchaWait is how long a form with a captcha may take to be sent, before it is
// taken to ask something: while it does, the page may seem busy for ever.
const captchaWait = 15 * time.Second

const humanAsked = "Okta asks whether you are human"

// captchaAsks takes a form that the captcha lets nobody send to a window, where
// it is filled in once more.
func (t *talk) captchaAsks(ctx context.Context) error {
	t.sent = false
	if err := t.show(ctx); err != nil {
		return t.hidden(ctx, humanAsked, err)
	}
	return nil
}

// human sends the form that is filled in, in a window. What the captcha asks is
// for the person there, and so is a wrong password: they may type another.
func (t *talk) human(ctx context.Context) error {
	t.sent = false
	if err := t.page.Click(ctx, submitButton); err != nil {
		return err
	}
	var marks []string
	for _, s := range screens() {
		if s.mark != username && s.mark != passwordBox && s.mark != pageError {
			marks = append(marks, s.mark)
		}
	}
	defer session.Pause(ctx, personTime)()
	return t.meanwhile(ctx, session.Errand{Prompt: humanAsked + ": go on in the window"}, func(ctx context.Context) error {
		_, err := t.page.Await(ctx, marks...)
		return err
	})
}
