package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func commandPrints(texts ...string) func(context.Context, []string) (Secret, error) {
	return func(context.Context, []string) (Secret, error) {
		text := texts[0]
		if len(texts) > 1 {
			texts = texts[1:]
		}
		if text == "fail" {
			return Secret{}, errors.New("pass: exit status 1")
		}
		return NewSecret(text), nil
	}
}

// TestPasswordSources: given, then the command's, then the keyring's, then typed.
func TestPasswordSources(t *testing.T) {
	for name, c := range map[string]struct {
		given, command, kept string
		typed                []string
		want                 string
	}{
		"given":                     {"given", "command", "kept", []string{"typed"}, "given"},
		"the command's":             {"", "command", "kept", []string{"typed"}, "command"},
		"the keyring's":             {"", "", "kept", []string{"typed"}, "kept"},
		"typed":                     {"", "", "", []string{"typed"}, "typed"},
		"nobody to type":            {"", "", "", nil, "error: the password for jane@acme.example"},
		"command fails":             {"", "fail", "kept", []string{"typed"}, "error: password_command: pass: exit status 1"},
		"given, so no command runs": {"given", "fail", "", nil, "given"},
	} {
		t.Run(name, func(t *testing.T) {
			o := acme()
			s := PasswordSource{Given: NewSecret(c.given), Keeper: &keeper{password: NewSecret(c.kept)}, Run: commandPrints(c.command),
				Ask: &person{answers: c.typed}}
			if c.command != "" {
				o.PasswordCommand = []string{"pass", "show"}
			}
			got, err := s.First(background, o)
			if err != nil {
				if !strings.HasPrefix(c.want, "error: ") || !strings.Contains(err.Error(), c.want[len("error: "):]) {
					t.Errorf("got %v", err)
				}
				return
			}
			if got.Reveal() != c.want {
				t.Errorf("got %q", got.Reveal())
			}
		})
	}
	o := acme()
	o.PasswordCommand = []string{"pass"}
	s := PasswordSource{Keeper: &keeper{}, Run: commandPrints(""), Ask: &person{}}
	if _, err := s.First(background, o); err == nil || !strings.Contains(err.Error(), "pass printed nothing") {
		t.Errorf("got %v", err)
	}
}

// TestRefusedIsNotSentAgain: neither by this run nor by the next, nor if the
// person types it again.
func TestRefusedIsNotSentAgain(t *testing.T) {
	ring := &keeper{password: NewSecret("old")}
	who := &person{answers: []string{}}
	s := PasswordSource{Keeper: ring, Ask: who}
	p, _ := s.First(background, acme())
	s.Refused(background, acme(), p)
	if ring.forgot != 1 || !ring.WasRefused(background, acme(), NewSecret("old")) {
		t.Errorf("%+v", ring)
	}
	who.wantSaid(t, "it was removed")

	// The next run has it from the environment, and nobody to ask.
	var refused *RefusedError
	next := PasswordSource{Given: NewSecret("old"), Keeper: ring, Ask: &person{}}
	if _, err := next.First(background, acme()); !errors.As(err, &refused) || refused.Kind != RefusedPassword ||
		strings.Contains(err.Error(), "old") {
		t.Errorf("got %v", err)
	}
	// With somebody to ask, it is asked for until it is another.
	typist := &person{answers: []string{"old", "new"}}
	next.Ask = typist
	if p, err := next.First(background, acme()); err != nil || p.Reveal() != "new" {
		t.Errorf("got %v", err)
	}
	typist.wantSaid(t, "rejected a short while ago")
	typist.wantSaid(t, "already rejected; it isn't sent again")

	typist = &person{answers: []string{"a", "b", "a", "c"}}
	s.Ask = typist
	if _, err := s.Again(background, acme(), NewSecret("a"), NewSecret("b")); !errors.As(err, &refused) || len(typist.answers) != 1 {
		t.Errorf("got %v, %q", err, typist.answers)
	}
	typed := PasswordSource{Keeper: ring, Ask: &person{answers: []string{"^C"}}}
	if _, err := typed.Again(background, acme()); !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v", err)
	}
	ring.broken = true
	s.Refused(background, acme(), Password{Secret: NewSecret("old"), kept: true})
	typist.wantSaid(t, "could not remove the rejected password from the keyring: the keyring is locked")
	if p := ring.refused[len(ring.refused)-1]; !p.Equal(NewSecret("old")) {
		t.Error("a password that can't be forgotten isn't marked")
	}
}

// TestChanged: the old password is neither kept nor sent again.
func TestChanged(t *testing.T) {
	old := Password{Secret: NewSecret("old")}
	by := acme()
	by.PasswordCommand = []string{"pass"}
	for name, c := range map[string]struct {
		ring   keeper
		org    Org
		forgot int
		says   string
	}{
		"kept":         {keeper{password: NewSecret("old")}, acme(), 1, "stsx password set saves the new one"},
		"another kept": {keeper{password: NewSecret("other")}, acme(), 0, ""},
		"none kept":    {keeper{}, acme(), 0, ""},
		"by a command": {keeper{password: NewSecret("old")}, by, 0, "update what password_command prints"},
	} {
		who := &person{}
		PasswordSource{Keeper: &c.ring, Ask: who}.Changed(background, c.org, old)
		if c.ring.forgot != c.forgot || !c.ring.WasRefused(background, c.org, old.Secret) {
			t.Errorf("%s: %+v", name, c.ring)
		}
		if c.says != "" {
			who.wantSaid(t, c.says)
		}
	}
}

func TestKeepTyped(t *testing.T) {
	o := acme()
	typed := Password{Secret: NewSecret("right"), typed: true}
	for name, c := range map[string]struct {
		password Password
		ring     keeper
		org      Org
		answers  []string
		asked    int
		kept     string
		declined bool
	}{
		"yes":                {typed, keeper{}, o, []string{"y"}, 1, "right", false},
		"no":                 {typed, keeper{}, o, []string{"n"}, 1, "", true},
		"said no before":     {typed, keeper{declined: true}, o, []string{"y"}, 0, "", true},
		"given":              {Password{Secret: NewSecret("right")}, keeper{}, o, []string{"y"}, 0, "", false},
		"nobody to ask":      {typed, keeper{}, o, nil, 0, "", false},
		"no keyring":         {typed, keeper{none: true}, o, []string{"y"}, 0, "", false},
		"Ctrl-C ends it":     {typed, keeper{}, o, []string{"^C"}, 1, "", false},
		"a broken keyring":   {typed, keeper{broken: true}, o, []string{"y"}, 1, "", false},
		"there is a command": {typed, keeper{}, Org{Username: "j", PasswordCommand: []string{"x"}}, []string{"y"}, 0, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			who := &person{answers: c.answers}
			ring := c.ring
			ring.refused = []Secret{NewSecret("x")}
			err := PasswordSource{Keeper: &ring, Ask: who}.Accepted(background, c.org, c.password)
			if interrupted := slices.Contains(c.answers, "^C"); interrupted != errors.Is(err, ErrInterrupted) ||
				!interrupted && err != nil {
				t.Error(err)
			}
			if len(who.asked) != c.asked || ring.password.Reveal() != c.kept || ring.declined != c.declined || ring.refused != nil {
				t.Errorf("asked %q; %+v", who.asked, ring)
			}
			if ring.broken {
				who.wantSaid(t, "could not save that: the keyring is locked")
			}
		})
	}
}

func TestCodes(t *testing.T) {
	ticks := 0
	tick := func(context.Context) error { ticks++; return nil }
	next := func(s *CodeSource, o Org) string {
		code, err := s.Next(background, o, "Code from Google Authenticator")
		if err != nil {
			return "error: " + err.Error()
		}
		return code.Reveal()
	}
	o := acme()
	o.MFACommand = []string{"ykman"}
	// Given once, then from the command, which prints the given one and then its own twice.
	s := &CodeSource{Given: NewSecret("111"), Run: commandPrints("111", "111", "222", "222", "333"), Ask: &person{}, Tick: tick}
	if got := []string{next(s, o), next(s, o), next(s, o)}; !slices.Equal(got, []string{"111", "222", "333"}) || ticks != 3 {
		t.Errorf("got %q after %d ticks", got, ticks)
	}
	for text, want := range map[string]string{"": "ykman printed nothing", "fail": "mfa_command: pass: exit status 1"} {
		if got := next(&CodeSource{Run: commandPrints(text), Ask: &person{}}, o); !strings.Contains(got, want) {
			t.Errorf("got %q", got)
		}
	}
	stopped := &CodeSource{Given: NewSecret("1"), Run: commandPrints("1"), Ask: &person{},
		Tick: func(context.Context) error { return context.Canceled }}
	next(stopped, o)
	if got := next(stopped, o); !strings.Contains(got, "waiting for the next code") {
		t.Errorf("got %q", got)
	}
	// Typed, with spaces as apps show them; never the same twice.
	who := &person{answers: []string{"123 456", "123456", "", "654321"}}
	s = &CodeSource{Ask: who}
	if got := []string{next(s, acme()), next(s, acme())}; !slices.Equal(got, []string{"123456", "654321"}) {
		t.Errorf("got %q", got)
	}
	who.wantSaid(t, "wait for the next one")
	// Nobody there.
	if got := next(&CodeSource{Ask: &person{}}, acme()); !strings.Contains(got, "a code from Google Authenticator is required") {
		t.Errorf("got %q", got)
	}
	// The same over and over ends it.
	s = &CodeSource{Given: NewSecret("1"), Ask: &person{answers: []string{"1", "1", "1", "1"}}}
	next(s, acme())
	var refused *RefusedError
	if _, err := s.Next(background, acme(), "Code"); !errors.As(err, &refused) || refused.Kind != RefusedCode {
		t.Errorf("got %v", err)
	}
}

func TestCheckFactor(t *testing.T) {
	for _, word := range Factors() {
		if err := CheckFactor(word); err != nil {
			t.Error(err)
		}
	}
	for word, want := range map[string]string{"topt": "did you mean totp?", "carrier pigeon": "there are totp, push, sms", "\x1b": `"\x1b"`,
		"TOTP": "did you mean totp", "google": "google_otp"} {
		if err := CheckFactor(word); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", word, err)
		}
	}
}
