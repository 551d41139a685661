package okta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"stsx/session"
	"stsx/session/page"
)

// play is a Page on which one scene follows the other.
type play struct {
	page.Questionnaire // is the bridge's

	scenes    []scene
	at        int
	again     bool // the page answered counts as new
	answered  bool
	filled    []string
	picked    []string // from lists
	pressed   []string
	opened    int
	reloaded  int
	address   string // last opened
	closed    int
	closeErr  error
	shown     bool
	openErr   error
	gets      map[string]page.Reply // by path
	ticked    []string
	cookies   []session.Cookie
	unpainted int // looks for which the browser does not paint; then the scene changes
}

// scene is what a page shows and what Okta makes of each press.
type scene struct {
	marks   []string
	text    string
	replies []page.Reply // of the presses, in turn; the scene stays while they refuse
	heard   []page.Reply // what the page hears by itself; the scene changes with the last
	posted  bool
	rows    []factor // a list of authenticators

	address string // of the page; "": the org's

	document page.Reply // how it was answered, if that was over HTTP; opening it again leads to the next scene
}

func (p *play) now() *scene { return &p.scenes[min(p.at, len(p.scenes)-1)] }

func (p *play) Open(ctx context.Context, address string) error {
	p.opened++
	p.address = address
	p.answered = false
	if p.now().document.Status >= 400 {
		p.at++
	}
	return p.openErr
}

func (p *play) Reload(ctx context.Context) error {
	p.reloaded++
	p.opened--
	return p.Open(ctx, p.address)
}

func (p *play) Await(ctx context.Context, marks ...string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if p.now().posted {
		return -1, nil
	}
	if p.answered && !p.again {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	for i, m := range marks {
		if slices.ContainsFunc(p.now().marks, func(mark string) bool { return m == mark || m == settledMark(mark) }) {
			return i, nil
		}
	}
	<-ctx.Done()
	return 0, ctx.Err()
}

func (p *play) Visible(_ context.Context, mark string) (bool, error) {
	return slices.Contains(p.now().marks, mark), nil
}

func (p *play) Fill(_ context.Context, mark string, text session.Secret, origins []string) error {
	p.filled = append(p.filled, text.Reveal())
	return nil
}

func (p *play) Press(ctx context.Context, mark string, replies ...string) (page.Reply, error) {
	return p.PressNth(ctx, mark, 0, page.Work{}, replies...)
}
func (p *play) PressNth(_ context.Context, mark string, n int, _ page.Work, _ ...string) (page.Reply, error) {
	p.pressed = append(p.pressed, mark)
	if mark == listButton {
		p.picked = append(p.picked, p.now().rows[n].title)
	}
	s := p.now()
	reply := page.Reply{Status: 200}
	if len(s.replies) > 0 {
		reply, s.replies = s.replies[0], s.replies[1:]
	}
	p.answered, p.again = true, false
	if reply.Status < 400 || reply.Navigated {
		p.at++
		p.answered = false
	}
	return reply, nil
}

func (p *play) NextReply(ctx context.Context, _ ...string) (page.Reply, error) {
	s := p.now()
	if len(s.heard) == 0 {
		<-ctx.Done()
		return page.Reply{}, ctx.Err()
	}
	reply := s.heard[0]
	if s.heard = s.heard[1:]; len(s.heard) == 0 {
		p.at++
		p.answered = false
	}
	return reply, nil
}

func (p *play) Click(context.Context, string) error                    { p.at++; p.answered = false; return nil }
func (p *play) ClickNth(ctx context.Context, mark string, _ int) error { return p.Click(ctx, mark) }
func (p *play) MarksWithin(_ context.Context, _ string, marks ...string) (held [][]int, err error) {
	for _, f := range p.now().rows {
		held = append(held, []int{slices.Index(marks, f.listed)})
	}
	return held, nil
}
func (p *play) AwaitAgain(context.Context) error { p.again = true; return nil }
func (p *play) Text(_ context.Context, mark string) (string, error) {
	if mark == shownUsername && !slices.Contains(p.now().marks, shownUsername) {
		return "", nil
	}
	return p.now().text, nil
}
func (p *play) Texts(_ context.Context, mark string) (texts []string, err error) {
	for _, f := range p.now().rows {
		texts = append(texts, map[string]string{listRow: f.title + " Select", listLabel: f.title, listButton: "Select"}[mark])
	}
	return texts, nil
}
func (p *play) DocumentReply() page.Reply {
	reply := p.now().document
	reply.URL = "https://acme.okta.com/"
	return reply
}

func (p *play) LoadError() error  { return nil }
func (p *play) NetworkBusy() bool { return false }
func (p *play) Painted(context.Context) (bool, error) {
	if p.unpainted == 0 {
		return true, nil
	}
	if p.unpainted--; p.unpainted == 0 {
		p.at++
	}
	return false, nil
}
func (p *play) Location(context.Context) (string, error) {
	if address := cmp.Or(p.now().address, p.address); address != "" {
		return address, nil
	}
	return "https://acme.okta.com/signin", nil
}
func (p *play) Get(_ context.Context, path string, _ []string) (page.Reply, error) {
	return p.gets[path], nil
}
func (p *play) Record(context.Context, string, ...string)             {}
func (p *play) SAMLResponse() session.Secret                          { return session.NewSecret("posted") }
func (p *play) Screenshot(context.Context, ...string) ([]byte, error) { return []byte("png"), nil }
func (p *play) SetChecked(_ context.Context, mark string, on bool) error {
	if on && slices.Contains(p.now().marks, mark) {
		p.ticked = append(p.ticked, mark)
	}
	return nil
}
func (p *play) Cookies(context.Context, string) ([]session.Cookie, error) { return p.cookies, nil }
func (p *play) SetCookies(_ context.Context, _ string, c []session.Cookie) error {
	p.cookies = c
	return nil
}
func (p *play) UserAgent() string { return "Mozilla/5.0" }
func (p *play) ContinueFrom(_ context.Context, other page.Page) error {
	left := other.(*play)
	p.scenes, p.at = left.scenes, left.at
	return nil
}
func (p *play) Shown() bool  { return p.shown }
func (p *play) Close() error { p.closed++; return p.closeErr }

// typist answers questions in turn; with none left nobody is there.
type typist struct {
	answers []string
	said    []string
}

func (p *typist) Interactive() bool { return p.answers != nil }
func (p *typist) Ask(_ context.Context, q session.Question) (string, error) {
	if len(p.answers) == 0 {
		return "", &session.InputError{What: q.What, Give: q.Give}
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer, nil
}
func (p *typist) Confirm(context.Context, string, bool) (bool, error) { return false, nil }
func (p *typist) Choose(ctx context.Context, q session.Question, options []string) (int, error) {
	answer, err := p.Ask(ctx, q)
	return slices.Index(options, answer), err
}
func (p *typist) Wait(ctx context.Context, e session.Errand) (int, error) {
	p.said = append(p.said, e.Prompt+e.Number)
	<-ctx.Done()
	return -1, ctx.Err()
}
func (p *typist) Say(text string) { p.said = append(p.said, text) }
func (p *typist) Progress(string) {}

type ring struct{ refused []session.Secret }

func (*ring) Password(context.Context, session.Org) (session.Secret, error) {
	return session.Secret{}, session.ErrNoPassword
}
func (*ring) Remember(context.Context, session.Org, session.Secret) error { return nil }
func (*ring) Forget(context.Context, session.Org) (bool, error)           { return true, nil }
func (*ring) Declined(context.Context, session.Org) bool                  { return true }
func (*ring) Decline(context.Context, session.Org) error                  { return nil }
func (r *ring) WasRefused(_ context.Context, _ session.Org, p session.Secret) bool {
	return slices.ContainsFunc(r.refused, p.Equal)
}
func (r *ring) MarkRefused(_ context.Context, _ session.Org, p session.Secret) {
	r.refused = append(r.refused, p)
}
func (r *ring) ClearRefused(session.Org) { r.refused = nil }

// allFactors is the table of authenticators, for its names and marks.
func allFactors() []factor { return (&signIn{}).buildTables().factors }

func factorTitled(title string) factor {
	all := allFactors()
	return all[slices.IndexFunc(all, func(f factor) bool { return f.title == title })]
}

func org() session.Org {
	return session.Org{Name: "acme", URL: "https://acme.okta.com/home/x", Username: "jane"}
}

// signsIn runs the loop over scenes.
func signsIn(p *play, who *typist, o session.Org, password, code string) (string, *ring, error) {
	r := &ring{}
	d := &Driver{Passwords: session.PasswordSource{Keeper: r, Ask: who}, Ask: who}
	given, _ := session.PasswordSource{Given: session.NewSecret(password), Keeper: r, Ask: who}.First(context.Background(), o)
	s := d.newSignIn(p, o, given, &session.CodeSource{Given: session.NewSecret(code), Ask: who})
	text, err := s.run(context.Background())
	return text, r, err
}

var (
	wrong  = page.Reply{Status: 401, Body: []byte(`{"errorCode":"E0000004","errorSummary":"no"}`)}
	logIn  = scene{marks: []string{usernameField, passwordField, fieldErrorText}, text: "Unable to sign in"}
	google = scene{marks: []string{allFactors()[0].page, fieldErrorText}, text: "wrong code"}
	done   = scene{posted: true}
)

func with(s scene, replies ...page.Reply) scene { s.replies = replies; return s }

func TestSignIn(t *testing.T) {
	var refused *session.RefusedError
	t.Run("password and code", func(t *testing.T) {
		p := &play{scenes: []scene{logIn, google, done}}
		text, _, err := signsIn(p, &typist{}, org(), "pw", "123456")
		if err != nil || text != "posted" || !slices.Equal(p.filled, []string{"jane", "pw", "123456"}) {
			t.Errorf("%q, %v, filled %q", text, err, p.filled)
		}
	})
	t.Run("three wrong passwords, none twice", func(t *testing.T) {
		p := &play{scenes: []scene{with(logIn, wrong, wrong, wrong, wrong), done}}
		who := &typist{answers: []string{"a", "b", "a", "c", "d"}}
		_, r, err := signsIn(p, who, org(), "a", "")
		want := []string{"jane", "a", "jane", "b", "jane", "c"}
		if !errors.As(err, &refused) || refused.Kind != session.RefusedPassword || !slices.Equal(p.filled, want) || len(r.refused) != 3 ||
			!slices.Equal(who.answers, []string{"d"}) {
			t.Errorf("%v, filled %q, left %q", err, p.filled, who.answers)
		}
	})
	t.Run("three wrong codes, none twice", func(t *testing.T) {
		p := &play{scenes: []scene{with(google, wrong, wrong, wrong, wrong), done}}
		who := &typist{answers: []string{"111111", "222222", "222222", "333333", "444444"}}
		_, _, err := signsIn(p, who, org(), "pw", "111111")
		if !errors.As(err, &refused) || refused.Kind != session.RefusedCode ||
			!slices.Equal(p.filled, []string{"111111", "222222", "333333"}) {
			t.Errorf("%v, filled %q", err, p.filled)
		}
	})
	t.Run("a wrong code given and nobody there", func(t *testing.T) {
		p := &play{scenes: []scene{with(google, wrong), done}}
		_, _, err := signsIn(p, &typist{}, org(), "pw", "111111")
		if !errors.As(err, &refused) || refused.Kind != session.RefusedCode {
			t.Errorf("%v", err)
		}
	})
	t.Run("started over once", func(t *testing.T) {
		over := page.Reply{Status: 401, Body: []byte(`{"errorCode":"E0000011"}`)}
		p := &play{scenes: []scene{with(logIn, over, over), done}}
		if _, _, err := signsIn(p, &typist{}, org(), "pw", ""); !errors.As(err, &refused) || p.opened != 1 {
			t.Errorf("%v, opened %d times", err, p.opened)
		}
	})
	t.Run("in circles", func(t *testing.T) {
		var scenes []scene
		for range 30 {
			scenes = append(scenes, logIn)
		}
		var page *session.PageError
		if _, _, err := signsIn(&play{scenes: scenes}, &typist{}, org(), "pw", ""); !errors.As(err, &page) ||
			!strings.Contains(err.Error(), "goes round in circles") {
			t.Errorf("%v", err)
		}
	})
	list := scene{marks: []string{authenticatorList}, rows: allFactors()[:2]}
	t.Run("several factors and nobody there", func(t *testing.T) {
		for _, mfa := range []string{"", "totp"} {
			o := org()
			o.MFA = mfa
			var input *session.InputError
			_, _, err := signsIn(&play{scenes: []scene{list, google, done}}, &typist{}, o, "pw", "111111")
			if !errors.As(err, &input) || !strings.Contains(input.What, "Google Authenticator and Okta Verify") ||
				!strings.Contains(input.Give, "google_otp or okta_verify") {
				t.Errorf("%v", err)
			}
		}
	})
	t.Run("several factors, one picked or named", func(t *testing.T) {
		if _, _, err := signsIn(&play{scenes: []scene{list, google, done}}, &typist{answers: []string{"Google Authenticator"}},
			org(), "pw", "111111"); err != nil {
			t.Error(err)
		}
		o := org()
		o.MFA = "google_otp"
		if _, _, err := signsIn(&play{scenes: []scene{list, google, done}}, &typist{}, o, "pw", "111111"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a factor that needs a window", func(t *testing.T) {
		key := factorTitled("Security Key or Biometric")
		var page *session.PageError
		o := org()
		o.Browser = "headless"
		_, _, err := signsIn(&play{scenes: []scene{{marks: []string{key.page}}, done}}, &typist{}, o, "pw", "")
		if !errors.As(err, &page) || !strings.Contains(page.Why, "security key") || !strings.Contains(page.Cure, "--browser auto") {
			t.Errorf("%v", err)
		}
		// Of a list it is left out, and missed where nothing else is in it.
		both := scene{marks: []string{authenticatorList}, rows: []factor{key, allFactors()[0]}}
		if _, _, err := signsIn(&play{scenes: []scene{both, google, done}}, &typist{}, o, "pw", "111111"); err != nil {
			t.Error(err)
		}
		alone := scene{marks: []string{authenticatorList}, rows: []factor{key}}
		if _, _, err := signsIn(&play{scenes: []scene{alone, done}}, &typist{}, o, "pw", ""); !errors.As(err, &page) ||
			strings.Contains(page.Cure, "--mfa") {
			t.Errorf("%v", err)
		}
	})
	t.Run("FastPass, proven and not answered", func(t *testing.T) {
		fast := factorTitled(fastPassTitle)
		o := org()
		o.MFA = fastPassName
		probe := scene{marks: []string{fast.page}}
		rest := scene{marks: []string{authenticatorList}, rows: allFactors()[:1]}
		first := scene{marks: []string{authenticatorList}, rows: []factor{fast, allFactors()[0]}}
		again := first
		again.heard = []page.Reply{{Status: 200}, {Status: 200}} // the page has given up
		// What is left of the list is what Okta wants on top.
		if _, _, err := signsIn(&play{scenes: []scene{first, rest, google, done}}, &typist{}, o, "pw", "111111"); err != nil {
			t.Error(err)
		}
		var page *session.PageError
		if _, _, err := signsIn(&play{scenes: []scene{first, again, probe}}, &typist{}, o, "pw", "111111"); !errors.As(err, &page) ||
			!strings.Contains(page.Cure, "--mfa google_otp") {
			t.Errorf("%v", err)
		}
		o.MFA = ""
		who := &typist{answers: []string{fast.title}}
		if _, _, err := signsIn(&play{scenes: []scene{first, again, google, done}}, who, o, "pw", "111111"); err != nil ||
			!slices.Contains(who.said, "Okta Verify did not answer on this computer") {
			t.Errorf("%v, said %q", err, who.said)
		}
	})
	t.Run("a factor that is not offered", func(t *testing.T) {
		o := org()
		o.MFA = "okta_verify"
		one := scene{marks: []string{authenticatorList}, rows: allFactors()[:1]}
		_, _, err := signsIn(&play{scenes: []scene{one, google, done}}, &typist{}, o, "pw", "111111")
		if err == nil || !strings.Contains(err.Error(), "okta_verify is not available; Okta offers you Google Authenticator") {
			t.Errorf("%v", err)
		}
	})
}

// TestRepeatPressGap: what follows on the same page at once would be dropped, and on the
// next page waiting for nothing.
func TestRepeatPressGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for refusals, want := range []time.Duration{0, repeatPressGap, 2 * repeatPressGap} {
			begun := time.Now()
			p := &play{scenes: []scene{logIn, with(google, slices.Repeat([]page.Reply{wrong}, refusals)...), done}}
			if _, _, err := signsIn(p, &typist{answers: []string{"222222", "333333"}}, org(), "pw", "111111"); err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took != want {
				t.Errorf("%d refusals took %v, want %v", refusals, took, want)
			}
		}
	})
}

// TestUnpainted: a page that a slow browser has yet to show is not an unknown one.
func TestUnpainted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, looks := range []int{0, 1, 3} {
			p := &play{unpainted: looks, scenes: []scene{{text: "Enter code"}, {marks: []string{passwordField}}}}
			s := (&Driver{}).newSignIn(p, org(), session.Password{}, nil)
			i, err := s.awaitPage(t.Context(), []string{usernameField, passwordField})
			if looks == 0 && err != errUnknownPage || looks > 0 && (i != 1 || err != nil) {
				t.Errorf("unpainted for %d looks: %d, %v", looks, i, err)
			}
		}
	})
}

// TestPrepare: the browser is closed however it ends, and nobody finishes
// typing for a page that isn't there.
func TestPrepare(t *testing.T) {
	o := org()
	p := &play{scenes: []scene{done}, openErr: errors.New("net::ERR_NAME_NOT_RESOLVED")}
	d := &Driver{Browse: func(context.Context, session.Org, bool) (page.Page, error) { return p, nil }, Ask: &typist{},
		Passwords: session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}, Ask: &typist{}},
		Codes:     func() *session.CodeSource { return &session.CodeSource{} }}
	if _, err := d.Assert(context.Background(), session.Profile{Org: o}); err == nil ||
		!strings.Contains(err.Error(), "NAME_NOT_RESOLVED") || p.closed == 0 {
		t.Errorf("%v, closed %d times", err, p.closed)
	}
	p = &play{scenes: []scene{done}}
	d.Passwords.Given = session.Secret{}
	var input *session.InputError
	if _, err := d.Assert(context.Background(), session.Profile{Org: o}); !errors.As(err, &input) || p.closed == 0 {
		t.Errorf("%v, closed %d times", err, p.closed)
	}
	d.Browse = func(context.Context, session.Org, bool) (page.Page, error) { return nil, fmt.Errorf("no browser") }
	d.Passwords.Given = session.NewSecret("pw")
	if _, err := d.Assert(context.Background(), session.Profile{Org: o}); err == nil || err.Error() != "no browser" {
		t.Errorf("%v", err)
	}
}

// TestClose: once a sign-in has its assertion its browser is closed beside the caller, and
// Close says how that ended, once.
func TestClose(t *testing.T) {
	p := &play{scenes: []scene{logIn, done}, closeErr: errors.New("a file is left")}
	o := org()
	given := ""
	d := &Driver{Ask: &typist{}, Passwords: session.PasswordSource{Given: session.NewSecret("pw"), Keeper: &ring{}, Ask: &typist{}},
		Codes: func() *session.CodeSource { return &session.CodeSource{} }}
	d.Browse = func(context.Context, session.Org, bool) (page.Page, error) {
		return &watched{play: p, given: &given}, nil
	}
	if _, err := d.Assert(context.Background(), session.Profile{Org: o}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(o); !errors.Is(err, p.closeErr) || p.closed != 1 {
		t.Errorf("%v, closed %d times", err, p.closed)
	}
	if err := d.Close(o); err != nil || p.closed != 1 {
		t.Errorf("again: %v, closed %d times", err, p.closed)
	}
}

// TestFactorsAreWords: what the table answers to can be asked for with flags
// and in the configuration.
func TestFactorsAreWords(t *testing.T) {
	var words []string
	for _, f := range allFactors() {
		words = append(words, f.names...)
	}
	for _, w := range words {
		if session.CheckFactor(w) != nil {
			t.Errorf("%s can't be asked for", w)
		}
	}
}

// TestCodesAsTyped: what is typed comes to each authenticator as it takes it, and what
// none of its codes can be is not sent.
func TestCodesAsTyped(t *testing.T) {
	const otp = "ccccccdrkvvjbhlnrgtjkkicnvjhjbfhvbgfdvnrleju"
	for _, c := range []struct{ title, typed, sent string }{
		{"Google Authenticator", "123 456", "123456"},
		{"Google Authenticator", "123-456\r\n", "123456"}, {"Google Authenticator", "abc456", ""},
		{"Okta Verify", "123\u00a0456", "123456"}, {"Okta Verify", "12", ""},
		{"Symantec VIP", "123 456", "123456"}, {"Symantec VIP", otp, ""}, {"Symantec VIP", "\uff11\uff12\uff13\uff14", ""},
		{"Custom OTP", "1234 5678", "12345678"}, {"Custom OTP", "pin1234", ""},
		{"RSA SecurID", "Pin4 123456", "Pin4123456"}, {"RSA SecurID", "a-b123456", "a-b123456"},
		{"RSA SecurID", "1234567890123456", "1234567890123456"},
		{"On-Prem MFA", "x_Y-9\u200b1\n", "x_Y-91"}, {"On-Prem MFA", "push", "push"},
		{"YubiKey", otp + "\n", otp}, {"YubiKey", " " + otp, otp},
		{"Security Question", "My First-Pet 7", "My First-Pet 7"},
	} {
		f := factorTitled(c.title)
		p := &play{scenes: []scene{{marks: []string{f.page, f.question}, text: "a question"}, done}}
		_, _, err := signsIn(p, &typist{}, org(), "pw", c.typed)
		var input *session.InputError
		switch {
		case c.sent == "" && (!errors.As(err, &input) || len(p.filled) > 0),
			c.sent != "" && (err != nil || !slices.Equal(p.filled, []string{c.sent})):
			t.Errorf("%s: %q was sent as %q, %v", c.title, c.typed, p.filled, err)
		}
	}
}
