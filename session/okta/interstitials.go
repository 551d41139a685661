package okta

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stsx/session"
)

// Marks of the pages between the username and the assertion that ask for no proof.
const (
	customPasswordPage = `.custom-password-expired, .reenroll-custom-password-expiry, .reenroll-custom-password-expiry-warning`
	// laterButton leaves out what Okta lets a person leave out. Classic's
	// button goes on to a factor where one is required.
	laterButton = skipLink + `, .siw-main-view.select-authenticator-enroll .skip-all, ` +
		`form:has([data-se^="authenticator-enroll-list"]) button[type="submit"]:is([data-type="save"], [data-se="save"]), ` +
		`.enroll-choices:has(.enroll-factor-list):not(:has(.enroll-required-factor-list)) input[type="submit"][data-type="save"]`
	enrolmentPage = `.siw-main-view.select-authenticator-enroll, .siw-main-view[class*="enroll-authenticator"], ` +
		`form:has([data-se^="authenticator-enroll-list"]), .enroll-choices:has(.enroll-factor-list)`
	consentPage = `.siw-main-view:is(.consent, .admin-consent, .granular-consent), [data-se="consent-description"], ` +
		`.consent-required, .admin-consent-required, .granular-consent`
	deviceReminderPage = `.siw-main-view.` + deviceGraceStep
	// deviceButton goes on from the page that says what the device lacks. In
	// Gen3 that is a page of which nothing but its answer tells what it is: a
	// message, and a button that says of itself only what it reads.
	deviceButton = deviceReminderPage + ` input[type="submit"][data-type="save"], ` +
		`body:not(:has([data-se~="factor-beacon"])) ` +
		`form:has([data-se="infobox-warning"]):not(:has(input, select, textarea, button[type="submit"])) ` + plainButton
)

// passingScreens are those that stsx answers by itself.
func (s *signIn) passingScreens() []screen {
	skipPassword := `body:has(` + newPasswordField + `, ` + customPasswordPage + `) :is(` + skipLink + `)`
	return []screen{
		{"password expires soon", skipPassword, s.skipNewPassword, passingScreen},
		{"set up later", laterButton, s.skipSetUp, passingScreen},
		{"device reminder", deviceButton, s.passDeviceReminder, passingScreen},
	}
}

// personScreens are those that a person has to answer.
func (s *signIn) personScreens() []screen {
	return []screen{
		{expiredPasswordScreen, newPasswordField + `, ` + customPasswordPage, s.handOverNewPassword, personScreen},
		{"consent", consentPage, s.handOverConsent, personScreen},
		{setUpScreen, enrolmentPage, s.handOverSetUp, personScreen},
	}
}

// skipNewPassword puts off a new password, and says for how long that goes.
func (s *signIn) skipNewPassword(ctx context.Context) error {
	s.readMissedReplies(ctx)
	switch days := s.exchange.response.daysToExpiry; {
	case days == nil:
		said, err := s.textOf(ctx, pageHeading)
		if err != nil {
			return err
		}
		s.Ask.Say("Okta says: " + said)
	case *days <= 0:
		s.Ask.Say("your Okta password expires today: change it in Okta")
	case *days == 1:
		s.Ask.Say("your Okta password expires tomorrow: change it in Okta")
	default:
		s.Ask.Say(fmt.Sprintf("your Okta password expires in %d days", *days))
	}
	return s.pressOn(ctx, skipLink, "going on")
}

// skipSetUp leaves out what Okta would like the person to do, and says until
// when that goes.
func (s *signIn) skipSetUp(ctx context.Context) error {
	s.readMissedReplies(ctx)
	r := s.exchange.response
	if r.daysToExpiry != nil {
		return s.skipNewPassword(ctx) // changed elsewhere, which no mark says in Gen3
	}
	said, err := s.textOf(ctx, pageHeading)
	if err != nil {
		return err
	}
	text := "left out, as Okta allows"
	if said != "" {
		text += ": “" + said + "”"
	}
	switch {
	case !r.dueBy.IsZero():
		text += "; it is required from " + localDate(r.dueBy) + " on"
	case r.skipsLeft == 1:
		text += "; that goes one time more"
	case r.skipsLeft > 1:
		text += fmt.Sprintf("; that goes %d times more", r.skipsLeft)
	}
	s.Ask.Say(text)
	return s.pressOn(ctx, laterButton, "going on")
}

func localDate(at time.Time) string { return at.Local().Format("2 January 2006, 15:04 MST") }

// passDeviceReminder passes on what Okta wants changed on this device, and goes on.
func (s *signIn) passDeviceReminder(ctx context.Context) error {
	s.readMissedReplies(ctx)
	sure, err := s.page.Visible(ctx, deviceReminderPage)
	if err != nil {
		return err
	}
	r := s.exchange.response
	if !sure && !slices.Contains(r.next, deviceGraceStep) {
		return s.handOverUnknown(ctx)
	}
	said, err := s.textOf(ctx, pageErrorText)
	if err != nil {
		return err
	}
	text := "Okta says: " + said
	if !r.dueBy.IsZero() {
		text += " (until " + localDate(r.dueBy) + ")"
	}
	s.Ask.Say(text)
	return s.pressOn(ctx, deviceButton, "going on")
}

// handOverNewPassword leaves a new password to the person. Where no window can be
// shown that is for another browser.
func (s *signIn) handOverNewPassword(ctx context.Context) error {
	// Of this form: while Classic moves, the page before it shows its heading too.
	said, err := s.textOf(ctx, `:is(form:has(`+newPasswordField+`), `+customPasswordPage+`) `+pageHeading)
	if err != nil {
		return err
	}
	if said == "" {
		if said, err = s.textOf(ctx, pageHeading); err != nil {
			return err
		}
	}
	wasShown := s.window.shown
	if err := s.showWindow(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		s.note(err.Error())
		return &session.RefusedError{What: "the password", Said: said, Kind: session.RefusedExpired}
	}
	if !wasShown {
		return nil // what the window shows may be the page before, which is stsx's to answer
	}
	s.login.personSetsPassword()
	return s.handOver(ctx, "Okta wants a new password")
}

// handOverConsent leaves it to the person: stsx agrees to nothing.
func (s *signIn) handOverConsent(ctx context.Context) error {
	const what = "Okta asks for your consent"
	return s.handOverOrBridge(ctx, what, what+", which stsx does not give for you")
}

// handOverSetUp leaves it to the person to set up a factor that Okta insists on.
func (s *signIn) handOverSetUp(ctx context.Context) error {
	return s.handOver(ctx, "Okta wants you to set up another way to sign in")
}

// messageScreens say something and ask nothing.
func (s *signIn) messageScreens() []screen {
	return []screen{{"notice", pageErrorText, s.readMessage, messageScreen}}
}

// readMessage answers a page that says something and asks nothing. One that comes
// before anything was done may be about an earlier sign-in that was left too
// long: the page is opened once more.
func (s *signIn) readMessage(ctx context.Context) error {
	if !s.exchange.pressed && !s.reopening.restarted {
		s.readMissedReplies(ctx)
		if r := s.exchange.response; r.outcome.passes() {
			_, err := s.checkOutcome(ctx, r)
			return err
		}
		return s.restart(ctx, response{})
	}
	s.readPastReplies(ctx)
	r := s.exchange.response
	if anyContains(r.keys, "safe.mode") && slices.Contains(r.next, "skip") {
		return s.pressOn(ctx, cancelLink, "going on") // so Gen3 marks what skips
	}
	if r.came {
		if _, err := s.checkOutcome(ctx, r); err != nil || !s.exchange.response.came {
			return err
		}
	}
	said, err := s.textOf(ctx, pageErrorText)
	if err != nil {
		return err
	}
	if said == "" {
		return s.page.AwaitAgain(ctx) // the place for a message, while the page is being drawn
	}
	out := &session.RefusedError{What: "the sign-in", Said: said}
	if s.login.passwordSent {
		// The password was right: it is the app that is refused.
		out.Kind = session.RefusedNotAssigned
	}
	return out
}
