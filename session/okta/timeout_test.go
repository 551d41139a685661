package okta

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// stuckPage answers nothing that is asked of it, but for what play says is there.
type stuckPage struct {
	*play
	stuck bool // from the first press on
}

func (p *stuckPage) wait(ctx context.Context) error {
	if !p.stuck {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (p *stuckPage) Text(ctx context.Context, mark string) (string, error) {
	if err := p.wait(ctx); err != nil {
		return "", err
	}
	return p.play.Text(ctx, mark)
}

func (p *stuckPage) Location(ctx context.Context) (string, error) {
	if err := p.wait(ctx); err != nil {
		return "", err
	}
	return p.play.Location(ctx)
}

func (p *stuckPage) Visible(ctx context.Context, mark string) (bool, error) {
	if err := p.wait(ctx); err != nil {
		return false, err
	}
	return p.play.Visible(ctx, mark)
}

func (p *stuckPage) Screenshot(ctx context.Context, _ ...string) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (p *stuckPage) Record(ctx context.Context, _ string, _ ...string) { <-ctx.Done() }

func (p *stuckPage) PressNth(ctx context.Context, mark string, n int, work page.Work, replies ...string) (page.Reply, error) {
	p.stuck = true
	return p.play.PressNth(ctx, mark, n, work, replies...)
}

// silentPerson is at the terminal and never answers.
type silentPerson struct{ typist }

func (*silentPerson) Interactive() bool { return true }
func (*silentPerson) Ask(ctx context.Context, _ session.Question) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}
func (s *silentPerson) Choose(ctx context.Context, _ session.Question, _ []string) (int, error) {
	_, err := s.Ask(ctx, session.Question{})
	return 0, err
}

type stepRecorder struct{ page.Recorder }

func (stepRecorder) Step(string) {}

// TestTimeoutHolds: whatever a sign-in waits for, it ends within a second of its
// timeout, also where the page answers nothing any more.
func TestTimeoutHolds(t *testing.T) {
	const timeout = 20 * time.Second
	push := factorTitled("Okta Verify push")
	email := factorTitled("Email")
	for name, scenes := range map[string][]scene{
		"a page that does not come":      {{}},
		"after a press":                  {logIn, {}},
		"the words of a refusal":         {with(logIn, wrong), {}},
		"a code that nobody types":       {google},
		"a choice that nobody makes":     {{marks: []string{authenticatorList}, rows: allFactors()[:2]}},
		"a link in an email":             {{marks: []string{email.page, email.field, emailCodeLink()}}},
		"FastPass that does not answer":  {{marks: []string{factorTitled(fastPassTitle).page}}},
		"an error of the widget's":       {with(logIn, page.Reply{Status: 400, Body: []byte(`{"errorCode":"E1"}`)}), {}},
		"a push while the page is stuck": {{marks: []string{push.send, push.page}}, {}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := session.StartDeadline(t.Context(), timeout)
				defer cancel()
				who := &silentPerson{}
				d := &Driver{
					Passwords: session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}, Ask: who}, Ask: who,
					Record: stepRecorder{},
					Keep:   func([]byte) (string, error) { return "", nil },
				}
				given, _ := d.Passwords.First(ctx, org())
				begun := time.Now()
				s := d.newSignIn(&stuckPage{play: &play{scenes: scenes}}, org(), given, &session.CodeSource{Ask: who})
				_, err := s.run(ctx)
				limit := timeout + time.Second
				if s.pushesSent > 0 {
					limit += pushLifetime + pushExpiryGrace // the phone's time does not count
				}
				if took := time.Since(begun); err == nil || took > limit {
					t.Errorf("%v after %v", err, took)
				}
			})
		})
	}
}

// TestWaitEndsWithTheSignIn: a wait that Okta asks for ends with Ctrl-C.
func TestWaitEndsWithTheSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := (&Driver{Ask: &typist{}}).newSignIn(&play{scenes: []scene{done}}, org(), session.Password{}, nil)
		s.reopening.notBefore = time.Now().Add(time.Hour)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(1500*time.Millisecond, func() { cancel(session.ErrInterrupted) })
		begun := time.Now()
		if err := s.reopen(ctx); !errors.Is(err, session.ErrInterrupted) || time.Since(begun) != 1500*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
