package okta

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// personTime is how long the clock of a sign-in stands still, at the longest,
// while the page is a person's.
const personTime = 10 * time.Minute

// windowFactors need a person at the page itself.
func windowFactors() []factor {
	needs := func(name, title, key, icon, page, wants string) factor {
		return factor{names: []string{name}, title: title, pick: pick(key, icon), page: page, window: true, wants: wants, answer: factor.byPerson}
	}
	// The rows of Gen3's list have the icons too.
	form := func(icon string) string {
		return beacon(icon) + `form:not(:has([data-se="authenticator-verify-list"]))`
	}
	return []factor{
		needs("webauthn", "Security Key or Biometric", "webauthn", "mfa-webauthn", form("mfa-webauthn"), "Okta asks for your security key, passkey or fingerprint"),
		needs("duo", "Duo Security", "duo", "mfa-duo", form("mfa-duo"), "Okta asks for Duo"),
		needs("idp", "another identity provider", "external_idp", "mfa-custom-factor", form("mfa-custom-factor"), "Okta asks for a sign-in at another identity provider"),
		needs("smartcard", "Smart Card", "smart_card_idp", "smart-card-icon", ".piv-cac-card, "+form("smart-card-icon"), "Okta asks for your smart card"),
	}
}

// byPerson leaves f's page to a person; where no window can be shown, what else
// Okta offers will do.
func (f factor) byPerson(t *talk, ctx context.Context) error {
	if t.canShow() != nil {
		leave, err := t.others(ctx)
		if err != nil {
			return err
		}
		if leave != nil {
			t.chosen, t.free = nil, false
			return leave(ctx)
		}
	}
	return t.person(ctx, f.wants)
}

// showFor takes the sign-in to a window before r is pressed there: what needs a
// person may begin by itself with the press.
func (t *talk) showFor(ctx context.Context, r row) error {
	t.chosen, t.free = &r.factors[0], false
	if err := t.show(ctx); err != nil {
		return t.hidden(ctx, r.factors[0].wants, err)
	}
	return nil
}

// unseen is the error for what is wanted and needs a window. known is what would
// do without.
func (t *talk) unseen(ctx context.Context, needs, known []row) error {
	err := t.hidden(ctx, needs[0].factors[0].wants, t.canShow())
	var page *session.PageError
	if errors.As(err, &page) {
		page.Cure += orElse(known)
	}
	return err
}

// orElse names the other ways to sign in, for a cure.
func orElse(known []row) string {
	var words []string
	for _, r := range known {
		for _, w := range r.words() {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "; or sign in another way: --mfa " + strings.Join(words, " or ")
}

// elsewhere is the origin of the page at hand if it is none of the org's.
func (t *talk) elsewhere(ctx context.Context) (string, error) {
	at, err := t.page.Location(ctx)
	if err != nil {
		return "", err
	}
	if t.ours(at) {
		return "", nil
	}
	return session.Origin(at), nil
}

func (t *talk) ours(at string) bool { return slices.Contains(t.origins, session.Origin(at)) }

// abroad deals with a page that looks like one of Okta's and is of origin: only
// a person may answer it.
func (t *talk) abroad(ctx context.Context, origin string) error {
	if t.canShow() != nil {
		return &session.OriginError{Got: origin, Want: t.origins[0]}
	}
	t.screen = ""
	return t.person(ctx, "the sign-in goes on at "+origin)
}

// person leaves the page at hand to a person: in the window where the sign-in
// is shown already, else in one that takes the place of the headless browser.
// what says what there is to do. nil: another page has come, or the assertion.
func (t *talk) person(ctx context.Context, what string) error {
	if err := t.show(ctx); err != nil {
		return t.hidden(ctx, what, err)
	}
	return t.handOver(ctx, what)
}

// unknown deals with a page that no row of the table knows: it is for the
// person, in a window if one can be shown, else through the bridge.
func (t *talk) unknown(ctx context.Context) error {
	what := "stsx does not know the page that the sign-in came to"
	if wanted := t.strange(); wanted != "" {
		what = "Okta asks for something that stsx does not know (" + wanted + ")"
	}
	t.screen = ""
	origin, err := t.elsewhere(ctx)
	if err != nil {
		return err
	}
	if origin != "" {
		what = "the sign-in goes on at " + origin + ", which is not " + t.org.Name + "'s Okta"
	} else if s := t.meant(screen{}); s.answer != nil {
		t.screen = s.name
		return s.answer(t, ctx)
	}
	t.told = told{}
	return t.personOrBridge(ctx, what, what)
}

// personOrBridge is person for a page that can be answered in text too: where
// no window can be shown it is asked on the terminal. otherwise is what is
// wrong where neither can be.
func (t *talk) personOrBridge(ctx context.Context, what, otherwise string) error {
	err := t.show(ctx)
	switch {
	case err == nil:
		return t.handOver(ctx, what)
	case t.Bridge != nil && t.org.Browser != "headless" && t.Ask.Interactive():
		t.note(err.Error())
		return t.Bridge(ctx, t.page, t.org, answered())
	}
	return t.hidden(ctx, otherwise, err)
}

// answered are the pages at which the bridge ends: all that stsx knows but for
// the notice, which any page may show beside what it asks.
func answered() []string {
	var marks []string
	for _, s := range screens() {
		if s.mark != pageError {
			marks = append(marks, s.mark)
		}
	}
	return marks
}

// A hiddenError is why the person can't be shown the page.
type hiddenError struct{ why, cure string }

func (e *hiddenError) Error() string { return e.why }

// hidden is the error for a page that needs a person who can't be shown it.
func (t *talk) hidden(ctx context.Context, what string, err error) error {
	var hidden *hiddenError
	if !errors.As(err, &hidden) {
		return err
	}
	out := t.stuck(ctx, what+", and no window can be shown: "+hidden.why)
	var page *session.PageError
	if errors.As(out, &page) {
		page.Cure = hidden.cure
	}
	return out
}

// canShow is nil when the person can be shown the page, else a *hiddenError.
func (t *talk) canShow() error {
	switch {
	case t.shown:
		return nil
	case t.org.Browser == "headless":
		return &hiddenError{"the browser is to stay headless", `run this again with --browser auto, or set browser = "auto" in the configuration`}
	case t.CanShow == nil:
		return &hiddenError{"this stsx has none", ""}
	}
	if err := t.CanShow(); err != nil {
		return &hiddenError{err.Error(), "run this on a desktop, not over SSH or in a container"}
	}
	return nil
}

// show takes the sign-in to a window, where it goes on from where it stands.
// The browser that it was in is closed. Errors: *hiddenError when there can't
// be a window and the page is as it was.
func (t *talk) show(ctx context.Context) error {
	if t.shown {
		return nil
	}
	if err := t.canShow(); err != nil {
		return err
	}
	t.Ask.Progress("opening a window")
	window, err := t.Browse(ctx, t.org, true)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return &hiddenError{err.Error(), "see whether the browser opens by itself, or take another with --browser-path"}
	}
	left := t.page
	t.page, t.shown = window, true
	if err := errors.Join(window.ContinueFrom(ctx, left), left.Close()); err != nil {
		return fmt.Errorf("taking the sign-in to a window: %w", err)
	}
	t.note("the sign-in goes on in a window")
	return nil
}

// handOver says what there is to do in the window and keeps off the page until
// one comes that needs nothing from the person.
func (t *talk) handOver(ctx context.Context, what string) error {
	defer session.Pause(ctx, personTime)()
	t.told = told{} // of a page that the person will leave
	return t.meanwhile(ctx, session.Errand{Prompt: what + ": go on in the window"}, t.keepOff)
}

// meanwhile tells the person of an errand while wait waits for the page.
func (t *talk) meanwhile(ctx context.Context, e session.Errand, wait func(context.Context) error) error {
	watching, stop := context.WithCancelCause(ctx)
	said := make(chan struct{})
	t.Ask.Progress("")
	go func() {
		defer close(said)
		_, err := t.Ask.Wait(watching, e)
		stop(err) // Ctrl-C, where the terminal tells us and not the system
	}()
	err := wait(watching)
	if cause := context.Cause(watching); cause != nil {
		err = cause
	}
	stop(nil)
	<-said
	return err
}

// glance is how long a person is left alone before the page is looked at.
const glance = time.Second

// keepOff waits for a page that stsx answers without the person, or for the
// assertion. A stranger's page that looks like Okta's stays the person's.
func (t *talk) keepOff(ctx context.Context) error {
	var marks []string
	for _, s := range t.alone() {
		marks = append(marks, s.mark)
	}
	for waitFor := marks; ; {
		limited, cancel := context.WithTimeout(ctx, glance)
		i, err := t.page.Await(limited, waitFor...)
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if err != nil && !late || err == nil && i < 0 {
			return err
		}
		at, whence := t.page.Location(ctx)
		switch {
		case whence != nil:
			return whence
		case !t.ours(at):
			waitFor = nil // what is there stays there
		case err == nil:
			return nil
		default:
			waitFor = marks
			if err := t.backToApp(ctx, at); err != nil {
				return err
			}
		}
	}
}

// backToApp opens the app when the sign-in has ended at Okta's dashboard:
// Classic forgets where it was to lead when its page is loaded anew.
func (t *talk) backToApp(ctx context.Context, at string) error {
	u, err := url.Parse(at)
	if err != nil || t.returned || !strings.HasPrefix(u.Path, "/app/UserHome") && !strings.HasPrefix(u.Path, "/enduser/") {
		return nil
	}
	t.returned = true
	t.note("Okta's dashboard came: the app is opened")
	return t.page.Open(ctx, t.org.URL)
}

// alone are the pages that stsx answers while a person is at the window: those
// that ask for nothing but what it has. The page handed over is none of them,
// and neither are the authenticators: the person may want another there.
func (t *talk) alone() []screen {
	table := append(betweens(), rememberScreens()...)
	if !t.changed {
		table = append(table, logins()...)
	}
	return slices.DeleteFunc(table, func(s screen) bool { return s.name == t.screen })
}
