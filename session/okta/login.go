package okta

import (
	"context"
	"slices"

	"stsx/session"
)

// login answers a page that asks for the username, the password or both.
func (t *talk) login(ctx context.Context) error {
	if done, err := t.openVerify(ctx); done || err != nil {
		return err
	}
	asksName, err := t.page.Visible(ctx, username)
	if err != nil {
		return err
	}
	asksPassword, err := t.page.Visible(ctx, passwordBox)
	if err != nil {
		return err
	}
	if asksName {
		if err := t.page.Fill(ctx, username, session.NewSecret(t.org.Username), t.origins); err != nil {
			return err
		}
		t.named = true
	}
	if err := t.answerRemember(ctx); err != nil {
		return err
	}
	if asksPassword {
		if err := t.secret(ctx); err != nil {
			return err
		}
		if err := t.page.Fill(ctx, passwordBox, t.password.Secret, t.origins); err != nil {
			return err
		}
		t.sent = true
	}
	asked, err := t.page.Visible(ctx, captcha)
	switch {
	case err != nil:
		return err
	case asked && t.shown:
		return t.human(ctx)
	}
	limited, cancel := ctx, func() {}
	if asked {
		limited, cancel = context.WithTimeout(ctx, captchaWait)
	}
	v, err := t.submit(limited)
	cancel()
	switch {
	case err != nil && asked && ctx.Err() == nil:
		return t.captchaAsks(ctx)
	case err != nil:
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err != nil || !wrong {
		return err
	}
	if !asksPassword {
		return &session.RefusedError{What: "the username", Said: t.quote(ctx, v)}
	}
	return t.wrongPassword(ctx, v)
}

// secret makes sure that there is a password to type.
func (t *talk) secret(ctx context.Context) (err error) {
	if t.password.IsZero() {
		t.password, err = t.Passwords.First(ctx, t.org)
	}
	return err
}

// wrongPassword forgets the password that Okta refused and asks for another.
func (t *talk) wrongPassword(ctx context.Context, v verdict) error {
	out := &session.RefusedError{What: "the password", Said: t.quote(ctx, v), Kind: session.RefusedPassword}
	t.Passwords.Refused(ctx, t.org, t.password)
	t.sent = false
	t.wrong.passwords = append(t.wrong.passwords, t.password.Secret)
	if len(t.wrong.passwords) >= maxRefused || !t.Ask.Interactive() {
		return out
	}
	t.Ask.Say(out.Error())
	again, err := t.Passwords.Again(ctx, t.org, t.wrong.passwords...)
	if err != nil {
		return err
	}
	t.password = again
	return t.page.AwaitAgain(ctx)
}

// notice answers a page that says something and asks nothing. One that comes
// before anything was done may be about an earlier sign-in that was left too
// long: the page is opened once more.
func (t *talk) notice(ctx context.Context) error {
	if !t.acted && !t.restarted {
		return t.restart(ctx, verdict{})
	}
	t.listen(ctx)
	if v := t.told.verdict; has(v.keys, "safe.mode") && slices.Contains(v.next, "skip") {
		return t.goOn(ctx, backLink) // so Gen3 marks what skips
	}
	if t.told.came {
		if _, err := t.judge(ctx, t.told.verdict); err != nil || !t.told.came {
			return err
		}
	}
	said, err := t.page.Text(ctx, pageError)
	if err != nil {
		return err
	}
	if said == "" {
		return t.page.AwaitAgain(ctx) // the place for a message, while the page is being drawn
	}
	out := &session.RefusedError{What: "the sign-in", Said: said}
	if t.sent {
		// The password was right: it is the app that is refused.
		out.Kind = session.RefusedNotAssigned
	}
	return out
}
