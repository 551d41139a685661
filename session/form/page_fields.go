package form

import (
	"context"
	"errors"
	"slices"

	"stsx/session"
	"stsx/session/page"
)

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
		return true, c.answerBox(ctx, v, n)
	case "choice":
		return len(control.Options) > 0, c.answerChoice(ctx, v, n, q)
	}
	return c.typeText(ctx, v, n, q, t)
}

func (c *crossing) answerBox(ctx context.Context, v *page.View, n int) error {
	control := v.Controls[n]
	yes, err := askWhileStill(ctx, c, func(ctx context.Context) (bool, error) {
		return c.Ask.Confirm(ctx, labelOf(v, n), control.On)
	})
	if err != nil || yes == control.On {
		return err
	}
	c.sketch = ""
	return c.page.TickControl(ctx, n, yes, v.Origin)
}

func (c *crossing) answerChoice(ctx context.Context, v *page.View, n int, q session.Question) error {
	control := v.Controls[n]
	if len(control.Options) == 0 {
		return nil
	}
	q.First = max(0, control.Picked)
	picked, err := askWhileStill(ctx, c, func(ctx context.Context) (int, error) {
		return c.Ask.Choose(ctx, q, control.Options)
	})
	if err != nil || picked == control.Picked {
		return err
	}
	c.sketch = ""
	return c.page.PickOption(ctx, n, picked, v.Origin)
}

// typeText asks for a text or a secret.
func (c *crossing) typeText(ctx context.Context, v *page.View, n int, q session.Question, t *attempts) (given bool, err error) {
	control := v.Controls[n]
	otherwise := control.Value
	switch {
	case control.Kind == "secret":
		q.Secret, otherwise = true, ""
		q.Prompt += " (for " + session.HostOf(v.Origin) + ")"
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
		text, err := askWhileStill(ctx, c, func(ctx context.Context) (string, error) { return c.Ask.Ask(ctx, q) })
		if err != nil {
			return false, err
		}
		secret := session.NewSecret(text)
		if control.Kind == "secret" && slices.ContainsFunc(t.secrets, secret.Equal) && text != "" {
			c.Ask.Say("that was already rejected; it isn't sent again")
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
