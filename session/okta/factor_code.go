package okta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stsx/session"
)

const (
	// maxRejected is how often a password, and how often a code, may be rejected
	// in one sign-in: fewer than the tries after which Okta locks an account.
	maxRejected = 3
	// resendWait is how long Okta's pages keep "Send again" back (30 s), and some.
	resendWait = 45 * time.Second
)

// Marks of code pages.
const (
	// classicCodeForm is Classic's form for a code. Opened anew, Classic begins with the
	// password.
	classicCodeForm = `[class*="mfa-verify-"] input[name="answer"]`
	codeField       = `:is(input[name="credentials.passcode"][type="text"], .mfa-verify-totp input[name="answer"])`
	sendAgainButton = `.resend-link, [data-se="reminder-prompt"] a, form [role="alert"] a:is([href^="javascript:"], [href="#"]), ` +
		`.resend-email-btn`
)

// What can be done instead of typing a code or waiting for a phone.
const (
	optionSendAgain  = "Send again"
	optionEnterCode  = "Enter a code"
	optionOtherWay   = "Use another way to sign in"
	optionCodeAnyway = "Enter the code after all"
	optionGiveUp     = "Give up"
)

const (
	emailTitle      = "Email"
	voiceCallTitle  = "Voice Call"
	oktaVerifyTitle = "Okta Verify"
	smsChannel      = "sms"
	callChannel     = "call"
)

// codeEntry is what became of codes so far.
type codeEntry struct {
	source        *session.CodeSource
	channel       string // by which a phone is reached
	rejected      int
	lastRejection error // why the last one was not taken
	typed         []session.Secret
}

// codeFactors are answered with something to type.
func (s *signIn) codeFactors() []factor {
	google := tokenFactor("google_otp", "Google Authenticator", "google_otp", "mfa-google-auth")
	google.names, google.digits = []string{"totp", "google_otp"}, true
	symantec := tokenFactor("symantec", "Symantec VIP", "symantec_vip", "mfa-symantec")
	custom := tokenFactor("custom_otp", "Custom OTP", "custom_otp", "mfa-hotp")
	symantec.digits, custom.digits = true, true
	factors := []factor{
		google,
		oktaVerifyCode(),
		s.phoneFactor(),
		s.classicPhoneFactor(smsChannel, "SMS"),
		s.classicPhoneFactor(callChannel, voiceCallTitle),
		s.emailFactor(),
		{
			names:  []string{"question"},
			title:  "Security Question",
			listed: listedMark("security_question", "mfa-question"),
			page: onPageWithIcon("mfa-okta-security-question") + `form:not(:has(select, input[type="radio"])) ` +
				`:is(input[name="credentials.answer"], input[name="answer"])`,
			question: `[data-se="o-form-fieldset-credentials.answer"] label, label[for="credentials.answer"], ` +
				`.mfa-verify-question .auth-passcode label`,
		},
		{
			// Its field is of type password: the page's icon alone tells it from
			// the field of the login password.
			names:  []string{"yubikey"},
			title:  "YubiKey",
			listed: listedMark("yubikey_token", "mfa-yubikey"),
			page:   onPageWithIcon("mfa-yubikey") + `:is(input[name="credentials.passcode"], .mfa-verify-yubikey input[name="answer"])`,
		},
		symantec,
		// A passcode of these begins with a PIN, which may have letters.
		tokenFactor("rsa", "RSA SecurID", "rsa_token", "mfa-rsa"),
		tokenFactor("onprem", "On-Prem MFA", "onprem_mfa", "mfa-onprem"),
		custom,
	}
	for i := range factors {
		if factors[i].answer == nil {
			factors[i].answer = s.answerCode
		}
	}
	return factors
}

// tokenFactor is an app or a device that shows codes.
func tokenFactor(name, title, key, icon string) factor {
	return factor{names: []string{name}, title: title, listed: listedMark(key, icon), page: onPageWithIcon(icon) + codeField}
}

// oktaVerifyCode is Okta Verify where a code of it is entered.
func oktaVerifyCode() factor {
	return factor{
		names:  []string{"totp", "okta_verify"},
		title:  oktaVerifyTitle,
		digits: true,
		listed: listedMark("okta_verify-totp", "mfa-okta-verify"),
		page:   `input[name="credentials.totp"], ` + onPageWithIcon("mfa-okta-verify") + `.mfa-verify-totp input[name="answer"]`,
	}
}

// phoneFactor is the Identity Engine's: one authenticator with two channels.
func (s *signIn) phoneFactor() factor {
	icon := onPageWithIcon("mfa-okta-phone")
	f := factor{
		names:  []string{smsChannel, callChannel},
		title:  "Phone",
		listed: listedMark("phone_number", "none"),
		field:  icon + `input[name="credentials.passcode"][type="text"]`,
		send: `.siw-main-view.authenticator-verification-data--phone_number input[type="submit"], ` +
			icon + `form:not(:has(input)) button[type="submit"]`,
		sendAgain: sendAgainButton,
		answer:    s.answerPhone,
	}
	f.page = f.field + ", " + f.send
	return f
}

// secondChannelButton sends the code by the channel that the page has second.
func secondChannelButton() string {
	return `a.phone-authenticator-challenge__link, ` + onPageWithIcon("mfa-okta-phone") +
		`form:not(:has(input)):has(button[type="submit"]) ` + plainButton
}

// classicPhoneFactor is a channel of a phone, which Classic has as a factor of
// its own. Its page has the field and what sends the code at once.
func (s *signIn) classicPhoneFactor(name, title string) factor {
	button := `a.` + name + `-request-button:not(.disabled, .link-button-disabled)`
	f := factor{
		names: []string{name}, title: title,
		listed:    `#okta-dropdown-options li:has(.mfa-` + name + `-30) a.factor-option`,
		page:      onPageWithIcon("mfa-okta-"+name) + `.mfa-verify-passcode input[name="answer"]`,
		send:      button,
		sendAgain: button,
		answer:    s.answerSentCode,
	}
	f.field = f.page
	return f
}

// emailFactor is a code, or in the Identity Engine a link, whichever comes first.
func (s *signIn) emailFactor() factor {
	icon := onPageWithIcon("mfa-okta-email")
	f := factor{
		names:  []string{"email"},
		title:  emailTitle,
		listed: listedMark("okta_email", "mfa-email"),
		field:  icon + `:is(input[name="credentials.passcode"][type="text"], .mfa-verify-email input[name="answer"])`,
		send: `.siw-main-view.authenticator-verification-data--okta_email input[type="submit"], ` +
			icon + `form:not(:has(input)) button[type="submit"], ` +
			icon + `.mfa-verify-email:has(.mfa-send-email-content) input[type="submit"]`,
		sendAgain: sendAgainButton,
		answer:    s.answerSentCode,
	}
	f.page = f.field + ", " + f.send + ", " + emailCodeLink()
	return f
}

// emailCodeLink shows the field on the page that waits for the link in the email.
func emailCodeLink() string {
	return `.enter-auth-code-instead-link, ` + onPageWithIcon("mfa-okta-email") +
		`form:not(:has(input, button[type="submit"])) ` + plainButton
}

// emailPageGone: the page that waits for the link is not there any more.
func emailPageGone() string { return `body:not(:has(` + iconMark("mfa-okta-email") + `))` }

// answerPhone answers the Identity Engine's two pages for a phone: how to send
// the code, and the code.
func (s *signIn) answerPhone(ctx context.Context, f factor) error {
	unsent, err := s.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !unsent {
		return s.answerCode(ctx, f)
	}
	mark, channel, err := s.chooseChannel(ctx, f)
	if err != nil {
		return err
	}
	s.code.channel = channel
	return s.requestCode(ctx, f, mark)
}

// chooseChannel is what to press for the channel wanted. Which one the page has
// first is said by Okta's answer alone; it is SMS where that was not heard.
func (s *signIn) chooseChannel(ctx context.Context, f factor) (mark, channel string, err error) {
	offered := []string{smsChannel, callChannel}
	if known := s.exchange.authenticator.channels; len(known) > 0 {
		words := map[string]string{smsChannel: smsChannel, "voice": callChannel}
		offered = nil
		for _, c := range known {
			offered = append(offered, words[c])
		}
	}
	marks := []string{f.send, secondChannelButton()}
	both, err := s.page.Visible(ctx, marks[1])
	if err != nil {
		return "", "", err
	}
	if !both || len(offered) < len(marks) {
		offered = offered[:1]
	}
	if i := slices.Index(offered[:min(len(offered), len(marks))], s.org.MFA); i >= 0 && !s.selection.byPerson {
		return marks[i], offered[i], nil
	}
	if len(offered) == 1 {
		if slices.Contains(f.names, s.org.MFA) && !s.selection.byPerson {
			return "", "", s.notOffered(offered)
		}
		return marks[0], offered[0], nil
	}
	picked, err := s.askChannel(ctx, marks, offered)
	if err != nil {
		return "", "", err
	}
	return marks[picked], offered[picked], nil
}

func (s *signIn) askChannel(ctx context.Context, marks, offered []string) (picked int, err error) {
	labels := make([]string, len(marks))
	for i, m := range marks {
		if labels[i], err = s.textOf(ctx, m); err != nil {
			return 0, err
		}
	}
	q := session.Question{
		Prompt: "Phone", First: max(0, slices.Index(offered, s.lastChoice(phoneChannelChoice))),
		What: "a choice between SMS and a call", Give: "name one with --mfa or as mfa in the configuration: sms or call",
	}
	if to := s.exchange.authenticator.sentTo; to != "" {
		q.Prompt += " " + to
	}
	if picked, err = s.Ask.Choose(ctx, q, labels); err != nil {
		return 0, err
	}
	s.keepChoice(phoneChannelChoice, offered[picked])
	return picked, nil
}

// answerSentCode answers a page whose code Okta sends when it is told to.
func (s *signIn) answerSentCode(ctx context.Context, f factor) error {
	there, err := s.page.Visible(ctx, f.send)
	if err != nil {
		return err
	}
	if !there || s.selection.codeSent == f.title {
		return s.answerCode(ctx, f)
	}
	if err := s.requestCode(ctx, f, f.send); err != nil {
		return err
	}
	return s.page.AwaitAgain(ctx)
}

// requestCode makes Okta send a code.
func (s *signIn) requestCode(ctx context.Context, f factor, mark string) error {
	s.selection.codeRequested(f.title) // the page may be opened anew, which takes it back
	return s.pressOn(ctx, mark, f.title)
}

// answerCode answers the page that asks for f's code.
func (s *signIn) answerCode(ctx context.Context, f factor) error {
	for {
		code, err := s.findCode(ctx, f)
		switch {
		case errors.Is(err, errPageWentOn):
			return nil
		case errors.Is(err, session.ErrNothingTyped):
			left, err := s.insteadOfCode(ctx, f)
			if left || err != nil {
				return err
			}
			continue
		case err != nil:
			var input *session.InputError
			if s.code.lastRejection != nil && errors.As(err, &input) {
				return s.code.lastRejection
			}
			return err
		}
		return s.enterCode(ctx, f, code)
	}
}

// enterCode types a code and reads what Okta made of it.
func (s *signIn) enterCode(ctx context.Context, f factor, code session.Secret) error {
	field, submit := cmp.Or(f.field, f.page), cmp.Or(f.submit, submitButton)
	if err := s.showHiddenField(ctx, emailCodeLink(), field); err != nil {
		return err
	}
	if err := s.answerRemember(ctx); err != nil {
		return err
	}
	s.code.typed = append(s.code.typed, code)
	if err := s.page.Fill(ctx, field, code, s.origins); err != nil {
		return err
	}
	r, err := s.pressNth(ctx, submit, 0, codeReplyPaths()...)
	if err != nil {
		if sentNothing(err) {
			s.code.source.NotTaken(code)
		}
		if wasLost(err) {
			s.code.lastRejection = lostAnswer("the code", err)
		}
		return err
	}
	switch {
	case r.outcome == accepted:
		s.code.lastRejection = nil
	case r.outcome.passes(): // nobody may be there to give another one
		s.code.lastRejection = r.unavailableError("the code", s.shownText(r.said))
	}
	if r.outcome == rateLimited { // after another answer the code may be used up
		s.code.source.NotTaken(code)
		classic, err := s.page.Visible(ctx, classicCodeForm)
		if err != nil {
			return err
		}
		if classic {
			return s.answerLater(ctx, refusal{r.outcome, r.status, r.wait}, func() error { return s.outcomeError(ctx, r) })
		}
	}
	wrong, err := s.checkOutcome(ctx, r)
	if err != nil || !wrong {
		return err
	}
	s.code.lastRejection = &session.RefusedError{What: "the code", Said: s.quote(ctx, r), Kind: session.RefusedCode}
	if s.code.rejected++; s.code.rejected >= maxRejected {
		return s.code.lastRejection
	}
	s.Ask.Say(s.code.lastRejection.Error())
	return s.page.AwaitAgain(ctx)
}

// showHiddenField clicks link, if it is there, and waits for field.
func (s *signIn) showHiddenField(ctx context.Context, link, field string) error {
	hidden, err := s.page.Visible(ctx, link)
	if err != nil || !hidden {
		return err
	}
	if err := s.page.Click(ctx, link); err != nil {
		return err
	}
	_, err = s.page.Await(ctx, field)
	return err
}

// errPageWentOn: the page went on by itself.
var errPageWentOn = errors.New("the page went on")

// findCode gets the code. While the page waits for a link to be opened, that
// ends it too: errPageWentOn.
func (s *signIn) findCode(ctx context.Context, f factor) (session.Secret, error) {
	c := session.CodeQuestion{Prompt: "Code from " + f.title, Sent: f.sendAgain != "", Digits: f.digits || f.sendAgain != ""}
	if f.sendAgain != "" {
		c.Prompt = "Code " + s.codeCarrier(f)
		if to := s.exchange.authenticator.sentTo; to != "" {
			c.Prompt += " to " + to
		}
	}
	if f.question != "" {
		said, err := s.textOf(ctx, f.question)
		if err != nil {
			return session.Secret{}, err
		}
		c.Prompt, c.Words = said, true
	}
	leave, err := s.findExit(ctx)
	if err != nil {
		return session.Secret{}, err
	}
	if leave != nil || f.sendAgain != "" {
		c.Hint = "Enter: other ways"
	}
	waits, err := s.page.Visible(ctx, emailCodeLink())
	if err != nil {
		return session.Secret{}, err
	}
	if !waits {
		return s.code.source.Find(ctx, s.org, c)
	}
	c.Prompt += ", or open the link in it"
	return s.findCodeOrLink(ctx, c)
}

// codeCarrier is what brings f's code.
func (s *signIn) codeCarrier(f factor) string {
	switch {
	case f.title == emailTitle:
		return "from the email"
	case f.title == voiceCallTitle || s.code.channel == callChannel:
		return "from the call"
	}
	return "from the SMS"
}

// findCodeOrLink asks for the code until the page has gone on by itself, because
// the link was opened. Where nobody can be asked it waits for that alone.
func (s *signIn) findCodeOrLink(ctx context.Context, c session.CodeQuestion) (session.Secret, error) {
	ask := func(ctx context.Context) (session.Secret, error) {
		code, err := s.code.source.Find(ctx, s.org, c)
		var nobody *session.InputError
		if errors.As(err, &nobody) {
			_, err = s.Ask.Wait(ctx, session.Errand{Prompt: "Open the link in the email to " + s.exchange.authenticator.sentTo})
		}
		return code, err
	}
	code, wentOn, err := session.AskWhile(ctx, ask, func(ctx context.Context) error {
		_, err := s.page.Await(ctx, emailPageGone())
		return err
	})
	if wentOn && err == nil {
		err = errPageWentOn
	}
	return code, err
}

// insteadOfCode offers what there is besides typing a code. left: the page was
// left.
func (s *signIn) insteadOfCode(ctx context.Context, f factor) (left bool, err error) {
	leave, err := s.findExit(ctx)
	if err != nil {
		return false, err
	}
	var options []string
	if f.sendAgain != "" {
		options = append(options, optionSendAgain)
	}
	if leave != nil {
		options = append(options, optionOtherWay)
	}
	options = append(options, optionCodeAnyway)
	picked, err := s.Ask.Choose(ctx, session.Question{Prompt: "Instead of a code", What: "a choice", Give: "give a code"}, options)
	if err != nil {
		return false, err
	}
	switch options[picked] {
	case optionSendAgain:
		return true, s.sendCodeAgain(ctx, f)
	case optionOtherWay:
		s.selection.startOver("")
		return true, leave(ctx)
	}
	return false, nil
}

// sendCodeAgain presses "Send again" once the page offers it.
func (s *signIn) sendCodeAgain(ctx context.Context, f factor) error {
	if err := s.page.AwaitAgain(ctx); err != nil {
		return err
	}
	s.Ask.Progress("waiting for Okta's page to offer another code")
	limited, cancel := context.WithTimeout(ctx, resendWait)
	defer cancel()
	marks := []string{f.sendAgain}
	if f.title == emailTitle { // its link may be opened meanwhile
		marks = append(marks, emailPageGone())
	}
	i, err := s.page.Await(limited, marks...)
	switch {
	case ctx.Err() == nil && limited.Err() != nil:
		s.Ask.Say("Okta's page does not offer to send another code")
		return s.page.AwaitAgain(ctx)
	case err != nil || i != 0:
		return err
	}
	if err := s.requestCode(ctx, f, f.sendAgain); err != nil {
		return err
	}
	s.Ask.Say(fmt.Sprintf("Okta was asked for another code (%s)", f.title))
	return s.page.AwaitAgain(ctx)
}
