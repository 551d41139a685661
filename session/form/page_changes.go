package form

import (
	"context"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// awaitStill waits until the page stands still and returns it; nil: it is known.
func (c *crossing) awaitStill(ctx context.Context) (*page.View, error) {
	c.Ask.Progress("waiting for " + c.org.Name)
	last, looks := "", 0
	for {
		if known, err := c.showsKnown(ctx); known || err != nil {
			return nil, err
		}
		sketch, err := c.page.SketchControls(ctx)
		if err != nil {
			return nil, err
		}
		if looks++; sketch != last {
			last, looks = sketch, 0
		}
		if looks >= patientLooks || looks >= stillLooks && !c.page.NetworkBusy() {
			view, err := c.page.View(ctx)
			if err != nil {
				return nil, err
			}
			after, err := c.page.SketchControls(ctx)
			if err != nil {
				return nil, err
			}
			if after == sketch && (looks >= patientLooks || !isEmpty(&view)) {
				c.sketch = sketch
				return &view, nil
			}
		}
		if err := session.Pause(ctx, lookInterval); err != nil {
			return nil, err
		}
	}
}

func (c *crossing) showsKnown(ctx context.Context) (bool, error) {
	if c.marks == "" {
		return false, nil
	}
	return c.page.Visible(ctx, c.marks)
}

func isEmpty(v *page.View) bool {
	return len(v.Controls) == 0 && len(v.Lines) == 0 && len(v.Heads) == 0
}

// awaitChange waits until the page is not the one of sketch any more. An error is ctx's: of another the next look will tell.
func (c *crossing) awaitChange(ctx context.Context, sketch string) error {
	for {
		if err := session.Pause(ctx, lookInterval); err != nil {
			return err
		}
		now, err := c.page.SketchControls(ctx)
		if err == nil && now == sketch {
			known, looked := c.showsKnown(ctx)
			if !known && looked == nil {
				continue
			}
		}
		return context.Cause(ctx)
	}
}

// currentSketch is the page that a question is about, as a sketch.
func (c *crossing) currentSketch(ctx context.Context) (string, error) {
	if c.sketch != "" {
		return c.sketch, nil
	}
	return c.page.SketchControls(ctx)
}

// askWhileStill puts a question, which is taken back with ErrAbsent when the page changes meanwhile. The person's time does
// not count as the sign-in's.
func askWhileStill[A any](ctx context.Context, c *crossing, ask func(context.Context) (A, error)) (A, error) {
	sketch, err := c.currentSketch(ctx)
	if err != nil {
		var none A
		return none, err
	}
	if c.Ask.Interactive() {
		defer session.PauseDeadline(ctx, session.PersonTurnLimit)()
	}
	answer, changed, err := session.AskWhile(ctx, ask, func(ctx context.Context) error { return c.awaitChange(ctx, sketch) })
	if changed && err == nil {
		err = page.ErrAbsent
	}
	return answer, err
}

// lookInterval is the time between two looks at a page.
const lookInterval = 150 * time.Millisecond
