package okta

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/okta/renew"
)

// Marks of the pages between.
const (
	// customExpiry is how Okta asks for a password that is changed elsewhere.
	customExpiry   = "reenroll-custom-password-expiry"
	customPassword = `.custom-password-expired, .reenroll-custom-password-expiry, .reenroll-custom-password-expiry-warning`
	// laterButton leaves out what Okta lets a person leave out. Classic's
	// button goes on to a factor where one is required.
	laterButton = skipLink + `, .siw-main-view.select-authenticator-enroll .skip-all, ` +
		`form:has([data-se^="authenticator-enroll-list"]) button[type="submit"]:is([data-type="save"], [data-se="save"]), ` +
		`.enroll-choices:has(.enroll-factor-list):not(:has(.enroll-required-factor-list)) input[type="submit"][data-type="save"]`
	enrolling = `.siw-main-view.select-authenticator-enroll, .siw-main-view[class*="enroll-authenticator"], ` +
		`form:has([data-se^="authenticator-enroll-list"]), .enroll-choices:has(.enroll-factor-list)`
	consenting = `.siw-main-view.consent, .siw-main-view.admin-consent, .siw-main-view.granular-consent, [data-se="consent-description"], ` +
		`.consent-required, .admin-consent-required, .granular-consent`
	deviceGrace = "device-assurance-grace-period"
	deviceView  = `.siw-main-view.` + deviceGrace
	// deviceButton goes on from the page that says what the device lacks. In
	// Gen3 that is a page of which nothing but its answer tells what it is: a
	// message, and a button that says of itself only what it reads.
	deviceButton = deviceView + ` input[type="submit"][data-type="save"], ` +
		`body:not(:has([data-se~="factor-beacon"])) form:has([data-se="infobox-warning"]):not(:has(input, select, textarea, button[type="submit"])) ` + plainButton
)

// betweens are the pages that stand between username and assertion and ask for
// no proof, and that stsx answers by itself.
func betweens() []screen {
	return append([]screen{
		{"password expires soon", `body:has(` + newPassword + `, ` + customPassword + `) :is(` + skipLink + `)`, (*talk).keepPassword},
		{"set up later", laterButton, (*talk).later},
		{"device reminder", deviceButton, (*talk).deviceReminder},
	}, rememberScreens()...)
}

// handOvers are those that a person has to answer.
func handOvers() []screen {
	return []screen{
		{"password expired", newPassword + `, ` + customPassword, (*talk).expiredPassword},
		{"consent", consenting, (*talk).consent},
		{"set up", enrolling, (*talk).setUp},
	}
}

// The names by which Okta asks for a factor to be set up and not to be verified.
// In Gen3 the pages look the same.
func enrolments() []string {
	return []string{"enroll-authenticator", "enroll-poll", "select-enrollment-channel", "enrollment-channel-data", "authenticator-enrollment-data"}
}

// meant is the screen that a mark was found of, or the one that Okta's answer
// says it is.
func (t *talk) meant(s screen) screen {
	switch next := t.told.verdict.next; {
	case len(next) == 0 || slices.Contains(next, "skip"):
	case slices.Contains(enrolments(), next[0]):
		return screen{"set up", enrolling, (*talk).setUp}
	case next[0] == customExpiry:
		return screen{"password expired", customPassword, (*talk).expiredPassword}
	}
	return s
}

// strange is what Okta's answer wants if no page of the widget is for that,
// else "".
func (t *talk) strange() string {
	next := t.told.verdict.next
	if !t.told.engine || len(next) == 0 || slices.Contains(remediationNames(), next[0]) {
		return ""
	}
	return next[0]
}

// unmarked tells whether Okta's answer wants something that shows no mark.
func (t *talk) unmarked() bool { return t.strange() != "" || t.meant(screen{}).answer != nil }

// remediationNames are what the Identity Engine can want of a person at the
// widget, by its names. Source: the widget's RemediationConstants.
func remediationNames() []string {
	return append(enrolments(), "identify", "select-identify", "identify-recovery", "select-enroll-profile", "enroll-profile", "profile-update",
		"unlock-account", "request-activation-email", "admin-consent", "consent", "granular-consent", "email-challenge-consent",
		"select-authenticator-authenticate", "select-authenticator-unlock-account", "authenticator-verification-data", "challenge-authenticator",
		"challenge-webauthn-autofillui-authenticator", "challenge-poll", "resend", "select-authenticator-enroll", "select-authenticator-enroll-data",
		"enroll-authenticator-promotion", "reenroll-authenticator", "reenroll-authenticator-warning", customExpiry,
		"reenroll-custom-password-expiry-warning", "reset-authenticator", "skip", "poll", "failure-redirect", "success-redirect", "redirect-idp",
		"redirect-idverify", "piv-idp", "device-challenge-poll", "device-apple-sso-extension", "cancel-transaction", "launch-authenticator",
		"launch-nfc-authenticator", "launch-webauthn-authenticator", "enroll-webauthn-residentkey", "launch-passkeys-authenticator", "user-code",
		"keep-me-signed-in", deviceGrace)
}

// overhearing bounds the wait for an answer that has come already.
const overhearing = 200 * time.Millisecond

// listen catches up on what Okta answered when no press of ours caused it: as
// the page was opened, or in the window.
func (t *talk) listen(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, overhearing)
	defer cancel()
	for {
		reply, err := t.page.NextReply(limited, replies()...)
		if err != nil || reply.Navigated {
			return
		}
		t.told = tell(reply)
	}
}

// catchUp listens where no press of ours was answered yet.
func (t *talk) catchUp(ctx context.Context) {
	if !t.told.came {
		t.listen(ctx)
	}
}

// keepPassword puts off a new password, and says for how long that goes.
func (t *talk) keepPassword(ctx context.Context) error {
	t.catchUp(ctx)
	switch days := t.told.days; {
	case days == nil:
		said, err := t.page.Text(ctx, heading)
		if err != nil {
			return err
		}
		t.Ask.Say("Okta says: " + said)
	case *days <= 0:
		t.Ask.Say("your Okta password expires today: change it in Okta")
	case *days == 1:
		t.Ask.Say("your Okta password expires tomorrow: change it in Okta")
	default:
		t.Ask.Say(fmt.Sprintf("your Okta password expires in %d days", *days))
	}
	return t.goOn(ctx, skipLink)
}

// later leaves out what Okta would like the person to do, and says until when
// that goes.
func (t *talk) later(ctx context.Context) error {
	t.catchUp(ctx)
	if t.told.days != nil {
		return t.keepPassword(ctx) // changed elsewhere, which no mark says in Gen3
	}
	said, err := t.page.Text(ctx, heading)
	if err != nil {
		return err
	}
	text := "left out, as Okta allows"
	if said != "" {
		text += ": “" + said + "”"
	}
	switch {
	case !t.told.until.IsZero():
		text += "; it is required from " + date(t.told.until) + " on"
	case t.told.times == 1:
		text += "; that goes one time more"
	case t.told.times > 1:
		text += fmt.Sprintf("; that goes %d times more", t.told.times)
	}
	t.Ask.Say(text)
	return t.goOn(ctx, laterButton)
}

func date(at time.Time) string { return at.Local().Format("2 January 2006, 15:04 MST") }

// deviceReminder passes on what Okta wants changed on this device, and goes on.
func (t *talk) deviceReminder(ctx context.Context) error {
	t.catchUp(ctx)
	sure, err := t.page.Visible(ctx, deviceView)
	if err != nil {
		return err
	}
	if !sure && !slices.Contains(t.told.verdict.next, deviceGrace) {
		return t.unknown(ctx)
	}
	said, err := t.page.Text(ctx, pageError)
	if err != nil {
		return err
	}
	text := "Okta says: " + said
	if !t.told.until.IsZero() {
		text += " (until " + date(t.told.until) + ")"
	}
	t.Ask.Say(text)
	return t.goOn(ctx, deviceButton)
}

// goOn presses what leads on.
func (t *talk) goOn(ctx context.Context, mark string) error {
	v, err := t.press(ctx, mark)
	if err != nil {
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err == nil && wrong {
		err = &session.RefusedError{What: "going on", Said: t.quote(ctx, v)}
	}
	return err
}

// expiredPassword leaves a new password to the person. Where no window can be
// shown that is for another browser.
func (t *talk) expiredPassword(ctx context.Context) error {
	// Of this form: while Classic moves, the page before it shows its heading too.
	said, err := t.page.Text(ctx, `:is(form:has(`+newPassword+`), `+customPassword+`) `+heading)
	if err != nil {
		return err
	}
	if said == "" {
		if said, err = t.page.Text(ctx, heading); err != nil {
			return err
		}
	}
	was := t.shown
	if err := t.show(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		t.note(err.Error())
		return &session.RefusedError{What: "the password", Said: said, Kind: session.RefusedExpired}
	}
	if !was {
		return nil // what the window shows may be the page before, which is stsx's to answer
	}
	t.changed = true
	return t.person(ctx, "Okta wants a new password")
}

// consent leaves it to the person: stsx agrees to nothing.
func (t *talk) consent(ctx context.Context) error {
	const what = "Okta asks for your consent"
	t.told = told{}
	return t.personOrBridge(ctx, what, what+", which stsx does not give for you")
}

// setUp leaves it to the person to set up a factor that Okta insists on.
func (t *talk) setUp(ctx context.Context) error {
	return t.person(ctx, "Okta wants you to set up another way to sign in")
}

// landed judges the document at hand by its status where that says more than
// the page: nil when there is nothing to it. lost: the page is not known.
func (t *talk) landed(ctx context.Context, lost bool) error {
	d := t.page.DocumentReply()
	if !t.ours(d.URL) {
		return nil
	}
	switch {
	case d.Status == http.StatusTooManyRequests:
		return &session.RefusedError{What: "the sign-in", Said: t.words(ctx), Kind: session.RefusedTooMany, Wait: d.Wait}
	case d.Status >= http.StatusInternalServerError:
		return &session.UnavailableError{Said: t.words(ctx), Status: d.Status, Wait: d.Wait}
	case lost && d.Status == http.StatusForbidden:
		return &session.RefusedError{What: "the app", Said: t.words(ctx), Kind: session.RefusedPolicy}
	case lost && (d.Status == http.StatusNotFound || d.Status == http.StatusGone):
		out := t.stuck(ctx, fmt.Sprintf("Okta has no such app (HTTP status %d)", d.Status))
		var page *session.PageError
		if errors.As(out, &page) {
			page.Cure = "correct url in the configuration: it is the app's embed link, where its tile on the Okta dashboard leads to"
		}
		return out
	}
	return nil
}

// words are what the page says, "" when that can't be read.
func (t *talk) words(ctx context.Context) string {
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	defer cancel()
	said, err := t.page.Text(limited, "body")
	if err != nil {
		t.note("the page's words can't be read: " + err.Error())
	}
	return session.OneLine(said, session.QuoteLength)
}

// Marks of whose sign-in a page is.
const (
	identifier = `[data-se="identifier"]:not(input)`
	backLink   = `[data-se="cancel"]`
)

// leaveOther goes back from a page that is about another user than the one
// wanted, as Okta has it from a session or a cookie, to where the username is
// asked. left: it was one. renew.ErrOtherUser: what is remembered led there, and there
// is no way back.
func (t *talk) leaveOther(ctx context.Context) (left bool, err error) {
	if t.named || t.seen["another user"] > 0 {
		return false, nil
	}
	shown, err := t.page.Text(ctx, identifier)
	if err != nil || shown == "" || sameUser(shown, t.org.Username) {
		return false, err
	}
	there, err := t.page.Visible(ctx, backLink)
	switch {
	case err != nil:
		return false, err
	case !there && t.recalled:
		return false, renew.ErrOtherUser
	case !there:
		return false, nil
	}
	t.seen["another user"]++
	t.note("the page is about another user: back to the username")
	_, err = t.press(ctx, backLink)
	return true, err
}

// sameUser compares names as Okta does, which takes the part before the @ for
// the whole.
func sameUser(a, b string) bool {
	short := func(name string) string { name, _, _ = strings.Cut(name, "@"); return name }
	return strings.EqualFold(a, b) || strings.Contains(a, "@") != strings.Contains(b, "@") && strings.EqualFold(short(a), short(b))
}
