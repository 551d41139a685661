package okta

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// quoteWait bounds the wait for what a page shows: the words of a refusal, the
	// state of a page that is given up.
	quoteWait = 3 * time.Second
	// lastLookWait is how much of that may be after the sign-in's time is over.
	lastLookWait = 300 * time.Millisecond
	// pageTextLength is how many characters of a page are looked at for a message.
	pageTextLength = 16 << 10
	// messageLength is how many characters of what a page says are passed on: a
	// policy may name several things to change.
	messageLength = 3 * session.QuoteLength
	// secretMark stands for a secret that a page shows.
	secretMark = "[secret]"
)

func (d *Driver) note(text string) {
	if d.Note != nil {
		d.Note(text)
	}
	d.recordStep(text)
}

// recordStep notes what only a record wants to know.
func (d *Driver) recordStep(text string) {
	if d.Record != nil {
		d.Record.Step("step      " + text)
	}
}

// lastLook is a context for a look at a page that is given up. The sign-in's own
// time may be over, and the look keeps it from ending for a moment alone.
func lastLook(ctx context.Context) (context.Context, context.CancelFunc) {
	most := quoteWait
	if left, limited := session.TimeLeft(ctx); ctx.Err() != nil {
		most = lastLookWait
	} else if limited {
		most = min(most, left+lastLookWait)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), most)
}

// recordPage records the page at hand for those who asked for that.
func (d *Driver) recordPage(ctx context.Context, p page.Page, name string, hide ...string) {
	if d.Record == nil || p == nil {
		return
	}
	limited, cancel := lastLook(ctx)
	defer cancel()
	p.Record(limited, name, hide...)
}

// note and recordStep are the Driver's, without what was typed.
func (s *signIn) note(text string)       { s.Driver.note(s.withoutSecrets(text)) }
func (s *signIn) recordStep(text string) { s.Driver.recordStep(s.withoutSecrets(text)) }

// typedSecrets are the passwords and the codes that were typed so far.
func (s *signIn) typedSecrets() []session.Secret {
	return slices.Concat([]session.Secret{s.login.password.Secret}, s.login.rejected, s.code.typed)
}

// withoutSecrets is a text of the page's, or of Okta's, that may hold what was
// typed.
func (s *signIn) withoutSecrets(text string) string {
	return session.Redact(text, secretMark, s.typedSecrets()...)
}

// hiddenTexts are what no picture of the page may show.
func (s *signIn) hiddenTexts() []string {
	texts := []string{s.org.Username}
	for _, secret := range s.typedSecrets() {
		if !secret.IsZero() {
			texts = append(texts, secret.Reveal())
		}
	}
	return texts
}

// textOf is what mark shows, on one line and without secrets, as it may be shown.
func (s *signIn) textOf(ctx context.Context, mark string) (string, error) {
	text, err := s.page.Text(ctx, mark)
	return s.shownText(text), err
}

// shownText is a text of the page's as it may be shown.
func (s *signIn) shownText(text string) string {
	if runes := []rune(text); len(runes) > pageTextLength {
		text = string(runes[:pageTextLength])
	}
	return session.OneLine(s.withoutSecrets(text), messageLength)
}

// enterScreen names the page at hand; "" where it is not known.
func (s *signIn) enterScreen(name string) { s.screen = name }

func (s *signIn) recordScreen(ctx context.Context, name string) {
	s.recordPage(ctx, s.page, name, s.hiddenTexts()...)
}

// errorWithPage is the page at hand as an error.
func (s *signIn) errorWithPage(ctx context.Context, why string) *session.PageError {
	limited, cancel := lastLook(ctx)
	defer cancel()
	out := &session.PageError{Why: why}
	out.Location, _ = s.page.Location(limited)
	out.Text, _ = s.textOf(limited, "body")
	if old, _ := s.page.Visible(limited, oldWidgetMark()); old {
		out.Cure = "the page has an Okta Sign-In Widget older than " + oldestWidget + ", which stsx does not know: " +
			"your Okta administrator can update it"
	}
	if s.Keep == nil {
		return out
	}
	png, err := s.page.Screenshot(limited, s.hiddenTexts()...)
	if err == nil {
		out.Screenshot, err = s.Keep(png)
	}
	if err != nil {
		s.Ask.Say("could not save a picture of the page: " + err.Error())
	}
	return out
}

// errorWithCure is errorWithPage with what to do about it.
func (s *signIn) errorWithCure(ctx context.Context, why, cure string) error {
	out := s.errorWithPage(ctx, why)
	if out.Cure != "" {
		cure += "; " + out.Cure
	}
	out.Cure = cure
	return out
}

// withPage adds to an error the page that it came from: its name, and to one
// that only says what could not be done there, what it shows.
func (s *signIn) withPage(ctx context.Context, err error) error {
	s.recordStep("it ends: " + err.Error())
	s.recordScreen(ctx, "the end")
	var action *page.ActionError
	var shown *session.PageError
	var cured interface{ Hint() string }
	switch {
	case errors.As(err, &shown):
	case errors.As(err, &cured): // it says what to do, which the page does not
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%w: %w", s.errorWithPage(ctx, "the sign-in did not get past a page"), context.DeadlineExceeded)
	case errors.As(err, &action):
		shown = s.errorWithPage(ctx, err.Error())
		shown.Err = err
		err = shown
	}
	if s.screen == "" || errors.Is(err, context.Canceled) || errors.Is(err, session.ErrInterrupted) {
		return err
	}
	return &session.ScreenError{Screen: s.screen, Err: err}
}

// pageWords are what the page says, "" when that can't be read.
func (s *signIn) pageWords(ctx context.Context) string {
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	defer cancel()
	said, err := s.textOf(limited, "body")
	if err != nil {
		s.note("the page's words can't be read: " + err.Error())
	}
	return session.OneLine(said, session.QuoteLength)
}

// quote returns the page's words for a refusal, else the response's.
func (s *signIn) quote(ctx context.Context, r response) string {
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	defer cancel()
	marks := []string{fieldErrorText, pageErrorText}
	if r.aboutField { // what stands over the form may be drawn first
		marks = marks[:1]
	}
	if err := s.page.AwaitAgain(limited); err == nil {
		if i, err := s.page.Await(limited, marks...); err == nil && i >= 0 {
			if text, err := s.textOf(limited, marks[i]); err == nil && text != "" {
				s.recordScreen(ctx, s.screen+", refused")
				return text
			}
		}
	}
	return s.shownText(r.said)
}
