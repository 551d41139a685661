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

// action is one thing to do on a page.
type action struct {
	title  string
	fields []int // to be filled in before; all of one form
	press  int   // the control; -1: what the person says
}

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

// pageActions are the forms to be filled in and the buttons that belong to none.
func pageActions(v *page.View) (forms, buttons []action) {
	fields := map[int][]int{}
	var order []int
	for n, control := range v.Controls {
		if isField(control) {
			if fields[control.Form] == nil {
				order = append(order, control.Form)
			}
			fields[control.Form] = append(fields[control.Form], n)
		}
	}
	for _, form := range order {
		var labels []string
		for _, n := range fields[form] {
			labels = append(labels, labelOf(v, n))
		}
		forms = append(forms, action{"fill in " + strings.Join(labels, ", "), fields[form], -1})
	}
	for n, control := range v.Controls {
		if control.Kind == "button" && fields[control.Form] == nil {
			buttons = append(buttons, action{labelOf(v, n), nil, n})
		}
	}
	return forms, buttons
}

func isField(c page.Control) bool { return c.Kind != "button" && c.Kind != "link" }

// labelOf is the name of a control, short enough for a question.
func labelOf(v *page.View, n int) string {
	control := v.Controls[n]
	text := session.OneLine(control.Label, 80)
	if control.On && !isField(control) {
		text += " (on)"
	}
	return text
}

// sayPage says what the page says and was not said of the page before.
func (c *crossing) sayPage(v *page.View) {
	const most = 12
	shown := map[string]bool{}
	lines := []string{"a page of " + v.Origin + " asks:"}
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
	return c.while(ctx, func(ctx context.Context) error {
		_, err := c.Ask.Wait(ctx, session.Errand{Prompt: what})
		return err
	})
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
	if c.awaitChange(waiting, sketch) {
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

func pressOrder(v *page.View, n int) int {
	if v.Controls[n].Submits {
		return 0
	}
	return 1
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
		said = strings.Join(v.Errors, " ")
	}
	return nil, &session.RefusedError{What: "the sign-in", By: hostOf(v.Origin), Said: session.OneLine(said, 300)}
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
		all = append(slices.Clip(all), action{title: fmt.Sprintf("follow a link of the page (%d)", len(links))})
	}
	all = append(slices.Clip(all), action{title: "look at the page again"})
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
	err = c.while(ctx, func(ctx context.Context) error {
		picked, err = c.Ask.Choose(ctx, session.Question{Prompt: prompt, What: "a choice on a page of " + c.org.Name}, titles)
		return err
	})
	return picked, err
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

// fillField asks for one field and fills it in. given: it does not stay as it was
// for want of an answer.
func (c *crossing) fillField(ctx context.Context, v *page.View, n int, t *attempts) (given bool, err error) {
	control, prompt := v.Controls[n], labelOf(v, n)
	q := session.Question{Prompt: prompt, Empty: true, What: "an answer to “" + prompt + "”"}
	switch control.Kind {
	case "file":
		c.Ask.Say("the page wants a file (" + prompt + "): stsx gives it none")
		return false, nil
	case "box":
		yes := control.On
		err = c.while(ctx, func(ctx context.Context) error {
			yes, err = c.Ask.Confirm(ctx, prompt, control.On)
			return err
		})
		if err == nil && yes != control.On {
			c.sketch = ""
			err = c.page.TickControl(ctx, n, yes, v.Origin)
		}
		return err == nil, err
	case "choice":
		if len(control.Options) == 0 {
			return false, nil
		}
		picked := 0
		q.First = max(0, control.Picked)
		err = c.while(ctx, func(ctx context.Context) error {
			picked, err = c.Ask.Choose(ctx, q, control.Options)
			return err
		})
		if err == nil && picked != control.Picked {
			c.sketch = ""
			err = c.page.PickOption(ctx, n, picked, v.Origin)
		}
		return err == nil, err
	}
	return c.typeText(ctx, v, n, q, t)
}

// typeText asks for a text or a secret.
func (c *crossing) typeText(ctx context.Context, v *page.View, n int, q session.Question, t *attempts) (given bool, err error) {
	control := v.Controls[n]
	otherwise := control.Value
	switch {
	case control.Kind == "secret":
		q.Secret, otherwise = true, ""
		q.Prompt += " (for " + hostOf(v.Origin) + ")"
		if control.On {
			q.Prompt += " [as it is]"
		}
	case otherwise == "" && c.wantsName(v, n):
		otherwise = c.org.Username
	}
	if otherwise != "" {
		q.Prompt += " [" + session.OneLine(otherwise, 60) + "]"
	}
	for range maxTries {
		var text string
		err = c.while(ctx, func(ctx context.Context) error {
			text, err = c.Ask.Ask(ctx, q)
			return err
		})
		if err != nil {
			return false, err
		}
		secret := session.NewSecret(text)
		if control.Kind == "secret" && slices.ContainsFunc(t.secrets, secret.Equal) && text != "" {
			c.Ask.Say("that was refused already; it isn't sent again")
			continue
		}
		if text == "" {
			text = otherwise
		}
		if text == control.Value {
			return false, nil // it stays as it is
		}
		c.sketch = ""
		err = c.page.FillControl(ctx, n, session.NewSecret(text), v.Origin)
		var foreign *session.OriginError
		switch {
		case err == nil:
			if control.Kind == "secret" {
				t.typed = append(t.typed, secret)
			}
			return true, nil
		case errors.Is(err, page.ErrAbsent), errors.As(err, &foreign), ctx.Err() != nil:
			return false, err
		}
		c.Ask.Say(err.Error())
	}
	return false, c.stuckError(ctx, "the page does not take what is typed")
}

// wantsName tells whether a text is the person's name at the provider, which
// the configuration may know. It is shown before it is filled in.
func (c *crossing) wantsName(v *page.View, n int) bool {
	if c.org.Username == "" || !slices.Contains(c.org.AllowedOrigins(), v.Origin) {
		return false
	}
	if v.Controls[n].Login {
		return true
	}
	form := v.Controls[n].Form
	first := slices.IndexFunc(v.Controls, func(o page.Control) bool { return o.Form == form && o.Kind == "text" })
	return first == n && slices.ContainsFunc(v.Controls, func(o page.Control) bool { return o.Form == form && o.Kind == "secret" })
}
