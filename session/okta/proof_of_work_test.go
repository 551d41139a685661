package okta

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// workingPage works until its time is over, or has given up when it is pressed.
type workingPage struct {
	*play
	err  error // of a press; nil: it works
	sent bool  // the press was sent, and nothing came
}

func (p *workingPage) PressNth(ctx context.Context, mark string, _ int, work page.Work, _ ...string) (page.Reply, error) {
	p.pressed = append(p.pressed, mark)
	if work != (page.Work{Going: workingMark, Over: workOverMark}) {
		return page.Reply{}, errors.New("no work was expected")
	}
	if p.err != nil {
		return page.Reply{}, p.err
	}
	<-ctx.Done()
	if p.sent {
		return page.Reply{}, fmt.Errorf("%w: %w", page.ErrUnanswered, ctx.Err())
	}
	return page.Reply{}, ctx.Err()
}

// TestUnfinishedWork: what is said of work that did not come to an end, and that
// nothing is pressed again which may have been sent.
func TestUnfinishedWork(t *testing.T) {
	for name, c := range map[string]struct {
		page    workingPage
		mark    string // on the page besides
		want    string
		pressed int
	}{
		"its time is over":     {workingPage{}, workMark, "Okta's check of this browser was not done in time", 1},
		"sent, and not heard":  {workingPage{sent: true}, workMark, "the sign-in did not get past a page", 1},
		"it failed":            {workingPage{err: page.ErrGaveUp}, workMark, "check of this browser failed, and no window", maxWorkTries},
		"its challenge is old": {workingPage{err: page.ErrGaveUp}, expiredMark, "took too long, and no window", maxWorkTries},
		"the network failed":   {workingPage{err: errors.New("reset")}, workMark, "reset", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
				defer cancel()
				c.page.play = &play{scenes: []scene{{marks: append([]string{workMark, c.mark}, logIn.marks...)}}}
				d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: &typist{}}, Ask: &typist{}}
				given, _ := session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}, Ask: &typist{}}.First(ctx, org())
				_, err := d.newSignIn(&c.page, org(), given, nil).run(ctx)
				if err == nil || !strings.Contains(err.Error(), c.want) || len(c.page.pressed) != c.pressed {
					t.Errorf("%v after pressing %q", err, c.page.pressed)
				}
			})
		})
	}
}
