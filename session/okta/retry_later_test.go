package okta

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// progressTypist keeps what the progress line said.
type progressTypist struct {
	typist
	progress []string
}

func (p *progressTypist) Progress(text string) { p.progress = append(p.progress, text) }

// TestTryLater: what Okta's "not now" costs, at a press or as a document.
func TestTryLater(t *testing.T) {
	limited := func(wait time.Duration) page.Reply { return page.Reply{Status: 429, Wait: wait} }
	trouble := page.Reply{Status: 502}
	nameOnly := scene{marks: []string{usernameField, fieldErrorText}, text: "Not now"}
	for name, c := range map[string]struct {
		scenes []scene
		took   time.Duration
		filled []string
		kind   session.Refusal // of a *session.RefusedError
		status int             // of a *session.UnavailableError
	}{
		"a wait that fits": {[]scene{with(logIn, limited(30*time.Second)), done}, 30 * time.Second, []string{"jane", "pw",
			"jane", "pw"}, 0, 0},
		"two waits that fit": {[]scene{with(logIn, limited(30*time.Second), limited(20*time.Second)), done},
			50 * time.Second, nil, 0, 0},
		"a wait that does not fit": {[]scene{with(logIn, limited(2*time.Minute)), done}, 0, []string{"jane", "pw"},
			session.RefusedTooMany, 0},
		"no wait said": {[]scene{with(logIn, limited(0)), done}, 0, []string{"jane", "pw"}, session.RefusedTooMany, 0},
		"waits without end": {[]scene{with(logIn, slices.Repeat([]page.Reply{limited(time.Second)}, 9)...), done},
			3 * time.Second, nil, session.RefusedTooMany, 0},
		"an error of Okta's own": {[]scene{with(logIn, trouble), done}, serverTroubleWait, []string{"jane", "pw", "jane"}, 0, 502},
		"one at the username": {[]scene{with(nameOnly, trouble), logIn, done}, serverTroubleWait, []string{"jane", "jane", "jane",
			"pw"}, 0, 0},
		"two of them": {[]scene{with(nameOnly, page.Reply{Status: 503}, page.Reply{Status: 503}), done},
			serverTroubleWait, nil, 0, 503},
		"one that asks for a wait": {[]scene{with(nameOnly, page.Reply{Status: 503, Wait: 40 * time.Second}), logIn, done},
			40 * time.Second, nil, 0, 0},
		"a password that is in a new document": {[]scene{with(logIn, page.Reply{Status: 502, Navigated: true}), {document: trouble},
			logIn, done},
			serverTroubleWait, []string{"jane", "pw", "jane"}, 0, 502},
		"one that asks for too much": {[]scene{with(logIn, page.Reply{Status: 503, Wait: time.Hour}), done}, 0, nil, 0, 503},
		"a code that was not read": {[]scene{with(google, limited(10*time.Second)), done}, 10 * time.Second, []string{"111111",
			"111111"}, 0, 0},
		"a password after such a code": {[]scene{with(google, limited(10*time.Second)), logIn, done}, 10 * time.Second, []string{"111111",
			"111111", "jane", "pw"}, 0, 0},
		"a code that may be used up": {[]scene{with(google, page.Reply{Status: 500}), done}, serverTroubleWait, []string{"111111"}, 0, 500},
		"read-only, which will last": {[]scene{with(logIn, page.Reply{Status: 400, Body: []byte(`{"errorCode":"E0000010"}`)}),
			done}, 0, nil, 0, 400},
		"a document with a wait":      {[]scene{{document: limited(30 * time.Second)}, done}, 30 * time.Second, nil, 0, 0},
		"a document of Okta's errors": {[]scene{{document: trouble}, done}, serverTroubleWait, nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
				defer cancel()
				who, p := &progressTypist{}, &play{scenes: c.scenes}
				d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: who}, Ask: who}
				given, _ := session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}, Ask: who}.First(ctx, org())
				begun := time.Now()
				_, err := d.newSignIn(p, org(), given, &session.CodeSource{Given: session.NewSecret("111111"), Ask: who}).run(ctx)
				var refused *session.RefusedError
				var unavailable *session.UnavailableError
				switch {
				case c.kind != 0:
					if !errors.As(err, &refused) || refused.Kind != c.kind {
						t.Error(err)
					}
				case c.status != 0:
					if !errors.As(err, &unavailable) || unavailable.Status != c.status {
						t.Error(err)
					}
				case err != nil:
					t.Error(err)
				}
				if took := time.Since(begun); took < c.took || took > c.took+time.Second {
					t.Errorf("took %v, want %v", took, c.took)
				}
				if c.filled != nil && !slices.Equal(p.filled, c.filled) {
					t.Errorf("filled %q", p.filled)
				}
				counted := slices.DeleteFunc(who.progress, func(text string) bool {
					return !strings.HasPrefix(text,
						"Okta asks to wait: ")
				})
				if len(counted) != int(c.took/time.Second) {
					t.Errorf("counted %q", counted)
				}
			})
		})
	}
}

// yesNoTypist answers each question for a yes or a no alike.
type yesNoTypist struct {
	typist
	yes   bool
	asked []string
}

func (*yesNoTypist) Interactive() bool { return true }
func (p *yesNoTypist) Confirm(_ context.Context, prompt string, _ bool) (bool, error) {
	p.asked = append(p.asked, prompt)
	return p.yes, nil
}

// TestPasswordTwice: what Okta may have counted as a try is sent again only on a
// person's yes.
func TestPasswordTwice(t *testing.T) {
	for _, status := range []int{500, 502, 503, 504} {
		for _, yes := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				who, p := &yesNoTypist{yes: yes}, &play{scenes: []scene{with(logIn, page.Reply{Status: status}), done}}
				d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: who}, Ask: who}
				_, err := d.newSignIn(p, org(), session.Password{Secret: session.NewSecret("pw")}, nil).run(t.Context())
				var unavailable *session.UnavailableError
				sent := len(slices.DeleteFunc(p.filled, func(text string) bool { return text != "pw" }))
				switch {
				case len(who.asked) != 1:
					t.Errorf("%d: asked %q", status, who.asked)
				case yes && (err != nil || sent != 2), !yes && (!errors.As(err, &unavailable) || unavailable.Status != status || sent != 1):
					t.Errorf("%d, yes %v: %v, sent %d times", status, yes, err, sent)
				}
			})
		}
	}
}

// TestWayToTheApp: once Okta has accepted all, what fails on the way to the app is
// asked for again, and nothing is typed twice. Where it leads to another page than
// the app's, the app's link does.
func TestWayToTheApp(t *testing.T) {
	limited, trouble := page.Reply{Status: 429, Wait: time.Second}, page.Reply{Status: 502}
	for name, c := range map[string]struct {
		scenes           []scene
		reloaded, opened int
	}{
		"limited":        {[]scene{logIn, {document: limited}, done}, 1, 0},
		"limited twice":  {[]scene{logIn, {document: limited}, {document: limited, text: "Not now"}, done}, 2, 0},
		"trouble":        {[]scene{logIn, {document: trouble}, done}, 1, 0},
		"to a page":      {[]scene{logIn, {document: trouble}, google, done}, 1, 1},
		"to the unknown": {[]scene{logIn, {document: trouble}, {text: "Dashboard", document: page.Reply{Status: 404}}, done}, 1, 1},
		"before it":      {[]scene{{document: trouble}, logIn, done}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{scenes: c.scenes}
				codes := &session.CodeSource{Given: session.NewSecret("111111"), Ask: &typist{}}
				password := session.Password{Secret: session.NewSecret("pw")}
				_, err := (&Driver{Ask: &typist{}}).newSignIn(p, org(), password, codes).run(t.Context())
				typed := slices.DeleteFunc(p.filled, func(text string) bool { return text != "pw" })
				if err != nil || p.reloaded != c.reloaded || p.opened != c.opened || len(typed) != 1 {
					t.Errorf("%v, loaded again %d times, opened %d times, filled %q", err, p.reloaded, p.opened, p.filled)
				}
			})
		})
	}
}

// laggingPage says only a moment later how the document that was opened was
// answered.
type laggingPage struct {
	*play
	openedAt time.Time
	before   page.Reply
}

func (p *laggingPage) Open(ctx context.Context, address string) error {
	p.before, p.openedAt = p.DocumentReply(), time.Now()
	return p.play.Open(ctx, address)
}

func (p *laggingPage) DocumentReply() page.Reply {
	if !p.openedAt.IsZero() && time.Since(p.openedAt) < time.Second {
		return p.before
	}
	return p.play.DocumentReply()
}

// TestDocumentLeft: one "not now" is not taken for two.
func TestDocumentLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := session.StartDeadline(t.Context(), time.Minute)
		defer cancel()
		limited := page.Reply{Status: 429, Wait: 10 * time.Second}
		p := &laggingPage{play: &play{scenes: []scene{{document: limited}, logIn, {document: limited, text: "Not now"}, done}}}
		s := (&Driver{Ask: &typist{}}).newSignIn(p, org(), session.Password{Secret: session.NewSecret("pw")}, nil)
		if _, err := s.run(ctx); err != nil || s.reopening.limitWaits != 2 {
			t.Errorf("%v, %d waits", err, s.reopening.limitWaits)
		}
	})
}

// lostRequest is a request of which no answer came.
type lostRequest struct{ unsent bool }

func (*lostRequest) Error() string  { return "connection reset" }
func (e *lostRequest) Unsent() bool { return e.unsent }
func (*lostRequest) MayPass() bool  { return true }

// losingPage loses the answers to the first presses.
type losingPage struct {
	*play
	lost []error
}

func (p *losingPage) PressNth(ctx context.Context, mark string, n int, work page.Work, replies ...string) (page.Reply, error) {
	if len(p.lost) > 0 {
		err := p.lost[0]
		p.lost = p.lost[1:]
		return page.Reply{}, err
	}
	return p.play.PressNth(ctx, mark, n, work, replies...)
}

// TestLostConnection: what surely did not reach Okta is sent again, and what may
// have is not.
func TestLostConnection(t *testing.T) {
	sent, unsent := &lostRequest{}, &lostRequest{unsent: true}
	for name, c := range map[string]struct {
		scenes []scene
		lost   []error
		filled []string
		opened int
		fails  bool
	}{
		"a password not sent":   {[]scene{logIn, done}, []error{unsent}, []string{"jane", "pw", "jane", "pw"}, 1, false},
		"a password maybe sent": {[]scene{logIn, done}, []error{sent}, []string{"jane", "pw", "jane"}, 1, true},
		"a code not sent":       {[]scene{google, done}, []error{unsent}, []string{"123456", "123456"}, 1, false},
		"a code maybe sent":     {[]scene{google, done}, []error{sent}, []string{"123456"}, 1, true},
		"a connection that stays bad": {
			[]scene{logIn, done}, []error{unsent, unsent, unsent, unsent},
			[]string{"jane", "pw", "jane", "pw", "jane", "pw", "jane", "pw"}, maxLostConnections, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &losingPage{play: &play{scenes: c.scenes}, lost: c.lost}
				d := &Driver{Passwords: session.PasswordSource{Keeper: &ring{}, Ask: &typist{}}, Ask: &typist{}}
				given, _ := session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}}.First(t.Context(), org())
				codes := &session.CodeSource{Given: session.NewSecret("123456"), Ask: &typist{}}
				_, err := d.newSignIn(p, org(), given, codes).run(t.Context())
				if (err != nil) != c.fails || !slices.Equal(p.filled, c.filled) || p.opened != c.opened {
					t.Errorf("%v, filled %q, opened %d times", err, p.filled, p.opened)
				}
			})
		})
	}
}

// restartingPage is opened anew at the scene after the one that it lost an answer on.
type restartingPage struct{ *losingPage }

func (p *restartingPage) Open(ctx context.Context, address string) error {
	p.at++
	return p.losingPage.Open(ctx, address)
}

// TestStartedOver: where Okta starts over after it gave no answer to a code, the
// password is given again only if another code can be had.
func TestStartedOver(t *testing.T) {
	command := org()
	command.MFACommand = []string{"codes"}
	twice, once := []string{"123456", "jane", "pw", "654321"}, []string{"123456", "jane"}
	for name, c := range map[string]struct {
		org    session.Org
		typed  []string // by a person
		given  string
		filled []string
	}{
		"the only code":               {org(), nil, "123456", once},
		"the only code, with a blank": {org(), nil, "123 456\n", once},
		"a person":                    {org(), []string{"654321"}, "123456", twice},
		"a command":                   {command, nil, "123456", twice},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				who := &typist{answers: c.typed}
				p := &restartingPage{&losingPage{&play{scenes: []scene{google, logIn, google, done}}, []error{&lostRequest{}}}}
				codes := &session.CodeSource{
					Given: session.NewSecret(c.given), Ask: who,
					Run: func(context.Context, []string) (session.Secret, error) { return session.NewSecret("654321"), nil },
				}
				password := session.Password{Secret: session.NewSecret("pw")}
				_, err := (&Driver{Ask: who}).newSignIn(p, c.org, password, codes).run(t.Context())
				failed := err != nil && strings.Contains(err.Error(), "no answer to the code came from Okta")
				if !slices.Equal(p.filled, c.filled) || failed != (len(c.filled) == len(once)) || err != nil && !failed {
					t.Errorf("%v, filled %q", err, p.filled)
				}
			})
		})
	}
}
