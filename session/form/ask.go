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

// way is one thing to do on a page.
type way struct {
	title  string
	fields []int // to be filled in before; all of one form
	press  int   // the control; -1: what the person says
}

// answer gets one page done. nil: something was done, or the page is to be
// looked at again. Other errors as Cross, and page.ErrAbsent.
func (c *crossing) answer(ctx context.Context, v *page.View) error {
	if len(v.Controls) == 0 {
		return c.wait(ctx, v)
	}
	if !c.Ask.Interactive() {
		return c.nobody(ctx, v)
	}
	if err := c.trust(ctx, v); err != nil {
		return err
	}
	forms, buttons := ways(v)
	for _, w := range forms {
		if _, err := c.round(v, w); err != nil {
			return err
		}
	}
	c.tell(v)
	if len(forms) == 1 && len(buttons) == 0 {
		return c.take(ctx, v, forms[0])
	}
	return c.menu(ctx, v, slices.Concat(forms, buttons))
}

// ways are the forms to be filled in and the buttons that belong to none.
func ways(v *page.View) (forms, buttons []way) {
	fields := map[int][]int{}
	var order []int
	for n, control := range v.Controls {
		if asks(control) {
			if fields[control.Form] == nil {
				order = append(order, control.Form)
			}
			fields[control.Form] = append(fields[control.Form], n)
		}
	}
	for _, form := range order {
		var labels []string
		for _, n := range fields[form] {
			labels = append(labels, label(v, n))
		}
		forms = append(forms, way{"fill in " + strings.Join(labels, ", "), fields[form], -1})
	}
	for n, control := range v.Controls {
		if control.Kind == "button" && fields[control.Form] == nil {
			buttons = append(buttons, way{label(v, n), nil, n})
		}
	}
	return forms, buttons
}

func asks(c page.Control) bool { return c.Kind != "button" && c.Kind != "link" }

// label is the name of a control, short enough for a question.
func label(v *page.View, n int) string {
	control := v.Controls[n]
	text := session.OneLine(control.Label, 80)
	if control.On && !asks(control) {
		text += " (on)"
	}
	return text
}

// tell says what the page says and was not said of the page before.
func (c *crossing) tell(v *page.View) {
	const most = 12
	told := map[string]bool{}
	lines := []string{"a page of " + v.Origin + " asks:"}
	for _, text := range v.Lines {
		text = session.OneLine(text, 200)
		if told[text] = true; c.told[text] {
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
	c.told = told
	c.Ask.Say(strings.Join(lines, "\n"))
}

// wait waits at a page on which there is nothing to do.
func (c *crossing) wait(ctx context.Context, v *page.View) error {
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

// nobody is for a page that asks when there is nobody to answer: it gets some
// time to go on by itself.
func (c *crossing) nobody(ctx context.Context, v *page.View) error {
	sketch, err := c.at(ctx)
	if err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, patient*between)
	defer cancel()
	if c.moved(waiting, sketch) {
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

// take goes one way: it fills in what is to be, and presses.
func (c *crossing) take(ctx context.Context, v *page.View, w way) error {
	if w.fields == nil {
		_, err := c.press(ctx, v, w.press)
		return err
	}
	t, err := c.round(v, w)
	if err != nil {
		return err
	}
	given := false
	t.typed = nil
	for _, n := range w.fields {
		answered, err := c.field(ctx, v, n, t)
		if err != nil {
			return err
		}
		given = given || answered
	}
	form := v.Controls[w.fields[0]].Form
	var own []way
	for n, control := range v.Controls {
		if control.Kind == "button" && control.Form == form {
			own = append(own, way{label(v, n), nil, n})
		}
	}
	if len(own) == 0 { // it is sent by Enter
		own = append(own, way{"send it", nil, w.fields[len(w.fields)-1]})
	}
	// What sends the form stands first: it is what Enter would press.
	slices.SortStableFunc(own, func(a, b way) int { return rank(v, a.press) - rank(v, b.press) })
	if !given {
		_, others := ways(v)
		return c.menu(ctx, v, slices.Concat(own, others))
	}
	n := own[0].press
	if len(own) > 1 {
		picked, err := c.choose(ctx, "Press", own)
		if err != nil {
			return err
		}
		n = own[picked].press
	}
	acted, err := c.press(ctx, v, n)
	if acted {
		t.n++
		t.secrets = append(t.secrets, t.typed...)
	}
	return err
}

func rank(v *page.View, n int) int {
	if v.Controls[n].Submits {
		return 0
	}
	return 1
}

// round is what became of the same questions before. Too often is a refusal.
func (c *crossing) round(v *page.View, w way) (*tries, error) {
	// The first heading tells one page from the next; an error may be another.
	key := strings.Join(slices.Concat([]string{v.Origin, w.title}, v.Heads[:min(1, len(v.Heads))]), "\n")
	if c.tries[key] == nil {
		c.tries[key] = &tries{}
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

// menu lets the person say what to do on the page.
func (c *crossing) menu(ctx context.Context, v *page.View, ways []way) error {
	var links []way
	for n, control := range v.Controls {
		if control.Kind == "link" {
			links = append(links, way{label(v, n), nil, n})
		}
	}
	all := ways
	if len(links) > 0 {
		all = append(slices.Clip(all), way{title: fmt.Sprintf("follow a link of the page (%d)", len(links))})
	}
	all = append(slices.Clip(all), way{title: "look at the page again"})
	picked, err := c.choose(ctx, "On this page", all)
	switch {
	case err != nil:
		return err
	case picked == len(all)-1:
		c.told = nil
		return nil
	case picked < len(ways):
		return c.take(ctx, v, ways[picked])
	}
	if picked, err = c.choose(ctx, "Follow", links); err != nil {
		return err
	}
	_, err = c.press(ctx, v, links[picked].press)
	return err
}

func (c *crossing) choose(ctx context.Context, prompt string, ways []way) (picked int, err error) {
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

// press presses, and says so when nothing came of it: acted is false then.
func (c *crossing) press(ctx context.Context, v *page.View, n int) (acted bool, err error) {
	label := label(v, n)
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

// field asks for one field and fills it in. given: it does not stay as it was
// for want of an answer.
func (c *crossing) field(ctx context.Context, v *page.View, n int, t *tries) (given bool, err error) {
	control, prompt := v.Controls[n], label(v, n)
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
	return c.text(ctx, v, n, q, t)
}

// text asks for a text or a secret.
func (c *crossing) text(ctx context.Context, v *page.View, n int, q session.Question, t *tries) (given bool, err error) {
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
	return false, c.stuck(ctx, "the page does not take what is typed")
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
