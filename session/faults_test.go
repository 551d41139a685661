package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type accountNames map[string]string

func (n accountNames) Name(account string) string { return n[account] }
func (accountNames) Learn(map[string]string)      {}

// TestAccountIsSaid: a profile that does not pin its account hears which one a
// sign-in is for; from the store nothing is said.
func TestAccountIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		role, account string
		granted       []string
		want          string
	}{
		"a name":          {"Admin", "", []string{admin, dev}, "using Admin in 123456789012 (acme-prod)"},
		"no role at all":  {"", "", []string{admin}, "using Admin in 123456789012 (acme-prod)"},
		"with a path":     {"Audit", "", []string{admin, audit}, "using Audit in 210987654321"},
		"an account":      {"Admin", "123456789012", []string{admin, dev}, ""},
		"an account only": {"", "123456789012", []string{admin}, ""},
		"an ARN":          {admin, "", []string{admin, dev}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(c.granted...)
			b.Names = accountNames{"123456789012": "acme-prod"}
			p := Profile{Name: "p", Org: acme(), Role: c.role, Account: c.account}
			if _, err := b.Open(background, p); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(b.person.said, "\n"); got != c.want {
				t.Errorf("said %q", got)
			}
			b.person.said = nil
			if _, err := b.Open(background, p); err != nil || len(b.person.said) != 0 || b.idp.times != 1 {
				t.Errorf("from the store: %q, %v", b.person.said, err)
			}
		})
	}
}

// TestNotesAreSaid: what of an assertion was left out.
func TestNotesAreSaid(t *testing.T) {
	b := newBench(admin)
	b.idp.assertion.Notes = []string{"leaving out a role of the assertion: x"}
	if _, err := b.Open(background, Profile{Name: "p", Org: acme(), Role: admin}); err != nil ||
		!slices.Equal(b.person.said, b.idp.assertion.Notes) {
		t.Errorf("%q, %v", b.person.said, err)
	}
}

// TestEndedWhenTheyCame: an error that has both clocks and the difference, and
// nothing is kept.
func TestEndedWhenTheyCame(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		time.Hour:        "this machine's clock says 2026-03-04T12:00:00Z, AWS's about 2026-03-04T11:00:00Z, 1h less",
		25 * time.Hour:   "AWS's about 2026-03-03T11:00:00Z, 25h less",
		59 * time.Minute: "", -24 * time.Hour: "", 0: "",
	} {
		b := newBench(admin)
		b.sts.now = func() time.Time { return b.now.Add(-ahead) }
		_, err := b.Open(background, Profile{Name: "p", Org: acme(), Role: admin})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(b.store.kept) != 0) {
			t.Errorf("%s: %v, %d kept", ahead, err, len(b.store.kept))
		}
	}
}

// TestLeft: what a session has left by clocks that go wrong.
func TestLeft(t *testing.T) {
	s := Session{Issued: noon(), Credentials: Credentials{Expires: noon().Add(time.Hour)}}
	for _, c := range []struct {
		after, left time.Duration
		fresh, due  bool
	}{
		{0, time.Hour, true, false}, {47 * time.Minute, 13 * time.Minute, true, false}, {48 * time.Minute, 12 * time.Minute, true, true},
		{55 * time.Minute, 5 * time.Minute, false, true}, {time.Hour, 0, false, true}, {2 * time.Hour, 0, false, true},
		{-time.Minute, time.Hour + time.Minute, true, false}, // machines that differ a little
		{-3 * time.Minute, 0, false, true}, {-time.Hour, 0, false, true}, {-9000 * time.Hour, 0, false, true},
	} {
		now := noon().Add(c.after)
		if s.Left(now) != c.left || s.Fresh(now) != c.fresh || s.Due(now) != c.due {
			t.Errorf("%s later: %s left, fresh %t, due %t", c.after, s.Left(now), s.Fresh(now), s.Due(now))
		}
	}
	if (Session{}).Fresh(noon()) || (Session{}).Left(noon()) != 0 {
		t.Error("nothing is fresh")
	}
	// Within a process the clock that nobody sets counts.
	now := time.Now()
	s = Session{Issued: now, Credentials: Credentials{Expires: now.Round(0).Add(time.Hour)}}
	if left := s.Left(now.Add(30 * time.Minute)); left != 30*time.Minute {
		t.Errorf("%s left", left)
	}
}

// TestCauseOfADeadline: a context whose time is over says why, itself and below.
func TestCauseOfADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := StartDeadline(t.Context(), time.Minute)
		defer cancel()
		below, stop := context.WithCancel(ctx)
		defer stop()
		begun := time.Now()
		<-ctx.Done()
		<-below.Done()
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("it took %s", took)
		}
		for _, c := range []context.Context{ctx, below} {
			if c.Err() != context.DeadlineExceeded || context.Cause(c) != context.DeadlineExceeded {
				t.Errorf("%v because of %v", c.Err(), context.Cause(c))
			}
		}
	})
}

// TestCodesAreCleaned: blanks come out of codes, and what can't be a code is not
// sent.
func TestCodesAreCleaned(t *testing.T) {
	digits := CodeQuestion{Prompt: "Code from Google Authenticator", Digits: true}
	for given, want := range map[string]string{
		"123456": "123456", "123 456": "123456", " 123456\n": "123456", "123456\r\n": "123456", "123\u00a0456": "123456",
		"12 34\u200956":      "123456",
		"\u200b123456\ufeff": "123456", "123-456": "123456", "123\u2011456": "123456", "\t1 2 3 4 5 6\t": "123456", "12345678": "12345678",
		"abc": "", "12a456": "", "123": "", "12345678901": "", "123.456": "",
		"١٢٣٤٥٦": "", "１２３４５６": "", "12３456": "", "now": "", "": "", "\n": "", "-": "",
	} {
		for name, s := range map[string]*CodeSource{
			"given":   {Given: NewSecret(given), Ask: &person{}},
			"printed": {Run: func(context.Context, []string) (Secret, error) { return NewSecret(given), nil }, Ask: &person{}},
			"typed":   {Ask: &person{answers: []string{given, given, given}}},
		} {
			o := acme()
			if name == "printed" {
				o.MFACommand = []string{"code"}
			}
			code, err := s.Find(background, o, digits)
			if code.Reveal() != want || (err == nil) != (want != "") {
				t.Errorf("%s %q: %q, %v", name, given, code.Reveal(), err)
			}
			if given != "" && want == "" && err != nil && len(given) > 1 && strings.Contains(err.Error(), given) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	who := &person{answers: []string{"abc", "123 456"}}
	s := &CodeSource{Given: NewSecret("abc"), Ask: who}
	if code, err := s.Find(background, acme(), digits); err != nil || code.Reveal() != "123456" || len(who.said) != 2 {
		t.Errorf("%q, %v, said %q", code.Reveal(), err, who.said)
	}
	var input *InputError
	if _, err := (&CodeSource{Given: NewSecret("abc"), Ask: &person{}}).Find(background, acme(), digits); !errors.As(err, &input) {
		t.Errorf("got %v", err)
	}
	for given, want := range map[string]string{"cccc-jkhb dd": "cccc-jkhbdd", "Rex the dog\n": "Rexthedog"} {
		if code, err := (&CodeSource{Given: NewSecret(given), Ask: &person{}}).Find(background, acme(), CodeQuestion{}); err != nil ||
			code.Reveal() != want {
			t.Errorf("%q, %v", code.Reveal(), err)
		}
	}
	words := CodeQuestion{Prompt: "Your first pet?", Words: true}
	if code, err := (&CodeSource{Given: NewSecret("Rex the  dog\r\n"), Ask: &person{}}).Find(background, acme(), words); err != nil ||
		code.Reveal() != "Rex the  dog" {
		t.Errorf("%q, %v", code.Reveal(), err)
	}
}

// TestPasswordWithoutLineEnd: what a variable or a command leaves at its end.
func TestPasswordWithoutLineEnd(t *testing.T) {
	for given, want := range map[string]string{"pw\n": "pw", "pw\r\n": "pw", "pw\n\n": "pw", "pw": "pw", " p w ": " p w ", "p\nw": "p\nw",
		"pw\t": "pw\t"} {
		p, err := (PasswordSource{Given: NewSecret(given), Keeper: &keeper{}, Ask: &person{}}).First(background, acme())
		if err != nil || p.Reveal() != want {
			t.Errorf("%q: %q, %v", given, p.Reveal(), err)
		}
		o := acme()
		o.PasswordCommand = []string{"pass"}
		run := func(context.Context, []string) (Secret, error) { return NewSecret(given), nil }
		if p, err = (PasswordSource{Run: run, Keeper: &keeper{}, Ask: &person{}}).First(background, o); err != nil || p.Reveal() != want {
			t.Errorf("%q from a command: %q, %v", given, p.Reveal(), err)
		}
	}
}
