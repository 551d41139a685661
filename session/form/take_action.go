package form

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stsx/session"
	"stsx/session/page"
)

// takeAction goes one way: it fills in what is to be, and presses.
func (c *crossing) takeAction(ctx context.Context, v *page.View, w action) error {
	if w.fields == nil {
		_, err := c.pressControl(ctx, v, w.press)
		return err
	}
	t, err := c.attemptsAt(v, w)
	if err != nil {
		return err
	}
	given := false
	t.typed = nil
	for _, n := range w.fields {
		answered, err := c.fillField(ctx, v, n, t)
		if err != nil {
			return err
		}
		given = given || answered
	}
	form := v.Controls[w.fields[0]].Form
	var own []action
	for n, control := range v.Controls {
		if control.Kind == "button" && control.Form == form {
			own = append(own, action{labelOf(v, n), nil, n})
		}
	}
	if len(own) == 0 { // it is sent by Enter
		own = append(own, action{"send it", nil, w.fields[len(w.fields)-1]})
	}
	// What sends the form stands first: it is what Enter would press.
	slices.SortStableFunc(own, func(a, b action) int { return pressOrder(v, a.press) - pressOrder(v, b.press) })
	if !given {
		_, others := pageActions(v)
		return c.offerActions(ctx, v, slices.Concat(own, others))
	}
	n := own[0].press
	if len(own) > 1 {
		picked, err := c.chooseAction(ctx, "Press", own)
		if err != nil {
			return err
		}
		n = own[picked].press
	}
	acted, err := c.pressControl(ctx, v, n)
	if acted {
		t.n++
		t.secrets = append(t.secrets, t.typed...)
	}
	return err
}

// attemptsAt is what became of the same questions before. Too often is a refusal.
func (c *crossing) attemptsAt(v *page.View, w action) (*attempts, error) {
	// The first heading tells one page from the next; an error may be another.
	key := strings.Join(slices.Concat([]string{v.Origin, w.title}, v.Heads[:min(1, len(v.Heads))]), "\n")
	if c.tries[key] == nil {
		c.tries[key] = &attempts{}
	}
	t := c.tries[key]
	if t.n < maxTries {
		return t, nil
	}
	said := fmt.Sprintf("the page asked %d times for the same: %s", t.n, strings.TrimPrefix(w.title, "fill in "))
	if len(v.Errors) > 0 {
		said = c.withoutSecrets(strings.Join(v.Errors, " "))
	}
	return nil, &session.RefusedError{What: "the sign-in", By: session.HostOf(v.Origin), Said: session.OneLine(said, 300)}
}

// offerActions lets the person say what to do on the page.
func (c *crossing) offerActions(ctx context.Context, v *page.View, ways []action) error {
	var links []action
	for n, control := range v.Controls {
		if control.Kind == "link" {
			links = append(links, action{labelOf(v, n), nil, n})
		}
	}
	all := ways
	if len(links) > 0 {
		all = append(slices.Clip(all), action{title: fmt.Sprintf("open a link on the page (%d)", len(links))})
	}
	all = append(slices.Clip(all), action{title: "reload"})
	picked, err := c.chooseAction(ctx, "On this page", all)
	switch {
	case err != nil:
		return err
	case picked == len(all)-1:
		c.shown = nil
		return nil
	case picked < len(ways):
		return c.takeAction(ctx, v, ways[picked])
	}
	if picked, err = c.chooseAction(ctx, "Follow", links); err != nil {
		return err
	}
	_, err = c.pressControl(ctx, v, links[picked].press)
	return err
}

func (c *crossing) chooseAction(ctx context.Context, prompt string, ways []action) (picked int, err error) {
	titles := make([]string, len(ways))
	for i, w := range ways {
		titles[i] = w.title
	}
	return askWhileStill(ctx, c, func(ctx context.Context) (int, error) {
		return c.Ask.Choose(ctx, session.Question{Prompt: prompt, What: "a choice on a page of " + c.org.Name}, titles)
	})
}

// pressControl presses, and says so when nothing came of it: acted is false then.
func (c *crossing) pressControl(ctx context.Context, v *page.View, n int) (acted bool, err error) {
	label := labelOf(v, n)
	before, err := c.page.SketchControls(ctx)
	if err != nil {
		return false, err
	}
	c.Ask.Progress("pressing “" + label + "”")
	c.sketch = ""
	err = c.page.PressControl(ctx, n, v.Origin)
	switch {
	case errors.Is(err, page.ErrDisabled):
		c.Ask.Say("the page does not let “" + label + "” be pressed as it stands")
		return false, nil
	case !errors.Is(err, page.ErrNoReaction):
		return err == nil, err
	}
	after, err := c.page.SketchControls(ctx)
	if err == nil && after == before {
		c.Ask.Say("nothing came of pressing “" + label + "”")
		return false, nil
	}
	return err == nil, err
}
