package okta

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stsx/session"
)

// Marks of code pages.
const (
	passwordTitle = "Password"
	codeField     = `:is(input[name="credentials.passcode"][type="text"], .mfa-verify-totp input[name="answer"])`
	// plainButton is a button of Gen3's that says of itself only what it reads.
	plainButton = `button[type="button"]:not([data-se]):not([role="link"])`
	resendLink  = `.resend-link, [data-se="reminder-prompt"] a, form [role="alert"] a:is([href^="javascript:"], [href="#"]), .resend-email-btn`
)

// codeFactors are answered with something to type.
func codeFactors() []factor {
	token := func(name, title, key, icon string) factor {
		return factor{names: []string{name}, title: title, pick: pick(key, icon), page: beacon(icon) + codeField}
	}
	google := token("google_otp", "Google Authenticator", "google_otp", "mfa-google-auth")
	google.names = []string{"totp", "google_otp"}
	return []factor{
		google,
		verifyCode(),
		phone(),
		classicPhone("sms", "SMS"),
		classicPhone("call", "Voice Call"),
		email(),
		{
			names: []string{"question"},
			title: "Security Question",
			pick:  pick("security_question", "mfa-question"),
			page: beacon("mfa-okta-security-question") + `form:not(:has(select, input[type="radio"])) ` +
				`:is(input[name="credentials.answer"], input[name="answer"])`,
			says: `[data-se="o-form-fieldset-credentials.answer"] label, label[for="credentials.answer"], .mfa-verify-question .auth-passcode label`,
		},
		{
			// Its field is of type password: the page's icon alone tells it from
			// the field of the login password.
			names: []string{"yubikey"},
			title: "YubiKey",
			pick:  pick("yubikey_token", "mfa-yubikey"),
			page:  beacon("mfa-yubikey") + `:is(input[name="credentials.passcode"], .mfa-verify-yubikey input[name="answer"])`,
		},
		{
			names:  []string{"password"},
			title:  passwordTitle,
			pick:   pick("okta_password", "mfa-password"),
			page:   passwordLater,
			always: true,
			answer: func(_ factor, t *talk, ctx context.Context) error { return t.login(ctx) },
		},
		token("symantec", "Symantec VIP", "symantec_vip", "mfa-symantec"),
		token("rsa", "RSA SecurID", "rsa_token", "mfa-rsa"),
		token("onprem", "On-Prem MFA", "onprem_mfa", "mfa-onprem"),
		token("custom_otp", "Custom OTP", "custom_otp", "mfa-hotp"),
	}
}

// verifyCode is Okta Verify where a code of it is entered.
func verifyCode() factor {
	return factor{
		names: []string{"totp", "okta_verify"},
		title: "Okta Verify",
		pick:  pick("okta_verify-totp", "mfa-okta-verify"),
		page:  `input[name="credentials.totp"], ` + beacon("mfa-okta-verify") + `.mfa-verify-totp input[name="answer"]`,
	}
}

// phone is the Identity Engine's: one authenticator with two channels.
func phone() factor {
	icon := beacon("mfa-okta-phone")
	f := factor{
		names: []string{"sms", "call"},
		title: "Phone",
		pick:  pick("phone_number", "none"),
		field: icon + `input[name="credentials.passcode"][type="text"]`,
		send: `.siw-main-view.authenticator-verification-data--phone_number input[type="submit"], ` +
			icon + `form:not(:has(input)) button[type="submit"]`,
		again:  resendLink,
		answer: factor.answerPhone,
	}
	f.page = f.field + ", " + f.send
	return f
}

// otherChannel is what sends the code by the channel that the page has second.
func otherChannel() string {
	return `a.phone-authenticator-challenge__link, ` + beacon("mfa-okta-phone") + `form:not(:has(input)):has(button[type="submit"]) ` + plainButton
}

// classicPhone is a channel of a phone, which Classic has as a factor of its
// own. Its page has the field and what sends the code at once.
func classicPhone(name, title string) factor {
	icon := "mfa-okta-" + name
	button := `a.` + name + `-request-button:not(.disabled, .link-button-disabled)`
	f := factor{
		names: []string{name}, title: title,
		pick:   `#okta-dropdown-options li:has(.mfa-` + name + `-30) a.factor-option`,
		page:   beacon(icon) + `.mfa-verify-passcode input[name="answer"]`,
		send:   button,
		again:  button,
		answer: factor.answerSent,
	}
	f.field = f.page
	return f
}

// email is a code, or in the Identity Engine a link, whichever comes first.
func email() factor {
	icon := beacon("mfa-okta-email")
	f := factor{
		names: []string{"email"},
		title: "Email",
		pick:  pick("okta_email", "mfa-email"),
		field: icon + `:is(input[name="credentials.passcode"][type="text"], .mfa-verify-email input[name="answer"])`,
		send: `.siw-main-view.authenticator-verification-data--okta_email input[type="submit"], ` +
			icon + `form:not(:has(input)) button[type="submit"], ` +
			icon + `.mfa-verify-email:has(.mfa-send-email-content) input[type="submit"]`,
		again:  resendLink,
		answer: factor.answerSent,
	}
	f.page = f.field + ", " + f.send + ", " + emailLink()
	return f
}

// emailLink is what shows the field on the page that waits for the link.
func emailLink() string {
	return `.enter-auth-code-instead-link, ` + beacon("mfa-okta-email") + `form:not(:has(input, button[type="submit"])) ` + plainButton
}

// emailGone: the page that waits for the link is not there any more.
func emailGone() string { return `body:not(:has(` + iconMark("mfa-okta-email") + `))` }

// answerPhone answers the Identity Engine's two pages for a phone: how to send
// the code, and the code.
func (f factor) answerPhone(t *talk, ctx context.Context) error {
	unsent, err := t.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !unsent {
		return f.answerCode(t, ctx)
	}
	mark, channel, err := f.channel(t, ctx)
	if err != nil {
		return err
	}
	t.channel = channel
	return f.demand(t, ctx, mark)
}

// channel is what to press for the channel wanted. Which one the page has first
// is said by Okta's answer alone; it is SMS where that was not heard.
func (f factor) channel(t *talk, ctx context.Context) (mark, channel string, err error) {
	words := map[string]string{"sms": "sms", "voice": "call"}
	offered := []string{"sms", "call"}
	if len(t.heard.methods) > 0 {
		offered = nil
		for _, m := range t.heard.methods {
			offered = append(offered, words[m])
		}
	}
	marks := []string{f.send, otherChannel()}
	both, err := t.page.Visible(ctx, marks[1])
	if err != nil {
		return "", "", err
	}
	if !both {
		offered = offered[:1]
	}
	if i := slices.Index(offered, t.org.MFA); i >= 0 && !t.again {
		return marks[i], offered[i], nil
	}
	if len(offered) == 1 {
		if slices.Contains(f.names, t.org.MFA) && !t.again {
			return "", "", t.notOffered(offered)
		}
		return marks[0], offered[0], nil
	}
	labels := make([]string, len(marks))
	for i, m := range marks {
		if labels[i], err = t.page.Text(ctx, m); err != nil {
			return "", "", err
		}
	}
	q := session.Question{
		Prompt: "Phone", First: max(0, slices.Index(offered, t.last(ofChannels))),
		What: "a choice between SMS and a call", Give: "name one with --mfa or as mfa in the configuration: sms or call",
	}
	if t.heard.to != "" {
		q.Prompt += " " + t.heard.to
	}
	picked, err := t.Ask.Choose(ctx, q, labels)
	if err != nil {
		return "", "", err
	}
	t.made(ofChannels, offered[picked])
	return marks[picked], offered[picked], nil
}

// answerSent answers a page whose code Okta sends when it is told to.
func (f factor) answerSent(t *talk, ctx context.Context) error {
	there, err := t.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !there || t.asked == f.title {
		return f.answerCode(t, ctx)
	}
	if err := f.demand(t, ctx, f.send); err != nil {
		return err
	}
	return t.page.AwaitAgain(ctx)
}

// demand makes Okta send a code.
func (f factor) demand(t *talk, ctx context.Context, mark string) error {
	v, err := t.press(ctx, mark)
	if err != nil {
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err == nil && wrong {
		err = &session.RefusedError{What: f.title, Said: t.quote(ctx, v)}
	}
	t.asked = f.title
	return err
}

// answerCode answers the page that asks for f's code.
func (f factor) answerCode(t *talk, ctx context.Context) error {
	for {
		code, err := f.find(t, ctx)
		switch {
		case errors.Is(err, errGone):
			return nil
		case errors.Is(err, session.ErrNothingTyped):
			left, err := f.instead(t, ctx)
			if left || err != nil {
				return err
			}
			continue
		case err != nil:
			var input *session.InputError
			if t.refusal != nil && errors.As(err, &input) {
				return t.refusal
			}
			return err
		}
		return f.enter(t, ctx, code)
	}
}

// enter types a code and reads what Okta made of it.
func (f factor) enter(t *talk, ctx context.Context, code session.Secret) error {
	field := f.field
	if field == "" {
		field = f.page
	}
	hidden, err := t.page.Visible(ctx, emailLink())
	if err != nil {
		return err
	}
	if hidden {
		if err := t.page.Click(ctx, emailLink()); err != nil {
			return err
		}
		if _, err := t.page.Await(ctx, field); err != nil {
			return err
		}
	}
	if err := t.answerRemember(ctx); err != nil {
		return err
	}
	if err := t.page.Fill(ctx, field, code, t.origins); err != nil {
		return err
	}
	submit := f.submit
	if submit == "" {
		submit = submitButton
	}
	v, err := t.pressNth(ctx, submit, 0, answers()...)
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
	return t.page.AwaitAgain(ctx)
}

// errGone: the page went on by itself.
var errGone = errors.New("the page went on")

// find gets the code. While the page waits for a link to be opened, that ends
// it too: errGone.
func (f factor) find(t *talk, ctx context.Context) (session.Secret, error) {
	c := session.Code{Prompt: "Code from " + f.title, Sent: f.again != ""}
	if f.again != "" {
		c.Prompt = "Code " + f.carrier(t)
		if t.heard.to != "" {
			c.Prompt += " to " + t.heard.to
		}
	}
	if f.says != "" {
		said, err := t.page.Text(ctx, f.says)
		if err != nil {
			return session.Secret{}, err
		}
		c.Prompt, c.Words = said, true
	}
	leave, err := t.others(ctx)
	if err != nil {
		return session.Secret{}, err
	}
	if leave != nil || f.again != "" {
		c.Hint = "Enter: other ways"
	}
	waits, err := t.page.Visible(ctx, emailLink())
	if err != nil {
		return session.Secret{}, err
	}
	if !waits {
		return t.codes.Find(ctx, t.org, c)
	}
	c.Prompt += ", or open the link in it"
	return t.unlessGone(ctx, c)
}

// carrier is what brings f's code.
func (f factor) carrier(t *talk) string {
	switch {
	case f.title == "Email":
		return "from the email"
	case f.title == "Voice Call" || t.channel == "call":
		return "from the call"
	}
	return "from the SMS"
}

// unlessGone asks for the code until the page has gone on by itself. Where
// nobody can be asked it waits for that alone.
func (t *talk) unlessGone(ctx context.Context, c session.Code) (session.Secret, error) {
	type found struct {
		code session.Secret
		err  error
	}
	asking, stop := context.WithCancel(ctx)
	defer stop()
	watching, halt := context.WithCancel(ctx)
	defer halt()
	answers := make(chan found, 1)
	go func() {
		var f found
		f.code, f.err = t.codes.Find(asking, t.org, c)
		var nobody *session.InputError
		if errors.As(f.err, &nobody) {
			_, f.err = t.Ask.Wait(asking, session.Errand{Prompt: "Open the link in the email to " + t.heard.to})
		}
		halt()
		answers <- f
	}()
	_, err := t.page.Await(watching, emailGone())
	stop()
	f := <-answers
	switch {
	case err == nil:
		return session.Secret{}, errGone
	case watching.Err() == nil:
		return session.Secret{}, err
	}
	return f.code, f.err
}

// instead offers what there is besides typing a code. left: the page was left.
func (f factor) instead(t *talk, ctx context.Context) (left bool, err error) {
	leave, err := t.others(ctx)
	if err != nil {
		return false, err
	}
	const back = "Enter the code after all"
	var options []string
	if f.again != "" {
		options = append(options, sendAnother)
	}
	if leave != nil {
		options = append(options, anotherWay)
	}
	options = append(options, back)
	picked, err := t.Ask.Choose(ctx, session.Question{Prompt: "Instead of a code", What: "a choice", Give: "give a code"}, options)
	if err != nil {
		return false, err
	}
	switch options[picked] {
	case sendAnother:
		return true, f.sendAgain(t, ctx)
	case anotherWay:
		t.chosen, t.free, t.again, t.asked = nil, true, true, ""
		return true, leave(ctx)
	}
	return false, nil
}

// resendWait is how long Okta's pages keep "Send again" back (30 s), and some.
const resendWait = 45 * time.Second

// sendAgain presses "Send again" once the page offers it.
func (f factor) sendAgain(t *talk, ctx context.Context) error {
	if err := t.page.AwaitAgain(ctx); err != nil {
		return err
	}
	t.Ask.Progress("waiting for Okta's page to offer another code")
	limited, cancel := context.WithTimeout(ctx, resendWait)
	defer cancel()
	marks := []string{f.again}
	if f.title == "Email" { // its link may be opened meanwhile
		marks = append(marks, emailGone())
	}
	i, err := t.page.Await(limited, marks...)
	switch {
	case ctx.Err() == nil && limited.Err() != nil:
		t.Ask.Say("Okta's page does not offer to send another code")
		return t.page.AwaitAgain(ctx)
	case err != nil || i != 0:
		return err
	}
	if err := f.demand(t, ctx, f.again); err != nil {
		return err
	}
	t.Ask.Say(fmt.Sprintf("Okta was asked for another code (%s)", f.title))
	return t.page.AwaitAgain(ctx)
}
