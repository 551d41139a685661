package okta

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/okta/renew"
	"stsx/session/page"
)

const (
	passwordTitle = "Password"
	// captchaMark is a page whose form goes through hCaptcha or reCAPTCHA, which
	// may ask the person something or nothing.
	captchaMark = `body:has(#captcha-container:not(.altcha-captcha))`
	// captchaWait is how long a form with a captcha may take to be sent, before it
	// is taken to ask something: while it does, the page may seem busy for ever.
	captchaWait  = 15 * time.Second
	captchaAsked = "Okta asks whether you are human"
	// shownUsername is whose sign-in a page says it is.
	shownUsername = `[data-se="identifier"]:not(input)`
)

// login is what became of the username and the password so far.
type login struct {
	password        session.Password
	passwordSent    bool  // it was typed into the page
	unanswered      error // why Okta did not say whether it took the password that was sent last; nil: it did
	usernameSent    bool
	leftOtherUser   bool // a page was about another user, and was left
	rejected        []session.Secret
	passwordChanged bool // the person sets a new one, which stsx does not know
}

// loginScreens ask for the username, the password or both.
func (s *signIn) loginScreens() []screen {
	return []screen{{"sign in", usernameField, s.answerLogin, loginScreen}, {"password", passwordField, s.answerLogin, loginScreen}}
}

// passwordFactors is the password where it is one of the authenticators.
func (s *signIn) passwordFactors() []factor {
	return []factor{{
		names:        []string{"password"},
		title:        passwordTitle,
		listed:       listedMark("okta_password", "mfa-password"),
		page:         laterPasswordField,
		alwaysWanted: true,
		answer:       func(ctx context.Context, _ factor) error { return s.answerLogin(ctx) },
	}}
}

// answerLogin answers a page that asks for the username, the password or both.
func (s *signIn) answerLogin(ctx context.Context) error {
	if done, err := s.tryFastPassButton(ctx); done || err != nil {
		return err
	}
	asksPassword, err := s.fillLogin(ctx)
	if err != nil {
		return err
	}
	r, done, err := s.submitLogin(ctx)
	if asksPassword {
		s.login.unanswered = nil
		switch {
		case r.status >= http.StatusInternalServerError:
			s.login.unanswered = r.unavailableError("the password", s.shownText(r.said))
		case wasLost(err):
			s.login.unanswered = lostAnswer("the password", err)
		}
	}
	if done || err != nil {
		return err
	}
	wrong, err := s.checkOutcome(ctx, r)
	if err != nil || !wrong {
		return err
	}
	if !asksPassword {
		return &session.RefusedError{What: "the username", Said: s.quote(ctx, r)}
	}
	return s.askPasswordAgain(ctx, r)
}

// fillLogin types what the page asks for.
func (s *signIn) fillLogin(ctx context.Context) (asksPassword bool, err error) {
	asksName, err := s.page.Visible(ctx, usernameField)
	if err != nil {
		return false, err
	}
	if asksPassword, err = s.page.Visible(ctx, passwordField); err != nil {
		return false, err
	}
	if asksName {
		if s.org.Username, err = session.Username(ctx, s.org, s.Ask); err != nil {
			return false, err
		}
		if err := s.page.Fill(ctx, usernameField, session.NewSecret(s.org.Username), s.origins); err != nil {
			return false, err
		}
		s.login.usernameSent = true
	}
	if err := s.answerRemember(ctx); err != nil || !asksPassword {
		return false, err
	}
	if s.login.password.IsZero() {
		if s.login.password, err = s.Passwords.First(ctx, s.org); err != nil {
			return true, err
		}
	}
	if s.code.lastRejection != nil && !s.code.source.MayHaveAnother(s.org) {
		return true, s.code.lastRejection // Okta starts over, which without another code would lead there again
	}
	if err := s.allowSecondTry(ctx); err != nil {
		return true, err
	}
	if err := s.page.Fill(ctx, passwordField, s.login.password.Secret, s.origins); err != nil {
		return true, err
	}
	s.login.passwordSent = true
	return true, nil
}

// allowSecondTry asks the person before a password is sent again of which nobody
// knows whether Okta counted it: if it is wrong, that is one more of the tries
// after which the account is locked.
func (s *signIn) allowSecondTry(ctx context.Context) error {
	if s.login.unanswered == nil {
		return nil
	}
	again, err := false, error(nil)
	if s.Ask.Interactive() {
		again, err = s.Ask.Confirm(ctx, s.secondTryQuestion(), false)
	}
	if err == nil && !again {
		s.Ask.Say("your password was not sent again: Okta may have counted it as a try")
		err = s.login.unanswered
	}
	return err
}

// secondTryQuestion asks whether to send the password again.
func (s *signIn) secondTryQuestion() string {
	var trouble *session.UnavailableError
	why := "The connection failed before Okta answered. It"
	if errors.As(s.login.unanswered, &trouble) {
		why = "Okta had an error of its own and"
	}
	return why + " may have counted your password as a try. Send it again?"
}

// submitLogin sends the form that is filled in. done: a captcha made a person
// send it.
func (s *signIn) submitLogin(ctx context.Context) (r response, done bool, err error) {
	captcha, err := s.page.Visible(ctx, captchaMark)
	switch {
	case err != nil:
		return r, false, err
	case !captcha:
		r, err = s.submit(ctx)
		if sentNothing(err) {
			s.login.passwordSent = false
		}
		return r, false, err
	case s.window.shown:
		return r, true, s.submitByPerson(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, captchaWait)
	defer cancel()
	r, err = s.submit(limited)
	kept := errors.Is(err, page.ErrNoReaction) || limited.Err() != nil && !errors.Is(err, page.ErrUnanswered)
	if err == nil || ctx.Err() != nil || !kept {
		return r, false, err
	}
	// The captcha lets nobody send the form: it is filled in once more in a window.
	s.login.passwordSent = false
	if err := s.showWindow(ctx); err != nil {
		return r, true, s.notShown(ctx, captchaAsked, err)
	}
	return r, true, nil
}

// submitByPerson sends the form that is filled in, in a window. What the captcha
// asks is for the person there, and so is a wrong password: they may type another.
func (s *signIn) submitByPerson(ctx context.Context) error {
	s.login.passwordSent = false
	if err := s.page.Click(ctx, submitButton); err != nil {
		return err
	}
	marks := s.marksOf(func(c screen) bool { return c.kind != loginScreen && c.kind != messageScreen })
	defer session.PauseDeadline(ctx, session.PersonTurnLimit)()
	return s.showErrand(ctx, session.Errand{Prompt: captchaAsked + ": go on in the window"}, func(ctx context.Context) error {
		_, err := s.page.Await(ctx, marks...)
		return err
	})
}

// askPasswordAgain removes the password that Okta rejected and asks for another.
func (s *signIn) askPasswordAgain(ctx context.Context, r response) error {
	out := &session.RefusedError{What: "the password", Said: s.quote(ctx, r), Kind: session.RefusedPassword}
	s.Passwords.Refused(ctx, s.org, s.login.password)
	s.login.passwordSent = false
	s.login.rejected = append(s.login.rejected, s.login.password.Secret)
	if s.asksInWindow {
		s.login.personSetsPassword()
		return s.handOver(ctx, out.Error())
	}
	if len(s.login.rejected) >= maxRejected || !s.Ask.Interactive() {
		return out
	}
	s.Ask.Say(out.Error())
	again, err := s.Passwords.Again(ctx, s.org, s.login.rejected...)
	if err != nil {
		return err
	}
	s.login.password = again
	return s.page.AwaitAgain(ctx)
}

// personSetsPassword notes that the password will not be the one stsx knows.
func (l *login) personSetsPassword() { l.passwordChanged = true }

// leaveOtherUser goes back from a page that is about another user than the one
// wanted, as Okta has it from a session or a cookie, to where the username is
// asked. left: it was one. renew.ErrOtherUser: what is remembered led there, and
// there is no way back.
func (s *signIn) leaveOtherUser(ctx context.Context) (left bool, err error) {
	if s.login.usernameSent || s.login.leftOtherUser || s.org.Username == "" {
		return false, nil
	}
	shown, err := s.page.Text(ctx, shownUsername)
	if err != nil || shown == "" || sameUser(shown, s.org.Username) {
		return false, err
	}
	there, err := s.page.Visible(ctx, cancelLink)
	switch {
	case err != nil:
		return false, err
	case !there && s.resumed:
		return false, renew.ErrOtherUser
	case !there:
		return false, nil
	}
	s.login.leftOtherUser = true
	s.note("the page is about another user: back to the username")
	_, err = s.press(ctx, cancelLink)
	return true, err
}

// sameUser compares names as Okta does, which takes the part before the @ for
// the whole.
func sameUser(a, b string) bool {
	short := func(name string) string { name, _, _ = strings.Cut(name, "@"); return name }
	return strings.EqualFold(a, b) || strings.Contains(a, "@") != strings.Contains(b, "@") && strings.EqualFold(short(a), short(b))
}
