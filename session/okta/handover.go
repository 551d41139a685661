package okta

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"stsx/session"
)

// windowCheckInterval is how long a person is left alone before the page is
// looked at.
const windowCheckInterval = time.Second

// windowState is where the person sees the sign-in.
type windowState struct {
	shown         bool
	openedAppOnce bool // because Okta's dashboard came
}

// A hiddenError is why the person can't be shown the page.
type hiddenError struct{ why, cure string }

func (e *hiddenError) Error() string { return e.why }

// canShow is nil when the person can be shown the page, else a *hiddenError.
func (s *signIn) canShow() error {
	if s.window.shown {
		return nil
	}
	return s.canShowFor(s.org)
}

// canShowFor is nil when a page of o can be shown, else a *hiddenError.
func (d *Driver) canShowFor(o session.Org) error {
	switch {
	case o.Browser == "headless":
		return &hiddenError{
			"the browser is to stay headless", `run this again with --browser auto, or set browser = "auto" in the configuration`,
		}
	case d.CanShow == nil:
		return &hiddenError{"this stsx has none", ""}
	}
	if err := d.CanShow(); err != nil {
		return &hiddenError{err.Error(), "run this on a desktop, not over SSH or in a container"}
	}
	return nil
}

// forOrg is d, or where o asks in a window one that asks nothing on the terminal.
func (d *Driver) forOrg(o session.Org) *Driver {
	if !o.AsksInWindow(d.Ask) {
		return d
	}
	silent := session.SilentPrompter{Prompter: d.Ask}
	if err := d.canShowFor(o); err != nil {
		silent.Why = "no window can be shown: " + err.Error()
	}
	passwords := d.Passwords
	passwords.Ask = silent
	codes := func() *session.CodeSource {
		c := d.Codes()
		c.Ask = silent
		return c
	}
	return &Driver{
		Browse: d.Browse, CanShow: d.CanShow, Bridge: d.Bridge, Jar: d.Jar, Consumer: d.Consumer, Getenv: d.Getenv,
		Passwords: passwords, Codes: codes, Choices: d.Choices, Ask: silent, Note: d.Note, Keep: d.Keep, Record: d.Record,
		asksInWindow: silent.Why == "", of: d,
	}
}

// needsPerson reports an error that a person at the page itself can do better.
func needsPerson(err error) bool {
	var input *session.InputError
	var refused *session.RefusedError
	return errors.As(err, &input) || errors.As(err, &refused) && refused.Kind == session.RefusedPassword
}

// askInWindow leaves the page to a person that only they can answer, as err says:
// in a window, where stsx has filled in what it knows.
func (s *signIn) askInWindow(ctx context.Context, err error) error {
	if !s.window.shown {
		return s.showWindow(ctx)
	}
	what := err.Error()
	if input := (*session.InputError)(nil); errors.As(err, &input) {
		what = s.org.Name + " asks for " + input.What
	}
	return s.leaveToPerson(ctx, what)
}

// showWindow takes the sign-in to a window, where it goes on from where it
// stands. The browser that it was in is closed. Errors: *hiddenError when there
// can't be a window and the page is as it was.
func (s *signIn) showWindow(ctx context.Context) error {
	if s.window.shown {
		return nil
	}
	if err := s.canShow(); err != nil {
		return err
	}
	s.Ask.Progress("opening a window")
	shown, err := s.Browse(ctx, s.org, true)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return &hiddenError{err.Error(), "see whether the browser opens by itself, or take another with --browser-path"}
	}
	left := s.page
	s.page, s.window.shown = shown, true
	if err := errors.Join(shown.ContinueFrom(ctx, left), left.Close()); err != nil {
		return fmt.Errorf("taking the sign-in to a window: %w", err)
	}
	s.note("the sign-in goes on in a window")
	return nil
}

// notShown is the error for a page that needs a person who can't be shown it.
func (s *signIn) notShown(ctx context.Context, what string, err error) error {
	var hidden *hiddenError
	if !errors.As(err, &hidden) {
		return err
	}
	return s.errorWithCure(ctx, what+", and no window can be shown: "+hidden.why, hidden.cure)
}

// handOver leaves the page at hand to a person: in the window where the sign-in
// is shown already, else in one that takes the place of the headless browser.
// what says what there is to do. nil: another page has come, or the assertion.
func (s *signIn) handOver(ctx context.Context, what string) error {
	if err := s.showWindow(ctx); err != nil {
		return s.notShown(ctx, what, err)
	}
	return s.leaveToPerson(ctx, what)
}

// handOverOrBridge is handOver for a page that can be answered in text too:
// where no window can be shown it is asked on the terminal. otherwise is what is
// wrong where neither can be.
func (s *signIn) handOverOrBridge(ctx context.Context, what, otherwise string) error {
	s.forgetResponse()
	err := s.showWindow(ctx)
	switch {
	case err == nil:
		return s.leaveToPerson(ctx, what)
	case s.Bridge != nil && s.org.Browser != "headless" && s.Ask.Interactive():
		s.note(err.Error())
		// A message may stand on any page, beside what it asks.
		return s.Bridge(ctx, s.page, s.org, s.marksOf(func(c screen) bool { return c.kind != messageScreen }))
	}
	return s.notShown(ctx, otherwise, err)
}

// handOverForeign deals with a page that looks like one of Okta's and is of
// origin: only a person may answer it.
func (s *signIn) handOverForeign(ctx context.Context, origin string) error {
	if s.canShow() != nil {
		return &session.OriginError{Got: origin, Want: s.origins[0]}
	}
	s.enterScreen("")
	return s.handOver(ctx, "the sign-in goes on at "+origin)
}

// handOverUnknown deals with a page that no row of the table knows: it is for
// the person, in a window if one can be shown, else through the bridge.
func (s *signIn) handOverUnknown(ctx context.Context) error {
	what := "stsx does not know the page that the sign-in came to"
	if step := s.exchange.response.unknownStep(); step != "" {
		what = "Okta asks for something that stsx does not know (" + step + ")"
	}
	s.enterScreen("")
	origin, err := s.foreignOrigin(ctx)
	if err != nil {
		return err
	}
	if origin != "" {
		return s.handOverOtherSite(ctx, origin)
	}
	if c, ok := s.screenNamed(s.exchange.response.screenName()); ok {
		s.enterScreen(c.name)
		return c.answer(ctx)
	}
	return s.handOverOrBridge(ctx, what, what)
}

// handOverOtherSite deals with a page of origin that stsx does not know: one more
// of the company's sign-in pages, or the app's own, if the app is not AWS's.
func (s *signIn) handOverOtherSite(ctx context.Context, origin string) error {
	what := "the sign-in goes on at " + origin + ", which is neither " + s.org.Name + "'s Okta nor AWS"
	err := s.handOverOrBridge(ctx, what, what)
	var shown *session.PageError
	if errors.As(err, &shown) && shown.Cure != "" {
		shown.Cure = "correct url in the configuration if that is another app's place: it has to be the AWS app's link. Else " + shown.Cure
	}
	return err
}

// leaveToPerson says what there is to do in the window and keeps off the page
// until one comes that needs nothing from the person.
func (s *signIn) leaveToPerson(ctx context.Context, what string) error {
	defer session.PauseDeadline(ctx, session.PersonTurnLimit)()
	s.forgetResponse()
	err := s.showErrand(ctx, session.Errand{Prompt: what + ": go on in the window"}, s.keepOffPage)
	if s.asksInWindow {
		err = session.UnansweredWindow(ctx, err)
	}
	return err
}

// handOverWork deals with a page that could not do its work: in a window stsx
// answers it once more, and then it is the person's.
func (s *signIn) handOverWork(ctx context.Context, failure error) error {
	if s.window.shown {
		return s.leaveToPerson(ctx, failure.Error())
	}
	if err := s.showWindow(ctx); err != nil {
		return s.notShown(ctx, failure.Error(), err)
	}
	return nil
}

// showErrand tells the person of an errand while wait waits for the page.
func (s *signIn) showErrand(ctx context.Context, e session.Errand, wait func(context.Context) error) error {
	s.Ask.Progress("")
	_, _, err := session.AskWhile(ctx, func(ctx context.Context) (int, error) { return s.Ask.Wait(ctx, e) }, wait)
	return err
}

// keepOffPage waits for a page that stsx answers without the person, or for the
// assertion. Another origin's page that looks like Okta's stays the person's.
func (s *signIn) keepOffPage(ctx context.Context) error {
	marks := s.marksOf(s.isAnsweredInWindow)
	for waitFor := marks; ; {
		limited, cancel := context.WithTimeout(ctx, windowCheckInterval)
		i, err := s.page.Await(limited, waitFor...)
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if err != nil && !late || err == nil && i < 0 {
			return err
		}
		address, unread := s.page.Location(ctx)
		switch {
		case unread != nil:
			return unread
		case !s.isOurs(address):
			waitFor = nil // what is there stays there
		case err == nil, s.appSearch.choose != nil && isDashboard(address):
			return nil
		default:
			waitFor = marks
			if err := s.reopenFromDashboard(ctx, address); err != nil {
				return err
			}
		}
	}
}

// isAnsweredInWindow reports whether stsx answers a page while a person is at the
// window: one that asks for nothing but what it has. The page handed over is none
// of them, and neither are the authenticators: the person may want another there.
func (s *signIn) isAnsweredInWindow(c screen) bool {
	switch {
	case c.name == s.screen:
		return false
	case c.kind == loginScreen:
		return !s.login.passwordChanged && !(s.asksInWindow && s.login.password.IsZero())
	}
	return c.kind == passingScreen
}

// reopenFromDashboard opens the app when the sign-in has ended at Okta's
// dashboard: Classic forgets where it was to lead when its page is loaded anew.
func (s *signIn) reopenFromDashboard(ctx context.Context, address string) error {
	if s.window.openedAppOnce || !isDashboard(address) {
		return nil
	}
	s.window.openedAppOnce = true
	s.note("Okta's dashboard came: the app is opened")
	return s.page.Open(ctx, s.org.URL)
}

// isDashboard reports the address of Okta's dashboard, which is that of the sign-in page too
// where the Identity Engine leads to the dashboard.
func isDashboard(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (strings.HasPrefix(u.Path, "/app/UserHome") || strings.HasPrefix(u.Path, "/enduser/"))
}
