package form

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"stsx/session"
	"stsx/session/page"
)

const home = "https://idp.acme.example"

// play is a Page on which one view follows the other, whenever something is
// pressed.
type play struct {
	page.Page // for what the bridge has no use of

	views   []page.View
	restive bool     // it changes at each look
	hasty   bool     // it goes on right after it was read
	trusts  []string // origins whose post is to count
	done    []string // what was filled in and pressed, in order
	quiet   string   // the button that does nothing

	mu    sync.Mutex // a question, and the watch over the page while it is put
	at    int
	looks int
}

func (p *play) now() page.View { return p.views[min(p.at, len(p.views)-1)] }

func (p *play) Open(context.Context, string) error        { return nil }
func (p *play) TrustOrigin(origin string)                 { p.trusts = append(p.trusts, origin) }
func (p *play) NetworkBusy() bool                         { return false }
func (p *play) Record(context.Context, string, ...string) {}
func (p *play) Close() error                              { return nil }

func (p *play) Location(context.Context) (string, error) { return p.now().Origin + "/page", nil }

func (p *play) SAMLResponse() session.Secret {
	if p.at >= len(p.views) {
		return session.NewSecret("assertion")
	}
	return session.Secret{}
}

func (p *play) View(context.Context) (page.View, error) {
	if p.at >= len(p.views) {
		return page.View{}, page.ErrPosted
	}
	v := p.now()
	if p.hasty {
		p.hasty = false
		p.at++
	}
	return v, nil
}

func (p *play) SketchControls(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.looks++
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case p.at >= len(p.views):
		return "", page.ErrPosted
	case p.restive:
		return fmt.Sprint(p.looks), nil
	}
	return fmt.Sprint(p.at), nil
}

func (p *play) answer(n int, value any, origin string) error {
	if origin != p.now().Origin {
		return errors.New("another origin")
	}
	p.done = append(p.done, fmt.Sprintf("%s=%v", p.now().Controls[n].Label, value))
	return nil
}

func (p *play) FillControl(_ context.Context, n int, text session.Secret, origin string) error {
	return p.answer(n, text.Reveal(), origin)
}

func (p *play) PickOption(_ context.Context, n, option int, origin string) error {
	return p.answer(n, option, origin)
}

func (p *play) TickControl(_ context.Context, n int, on bool, origin string) error {
	return p.answer(n, on, origin)
}

func (p *play) Visible(_ context.Context, marks string) (bool, error) {
	return marks == fmt.Sprintf("#page%d, #other", p.at), nil
}

func (p *play) PressControl(_ context.Context, n int, origin string) error {
	label := p.now().Controls[n].Label
	p.done = append(p.done, label)
	if label == p.quiet {
		return page.ErrNoReaction
	}
	p.at++
	return nil
}

// person answers questions in the order of answers: what to type, y or n, or
// an option. "(changes)" is a page that changes before they do.
type person struct {
	*play
	answers []string
	nobody  bool
	asked   []string
	said    []string
}

func (p *person) Interactive() bool { return !p.nobody }

func (p *person) next(ctx context.Context, prompt string) (string, error) {
	p.asked = append(p.asked, prompt)
	if len(p.answers) == 0 {
		return "", session.ErrInterrupted
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	if answer == "(changes)" {
		p.mu.Lock()
		p.at++
		p.mu.Unlock()
		<-ctx.Done()
		return "", ctx.Err()
	}
	return answer, nil
}

func (p *person) Ask(ctx context.Context, q session.Question) (string, error) {
	prompt := q.Prompt
	if q.Secret {
		prompt += " (hidden)"
	}
	return p.next(ctx, prompt)
}

func (p *person) Confirm(ctx context.Context, prompt string, _ bool) (bool, error) {
	answer, err := p.next(ctx, prompt+"?")
	return answer == "y", err
}

func (p *person) Choose(ctx context.Context, q session.Question, options []string) (int, error) {
	answer, err := p.next(ctx, q.Prompt+": "+strings.Join(options, " | "))
	if err != nil {
		return 0, err
	}
	if i := slices.Index(options, answer); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("no %q among %q", answer, options)
}

func (p *person) Wait(ctx context.Context, e session.Errand) (int, error) {
	_, err := p.next(ctx, e.Prompt)
	return -1, err
}

func (p *person) Say(text string)      { p.said = append(p.said, text) }
func (p *person) Progress(text string) {}

// login is a page that asks for a name and a password.
func login(origin string, more ...page.Control) page.View {
	return page.View{Origin: origin, Heads: []string{"Sign in"}, Controls: append([]page.Control{
		{Kind: "text", Label: "User"}, {Kind: "secret", Label: "Password"}, {Kind: "button", Label: "Log in", Submits: true},
	}, more...)}
}

func org() session.Org {
	return session.Org{Name: "acme", Type: session.TypeForm, URL: home + "/start", Username: "jane", AllowedHosts: []string{"also.example"}}
}

func TestCross(t *testing.T) {
	t.Parallel()
	question := page.View{Origin: home, Controls: []page.Control{
		{Kind: "choice", Label: "Reason", Options: []string{"work", "fun"}, Picked: 0}, {Kind: "box", Label: "I agree"},
		{Kind: "file", Label: "Passport"}, {Kind: "text", Label: "Comment", Value: "none"}, {Kind: "button", Label: "Back"},
		{Kind: "button", Label: "Go on", Submits: true},
	}}
	var refused *session.RefusedError
	var input *session.InputError
	var origin *session.OriginError
	var stuck *session.PageError
	for name, c := range map[string]struct {
		views   []page.View
		answers []string
		set     func(*person)
		known   []string
		done    string
		fails   any    // an error to be or to be like
		asked   string // part of what was asked
		said    string // part of what was said
	}{
		"name and password": {
			views: []page.View{login(home)}, answers: []string{"", "pw"}, done: "User=jane Password=pw Log in",
			asked: "User [jane], Password (for idp.acme.example) (hidden)",
		},
		"another name": {
			views: []page.View{login(home)}, answers: []string{"june", "pw"}, done: "User=june Password=pw Log in",
		},
		"at an allowed host": {
			views: []page.View{login("https://also.example")}, answers: []string{"", "pw"}, done: "User=jane Password=pw Log in",
			asked: "(for also.example)",
		},
		"at a foreign host, no": {
			views: []page.View{login("https://evil.example")}, answers: []string{"n"}, fails: &origin, said: "EVIL.EXAMPLE",
		},
		"at a foreign host, yes": { // and the name is not offered there, nor is it asked about twice
			views: []page.View{login("https://evil.example"), login("https://evil.example")}, answers: []string{"y", "x", "pw", "x", "pw2"},
			done:  "User=x Password=pw Log in User=x Password=pw2 Log in",
			asked: "Answer pages of https://evil.example??, User, Password (for evil.example) (hidden), User,",
		},
		"all kinds": {
			views: []page.View{question}, answers: []string{"fun", "y", "", "Go on"}, done: "Reason=1 I agree=true Go on",
			said:  "wants a file (Passport)",
			asked: "Comment [none], Press: Go on | Back",
		},
		"the same password again": {
			views: []page.View{login(home), login(home)}, answers: []string{"", "pw", "", "pw", "other"},
			done: "User=jane Password=pw Log in User=jane Password=other Log in", said: "isn't sent again",
		},
		"refused three times": {
			views:   []page.View{login(home), login(home), login(home), login(home)},
			answers: []string{"", "1", "", "2", "", "3", "", "4"}, fails: &refused,
			done: "User=jane Password=1 Log in User=jane Password=2 Log in User=jane Password=3 Log in",
		},
		"refused three times beside another button": {
			views: slices.Repeat([]page.View{login(home, page.Control{Kind: "button", Label: "Help", Form: -1})}, 4),
			answers: slices.Concat([]string{"fill in User, Password", "", "1"}, []string{"fill in User, Password", "", "2"},
				[]string{"fill in User, Password", "", "3"}), fails: &refused,
			done: "User=jane Password=1 Log in User=jane Password=2 Log in User=jane Password=3 Log in",
		},
		"a button that does nothing": { // what was typed was not sent, and may be again
			views: []page.View{login(home, page.Control{Kind: "button", Label: "Dead"})}, set: func(p *person) { p.quiet = "Dead" },
			answers: []string{"", "pw", "Dead", "", "pw", "Log in"}, said: "nothing came of pressing “Dead”",
			done: "User=jane Password=pw Dead User=jane Password=pw Log in",
		},
		"nothing but buttons": { // is asked, never pressed unasked
			views: []page.View{{Origin: home, Controls: []page.Control{{Kind: "button", Label: "I accept"}, {Kind: "link",
				Label: "Terms"}}}},
			answers: []string{"open a link on the page (1)", "Terms"}, done: "Terms",
			asked: "On this page: I accept | open a link on the page (1) | reload",
		},
		"two forms": {
			views: []page.View{login(home, page.Control{Kind: "text", Label: "Search", Form: 1}, page.Control{Kind: "button",
				Label: "Find", Form: 1})},
			answers: []string{"fill in Search", "x"}, done: "Search=x Find",
		},
		"a form without a button": {
			views: []page.View{{Origin: home, Controls: []page.Control{{Kind: "text", Label: "Code"}}}}, answers: []string{"123"},
			done: "Code=123 Code",
		},
		"a page to wait at": {
			views: []page.View{{Origin: home, Lines: []string{"Approve on your phone"}}}, answers: []string{"(changes)"},
			asked: "says: Approve on your phone",
		},
		"a page that changes under the person's hands": { // gets nothing of what they were typing
			views: []page.View{login(home), {Origin: home, Controls: []page.Control{{Kind: "text", Label: "Code"},
				{Kind: "button", Label: "OK"}}}},
			answers: []string{"", "(changes)", "123"}, done: "User=jane Code=123 OK",
		},
		"a page that goes on while it is read": {
			views:   []page.View{login(home), {Origin: home, Controls: []page.Control{{Kind: "text", Label: "Code"}}}},
			set:     func(p *person) { p.hasty = true },
			answers: []string{"123"}, done: "Code=123 Code",
		},
		"a page that is known": {
			views: []page.View{login(home), login(home)}, answers: []string{"", "pw"}, known: []string{"#page1", "#other"},
			done: "User=jane Password=pw Log in",
		},
		"a page that never stands still": {
			views: []page.View{login(home)}, set: func(p *person) { p.restive = true }, fails: context.DeadlineExceeded,
		},
		"nobody to ask": {
			views: []page.View{login(home)}, set: func(p *person) { p.nobody = true }, fails: &input,
		},
		"Ctrl-C": {
			views: []page.View{login(home)}, fails: session.ErrInterrupted, answers: []string{""}, done: "User=jane",
		},
		"pages that come by themselves without an end": {
			views:   slices.Repeat([]page.View{{Origin: home, Lines: []string{"Wait"}}}, 2*maxMoves),
			answers: slices.Repeat([]string{"(changes)"}, 2*maxMoves), fails: &stuck,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &person{play: &play{views: c.views}, answers: c.answers}
				if c.set != nil {
					c.set(p)
				}
				ctx := t.Context()
				if c.fails == context.DeadlineExceeded {
					var cancel func()
					ctx, cancel = context.WithTimeout(ctx, 5*lookInterval)
					defer cancel()
				}
				err := Bridge{Ask: p}.Cross(ctx, p.play, org(), c.known)
				switch want := c.fails.(type) {
				case nil:
					if err != nil {
						t.Errorf("it failed: %v", err)
					}
				case error:
					if !errors.Is(err, want) {
						t.Errorf("it ended with %v", err)
					}
				default:
					// A target of its own: the rows run side by side.
					if !errors.As(err, reflect.New(reflect.TypeOf(want).Elem()).Interface()) {
						t.Errorf("it ended with %v", err)
					}
				}
				if done := strings.Join(p.done, " "); done != c.done {
					t.Errorf("done: %s, want %s", done, c.done)
				}
				if trusts := fmt.Sprint(p.trusts); strings.Contains(trusts, "evil") != (name == "at a foreign host, yes") {
					t.Errorf("it trusts %s", trusts)
				}
				if asked := strings.Join(p.asked, ", "); !strings.Contains(asked, c.asked) {
					t.Errorf("asked: %s", asked)
				}
				if said := strings.Join(p.said, "\n"); !strings.Contains(said, c.said) {
					t.Errorf("said: %s", said)
				}
			})
		})
	}
}

// TestPasswordIsNotQuoted: a page that shows what was typed, in whatever
// encoding, does not bring it into an error.
func TestPasswordIsNotQuoted(t *testing.T) {
	t.Parallel()
	const password = `Hunter"2 & <more>`
	for _, echo := range []string{password, "Hunter&quot;2 &amp; &lt;more&gt;", "Hunter%222+%26+%3Cmore%3E",
		`Hunter\"2 \u0026 \u003cmore\u003e`} {
		synctest.Test(t, func(t *testing.T) {
			wrong := login(home)
			wrong.Errors, wrong.Lines = []string{"wrong: " + echo}, []string{echo}
			p := &person{play: &play{views: []page.View{login(home), wrong, wrong, wrong}}, answers: []string{"", password, "",
				"two", "", "three"}}
			err := Bridge{Ask: p}.Cross(t.Context(), p.play, org(), nil)
			var refused *session.RefusedError
			if !errors.As(err, &refused) || !strings.Contains(refused.Said, "wrong: [secret]") {
				t.Errorf("%q: %v", echo, err)
			}
			// Stuck at the page, its lines are quoted too.
			p = &person{play: &play{views: append([]page.View{login(home)}, slices.Repeat([]page.View{{Origin: home,
				Lines: []string{echo}}}, 2*maxMoves)...)},
				answers: append([]string{"", password}, slices.Repeat([]string{"(changes)"}, 2*maxMoves)...)}
			err = Bridge{Ask: p}.Cross(t.Context(), p.play, org(), nil)
			if err == nil || !strings.Contains(err.Error(), "it shows: [secret]") || strings.Contains(err.Error(), echo) {
				t.Errorf("%q: %v", echo, err)
			}
		})
	}
}
