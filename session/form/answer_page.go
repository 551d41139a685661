package form

import (
	"context"
	"slices"
	"strings"

	"stsx/session"
	"stsx/session/page"
)

// answerPage gets one page done. nil: something was done, or the page is to be
// looked at again. Other errors as Cross, and page.ErrAbsent.
func (c *crossing) answerPage(ctx context.Context, v *page.View) error {
	if len(v.Controls) == 0 {
		return c.waitForPage(ctx, v)
	}
	if !c.Ask.Interactive() {
		return c.awaitByItself(ctx, v)
	}
	if err := c.confirmOrigin(ctx, v); err != nil {
		return err
	}
	forms, buttons := pageActions(v)
	for _, w := range forms {
		if _, err := c.attemptsAt(v, w); err != nil {
			return err
		}
	}
	c.sayPage(v)
	if len(forms) == 1 && len(buttons) == 0 {
		return c.takeAction(ctx, v, forms[0])
	}
	return c.offerActions(ctx, v, slices.Concat(forms, buttons))
}

// sayPage says what the page says and was not said of the page before.
func (c *crossing) sayPage(v *page.View) {
	const most = 12
	shown := map[string]bool{}
	lines := []string{"unrecognised page at " + v.Origin + ":"}
	for _, text := range v.Lines {
		text = session.OneLine(text, 200)
		if shown[text] = true; c.shown[text] {
			continue
		}
		if len(lines) > most {
			lines = append(lines, "  | …")
			break
		}
		lines = append(lines, "  | "+text)
	}
	for _, text := range v.Errors {
		lines = append(lines, "  ! "+session.OneLine(text, 200))
	}
	if v.Frames > 0 {
		lines = append(lines, "  (it shows another page inside, which stsx does not read)")
	}
	if v.More {
		lines = append(lines, "  (it asks for more than stsx reads; the rest is left as it is)")
	}
	c.shown = shown
	c.Ask.Say(strings.Join(lines, "\n"))
}

// waitForPage waits at a page on which there is nothing to do.
func (c *crossing) waitForPage(ctx context.Context, v *page.View) error {
	what := "a page of " + v.Origin
	if text := slices.Concat(v.Errors, v.Heads, v.Lines); len(text) > 0 {
		what += " says: " + session.OneLine(text[0], 200)
	} else {
		what += " shows nothing yet"
	}
	_, err := askWhileStill(ctx, c, func(ctx context.Context) (int, error) {
		return c.Ask.Wait(ctx, session.Errand{Prompt: what})
	})
	return err
}

// awaitByItself is for a page that asks when there is nobody to answer: it gets some
// time to go on by itself.
func (c *crossing) awaitByItself(ctx context.Context, v *page.View) error {
	sketch, err := c.currentSketch(ctx)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, patientLooks*lookInterval)
	defer cancel()
	if c.awaitChange(waiting, sketch) == nil {
		return page.ErrAbsent
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	at, err := c.page.Location(ctx)
	if err != nil {
		at = v.Origin
	}
	what := "an answer to the page at " + at
	if len(v.Heads) > 0 {
		what += " (“" + session.OneLine(v.Heads[0], 80) + "”)"
	}
	return &session.InputError{What: what, Give: "run it on a terminal, where the page's questions can be asked"}
}
