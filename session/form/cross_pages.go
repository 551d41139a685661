package form

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stsx/session"
	"stsx/session/page"
)

const (
	// maxTries is how often the same questions are answered before the sign-in
	// is taken to be refused: fewer than the tries after which accounts are locked.
	maxTries = 3
	// maxMoves is how often a page may change under the person's hands.
	maxMoves = 20
	// stillLooks is how many looks in a row have to see the same page, and patientLooks
	// how many when it has more to load or shows nothing yet.
	stillLooks, patientLooks = 2, 20
	// quoteWait bounds the look at a page that is given up.
	quoteWait = 800 * time.Millisecond
)

// Bridge asks the person what pages ask.
type Bridge struct{ Ask session.Prompter }

// Cross answers one page after the other until the SAML response is posted, or
// one of the marks known is there: the caller answers that page by itself. Errors: *session.InputError when nobody can be asked,
// session.ErrInterrupted, *session.OriginError when the person does not want to
// answer pages of another place, *session.RefusedError when the same questions
// came back too often, *session.PageError.
func (b Bridge) Cross(ctx context.Context, tab page.Page, o session.Org, known []string) error {
	c := &crossing{
		Bridge: b, page: tab, org: o, marks: strings.Join(known, ", "),
		trusted: o.AllowedOrigins(), tries: map[string]*attempts{},
	}
	for moves := 0; moves < maxMoves; {
		view, err := c.awaitStill(ctx)
		if errors.Is(err, page.ErrPosted) || err == nil && view == nil {
			return nil
		}
		if err == nil {
			c.page.Record(ctx, "through the bridge", c.org.Username)
			err = c.answerPage(ctx, view)
		}
		switch {
		case errors.Is(err, page.ErrAbsent):
			moves++
		case errors.Is(err, page.ErrPosted):
			return nil
		case err != nil:
			return c.explainDeadline(ctx, err)
		default:
			moves = 0
		}
	}
	return c.stuckError(ctx, "the page changes again and again by itself")
}

// crossing is one way through pages.
type crossing struct {
	Bridge
	page    page.Page
	org     session.Org
	marks   string // of pages that the caller answers by itself; "": there are none
	trusted []string
	tries   map[string]*attempts
	shown   map[string]bool // what was said of the page before
	sketch  string          // of the View at hand; "" after something was done to the page
}

// attempts are what became of one set of questions.
type attempts struct {
	n       int
	typed   []session.Secret // not sent yet
	secrets []session.Secret // sent
}

// confirmOrigin asks once whether pages of a place that is not the configured one are
// to be answered.
func (c *crossing) confirmOrigin(ctx context.Context, v *page.View) error {
	if slices.Contains(c.trusted, v.Origin) {
		return nil
	}
	c.Ask.Say("THIS PAGE IS ANOTHER PLACE'S: " + strings.ToUpper(session.HostOf(v.Origin)))
	c.Ask.Say(fmt.Sprintf("it is at %s, and %s signs in at %s", v.Origin, c.org.Name, c.trusted[0]))
	yes, err := askWhileStill(ctx, c, func(ctx context.Context) (bool, error) {
		return c.Ask.Confirm(ctx, "Answer pages of "+v.Origin+"?", false)
	})
	switch {
	case err != nil:
		return err
	case !yes:
		return &session.OriginError{Got: v.Origin, Want: c.trusted[0]}
	}
	c.trusted = append(c.trusted, v.Origin)
	if c.org.Type == session.TypeForm {
		c.page.TrustOrigin(v.Origin) // of Okta's, only the org's own pages post the SAML response
	}
	return nil
}

// stuckError is the page as an error.
func (c *crossing) stuckError(ctx context.Context, why string) error {
	out := &session.PageError{Why: why}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), quoteWait)
	defer cancel()
	out.Location, _ = c.page.Location(ctx)
	if view, err := c.page.View(ctx); err == nil {
		out.Text = c.withoutSecrets(strings.Join(slices.Concat(view.Errors, view.Heads, view.Lines), " "))
	}
	return out
}

// withoutSecrets is what a page says, without what was typed into it as a secret.
func (c *crossing) withoutSecrets(text string) string {
	for _, t := range c.tries {
		text = session.Redact(text, "[secret]", slices.Concat(t.typed, t.secrets)...)
	}
	return text
}

// explainDeadline adds to the end of a sign-in's time what page it was at.
func (c *crossing) explainDeadline(ctx context.Context, err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", c.stuckError(ctx, "the sign-in did not get past a page"), err)
}
