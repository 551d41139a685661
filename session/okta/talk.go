package okta

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// maxRefused is how often a password, and how often a code, may be refused
	// in one sign-in: fewer than the tries after which Okta locks an account.
	maxRefused = 3
	// maxVisits is how often the same page is answered before the sign-in is
	// taken to go round in circles.
	maxVisits = 8
	// quoteWait bounds the wait for the words of a refusal to be drawn.
	quoteWait = 3 * time.Second
	// breath is how long after one answer to a page the next one is sent: Gen2 and
	// Classic drop, without a word, what follows within 200 ms.
	breath = 250 * time.Millisecond
)

// talk is one sign-in: what was said so far.
type talk struct {
	*Driver
	page     page.Page
	org      session.Org
	origins  []string
	password session.Password
	sent     bool // the password was typed into the page
	named    bool // the username was
	recalled bool // the browser has the cookies of an earlier sign-in
	codes    *session.CodeSource
	chosen   *factor // what the person signs in with besides the password
	free     bool    // whatever mfa says, any authenticator will do
	again    bool    // the person asked for another way
	asked    string  // title of the factor whose code Okta was told to send
	channel  string  // by which a phone is reached
	pushes   int     // that a phone was sent
	listed   bool    // Okta offered several authenticators
	avoid    string  // title of the factor whose page the person wants to leave
	heard    heard
	told     told

	shown    bool // page is a window that the person sees
	returned bool // from Okta's dashboard to the app
	opened   bool // the page's button for FastPass was pressed
	silent   bool // Okta Verify on this computer did not answer
	changed  bool // the person has set a new password, which stsx does not know

	screen string // name of the page at hand
	seen   map[string]int
	wrong  struct {
		passwords []session.Secret
		codes     int
	}
	refusal   *session.RefusedError // of the last code
	restarted bool
	acted     bool // something was pressed since the page was opened
	pressed   struct {
		screen string
		at     time.Time
	}
}

// run answers one page after the other until the SAML response is posted.
func (t *talk) run(ctx context.Context) (string, error) {
	table := screens()
	marks := make([]string, len(table))
	for i, s := range table {
		marks[i] = s.mark
	}
	for {
		t.Ask.Progress("signing in to " + t.org.Name)
		if err := t.landed(ctx, false); err != nil {
			return "", t.explain(ctx, err)
		}
		i, err := t.await(ctx, marks)
		if errors.Is(err, errUnknown) {
			t.note("the page is not one that stsx knows")
			t.screen = ""
			t.record(ctx, "unknown page")
			err := t.lost(ctx)
			if err != nil {
				return "", t.explain(ctx, err)
			}
			continue
		}
		if err != nil {
			return "", t.explain(ctx, err)
		}
		if i < 0 {
			t.note("Okta posted its SAML response")
			return t.page.SAMLResponse().Reveal(), nil
		}
		s := t.meant(table[i])
		t.screen = s.name
		t.note("the page is “" + t.screen + "”")
		t.record(ctx, t.screen)
		if t.seen[t.screen]++; t.seen[t.screen] > maxVisits {
			return "", t.explain(ctx, t.stuck(ctx, "the sign-in goes round in circles"))
		}
		if err := t.answer(ctx, s); err != nil {
			return "", t.explain(ctx, err)
		}
	}
}

// answer answers a page, if it is one of the org's.
func (t *talk) answer(ctx context.Context, s screen) error {
	origin, err := t.elsewhere(ctx)
	switch {
	case err != nil:
		return err
	case origin != "":
		return t.abroad(ctx, origin)
	}
	if left, err := t.leaveOther(ctx); left || err != nil {
		return err
	}
	return s.answer(t, ctx)
}

// lost deals with a page that shows no mark.
func (t *talk) lost(ctx context.Context) error {
	if err := t.landed(ctx, true); err != nil {
		return err
	}
	return t.unknown(ctx)
}

// look is how long nothing may be recognised before the page is looked at.
const look = 5 * time.Second

// secondLook is how long a page that shows something has to stay as it is.
const secondLook = 2 * time.Second

// lastLook is for what a page shows whose icon has not grown.
const lastLook = time.Second

// await waits for one of marks. A page that shows none of them, asks the
// network for nothing and stays as it is over two looks is one that stsx does
// not know; of another origin than the org's, or where Okta's answer says that
// there is no mark, at the first look. What the browser has not painted yet may
// be anything.
func (t *talk) await(ctx context.Context, marks []string) (int, error) {
	shown, settling := "", true
	waitFor := make([]string, len(marks))
	for i, mark := range marks {
		waitFor[i] = settled(mark)
	}
	for wait := look; ; {
		limited, cancel := context.WithTimeout(ctx, wait)
		i, err := t.page.Await(limited, waitFor...)
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if err == nil || !late {
			return i, err
		}
		at, err := t.page.Location(ctx)
		if err != nil {
			return 0, err
		}
		text, err := t.page.Text(ctx, "body")
		if err != nil {
			return 0, err
		}
		now := at + " " + text
		quiet := text != "" && !t.page.Busy()
		moving := !quiet || now != shown && t.ours(at) && !t.unmarked()
		if !moving && !settling {
			painted, err := t.page.Painted(ctx)
			if err != nil {
				return 0, err
			}
			if painted {
				return 0, errUnknown
			}
		}
		switch {
		case settling && !moving:
			wait = lastLook
		case quiet:
			wait = secondLook
		default:
			wait = look
		}
		shown = now
		waitFor, settling = marks, false // an icon that has not grown by now does not
	}
}

// errUnknown: the page came to rest and shows nothing that is waited for.
var errUnknown = errors.New("an unknown page")

// submit presses the page's button and reads what Okta made of it.
func (t *talk) submit(ctx context.Context) (verdict, error) {
	return t.press(ctx, submitButton)
}

func (t *talk) press(ctx context.Context, mark string) (verdict, error) {
	return t.pressNth(ctx, mark, 0, replies()...)
}

func (t *talk) pressNth(ctx context.Context, mark string, n int, replies ...string) (verdict, error) {
	if t.pressed.screen == t.screen {
		select {
		case <-ctx.Done():
			return verdict{}, context.Cause(ctx)
		case <-time.After(time.Until(t.pressed.at.Add(breath))):
		}
	}
	t.acted, t.pressed.screen, t.pressed.at = true, t.screen, time.Now()
	reply, err := t.page.PressNth(ctx, mark, n, replies...)
	if err != nil {
		return verdict{}, err
	}
	if h := hear(reply.Body); !h.empty() {
		t.heard = h
	}
	t.told = tell(reply)
	v := t.told.verdict
	t.step(v.account(reply))
	return v, nil
}

// judge deals with every outcome but a refusal, which it reports: what to do
// about one depends on what was answered.
func (t *talk) judge(ctx context.Context, v verdict) (wrong bool, err error) {
	switch v.outcome {
	case accepted:
		return false, nil
	case refused:
		return true, nil
	case expired:
		return false, t.restart(ctx, v)
	case passwordExpired:
		// The page that says so comes next, in Okta's words.
		return false, nil
	}
	said := t.quote(ctx, v)
	switch v.outcome {
	case locked:
		return false, &session.RefusedError{What: "the account", Said: said, Kind: session.RefusedLocked}
	case notAssigned:
		return false, &session.RefusedError{What: "the app", Said: said, Kind: session.RefusedNotAssigned}
	case forbidden:
		return false, &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedPolicy}
	case unfit:
		return false, &session.RefusedError{What: "this device", Said: said, Kind: session.RefusedDevice}
	case tooMany:
		return false, &session.RefusedError{What: "the sign-in", Said: said, Kind: session.RefusedTooMany, Wait: v.wait}
	case maintained:
		return false, &session.UnavailableError{Said: said, Status: v.status, Wait: v.wait}
	default:
		return false, t.stuck(ctx, "Okta answered with an error of its own")
	}
}

// restart opens the page anew, once: Okta forgets a sign-in that was left for
// too long.
func (t *talk) restart(ctx context.Context, v verdict) error {
	if t.restarted {
		return &session.RefusedError{What: "the sign-in", Said: t.quote(ctx, v)}
	}
	t.restarted, t.acted, t.asked, t.told = true, false, "", told{}
	return t.page.Open(ctx, t.org.URL)
}

// quote returns the page's words for a refusal, else the response's.
func (t *talk) quote(ctx context.Context, v verdict) string {
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	defer cancel()
	marks := []string{fieldError, pageError}
	if v.atField { // what stands over the form may be drawn first
		marks = marks[:1]
	}
	if err := t.page.AwaitAgain(limited); err == nil {
		if i, err := t.page.Await(limited, marks...); err == nil && i >= 0 {
			if text, err := t.page.Text(limited, marks[i]); err == nil && text != "" {
				t.record(ctx, t.screen+", refused")
				return text
			}
		}
	}
	return strings.TrimSpace(v.said)
}

// explain adds to an error the page that it came from: its name, and to one
// that only says what could not be done there, what it shows.
func (t *talk) explain(ctx context.Context, err error) error {
	t.step("it ends: " + err.Error())
	t.record(ctx, "the end")
	var act *page.ActionError
	var page *session.PageError
	switch {
	case errors.As(err, &page):
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%w: %w", t.stuck(ctx, "the sign-in did not get past a page"), context.DeadlineExceeded)
	case errors.As(err, &act):
		stuck := t.stuck(ctx, err.Error())
		if errors.As(stuck, &page) {
			page.Err = err
		}
		err = stuck
	}
	if t.screen == "" || errors.Is(err, context.Canceled) || errors.Is(err, session.ErrInterrupted) {
		return err
	}
	return &session.ScreenError{Screen: t.screen, Err: err}
}

func (t *talk) record(ctx context.Context, name string) { t.capture(ctx, t.page, t.org, name) }

// capture records the page at hand for those who asked for that. The sign-in's
// own time may be over.
func (d *Driver) capture(ctx context.Context, page page.Page, o session.Org, name string) {
	if d.Record == nil || page == nil {
		return
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), quoteWait)
	defer cancel()
	page.Record(limited, name, o.Username)
}

// stuck describes the page at hand. The sign-in's own time may be over.
func (t *talk) stuck(ctx context.Context, why string) error {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), quoteWait)
	defer cancel()
	out := &session.PageError{Why: why}
	out.Location, _ = t.page.Location(limited)
	out.Text, _ = t.page.Text(limited, "body")
	if t.Keep == nil {
		return out
	}
	png, err := t.page.Screenshot(limited, t.org.Username)
	if err == nil {
		out.Screenshot, err = t.Keep(png)
	}
	if err != nil {
		t.Ask.Say("no picture of the page could be kept: " + err.Error())
	}
	return out
}
