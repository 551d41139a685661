package okta

import (
	"context"
	"errors"

	"stsx/session"
)

// codeFactors are answered with something to type.
func codeFactors() []factor {
	return []factor{
		{
			names: []string{"totp", "google_otp"},
			title: "Google Authenticator",
			pick:  pick("google_otp", "mfa-google-auth"),
			page:  beacon("mfa-google-auth") + `:is(input[name="credentials.passcode"][type="text"], .mfa-verify-totp input[name="answer"])`,
		},
		{
			names: []string{"totp", "okta_verify"},
			title: "Okta Verify",
			pick:  pick("okta_verify-totp", "mfa-okta-verify"),
			page:  `input[name="credentials.totp"], ` + beacon("mfa-okta-verify") + `.mfa-verify-totp input[name="answer"]`,
		},
	}
}

// answerCode answers the page that asks for f's code.
func (f factor) answerCode(t *talk, ctx context.Context) error {
	code, err := t.codes.Next(ctx, t.org, "Code from "+f.title)
	if err != nil {
		var input *session.InputError
		if t.refusal != nil && errors.As(err, &input) {
			return t.refusal
		}
		return err
	}
	if err := t.answerRemember(ctx); err != nil {
		return err
	}
	if err := t.page.Fill(ctx, f.page, code.Reveal(), t.origins); err != nil {
		return err
	}
	v, err := t.submit(ctx)
	if err != nil {
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err != nil || !wrong {
		return err
	}
	t.refusal = &session.RefusedError{What: "the code", Said: t.quote(ctx, v), Kind: session.RefusedCode}
	if t.wrong.codes++; t.wrong.codes >= maxRefused {
		return t.refusal
	}
	t.Ask.Say(t.refusal.Error())
	return t.page.Again(ctx)
}
