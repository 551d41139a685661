//go:build unix

package tty

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

var approve = session.Errand{Prompt: "Approve the sign-in on Test phone", Number: "47", Options: []string{"Send again", "Use another way"}}

// fortySeven is the number as it is drawn.
const fortySeven = `
  ██  ██   ██████
  ██  ██       ██
  ██████     ██
      ██     ██
      ██     ██
`

func (d *desk) errand(ctx context.Context, e session.Errand) func() (int, error) {
	return start(d.T, func() (int, error) { return d.terminal.Wait(ctx, e) })
}

func TestWait(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	d.terminal.Say("before")
	e := approve
	e.Until = time.Now().Add(time.Hour)
	picked := d.errand(t.Context(), e)
	d.see(
		"stsx: before\nApprove the sign-in on Test phone: 47\n"+fortySeven+"\n",
		" left, s: Send again, u: Use another way, Ctrl-C: give up",
	)
	before := ""
	d.wait("a second that passed", func(s *screen) bool { // without a key
		now := s.text()
		if before == "" {
			before = now
		}
		return now != before && strings.Contains(now, " left, s")
	})
	d.press("x\x1b[A\r")
	d.press("U")
	if i, err := picked(); i != 1 || err != nil {
		t.Fatal(i, err)
	}
	d.unchanged()
	d.wait("nothing left", func(s *screen) bool { return s.text() == "stsx: before" })
	picked = d.errand(t.Context(), session.Errand{Prompt: "Approve it"})
	d.see("Approve it\nCtrl-C: give up")
	d.press("\x03")
	if _, err := picked(); !errors.Is(err, session.ErrInterrupted) {
		t.Fatal(err)
	}
	d.unchanged()
	d.wait("nothing left", func(s *screen) bool { return s.text() == "stsx: before" })
}

func TestWaitEndsWithItsContext(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	picked := d.errand(ctx, approve)
	d.see("██")
	cancel()
	if i, err := picked(); i != -1 || !errors.Is(err, context.Canceled) {
		t.Fatal(i, err)
	}
	d.unchanged()
	d.wait("nothing left", func(s *screen) bool { return s.text() == "" })
	if i, err := d.terminal.Wait(ctx, approve); i != -1 || !errors.Is(err, context.Canceled) {
		t.Fatal(i, err)
	}

	picked = d.errand(t.Context(), approve)
	d.see("██")
	if err := d.terminal.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := picked(); !errors.Is(err, session.ErrInterrupted) {
		t.Fatal(err)
	}
}

// What has run out stays on the screen until the provider says so.
func TestWaitAtZero(t *testing.T) {
	for rest, want := range map[time.Duration]string{-time.Second: "0:00 left", 0: "0:00 left", time.Millisecond: "0:01 left",
		61 * time.Second: "1:01 left", 59*time.Second + 1: "1:00 left"} {
		now := time.Now()
		left, holds := timeLeft(now.Add(rest), now)
		if left != want || holds <= 0 {
			t.Errorf("%s: %q for %s", rest, left, holds)
		}
		if later, _ := timeLeft(now.Add(rest), now.Add(holds)); rest > 0 && later == left {
			t.Errorf("%s: still %q after %s", rest, left, holds)
		}
	}
	if left, _ := timeLeft(time.Time{}, time.Now()); left != "" {
		t.Error(left)
	}
}

func TestWaitOnASmallTerminal(t *testing.T) {
	d := sit(t, Options{}, 30, 6)
	e := approve
	e.Until = time.Now().Add(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	picked := d.errand(ctx, e)
	d.see("47  Approve the sign-in on T…\n")
	d.press("s")
	if i, err := picked(); i != 0 || err != nil {
		t.Fatal(i, err)
	}
}

// TestWaitOnANarrowTerminal: where the sentence has no room for the number at its
// end, it begins with it.
func TestWaitOnANarrowTerminal(t *testing.T) {
	d := sit(t, Options{}, 30, 24)
	picked := d.errand(t.Context(), approve)
	d.see("47  Approve the sign-in on T…\n" + fortySeven)
	d.press("s")
	if i, err := picked(); i != 0 || err != nil {
		t.Fatal(i, err)
	}
}

func TestWaitInASCII(t *testing.T) {
	d := sit(t, Options{Getenv: environment("LANG", "C")}, 80, 24)
	picked := d.errand(t.Context(), approve)
	d.see(strings.ReplaceAll(fortySeven, "█", "#"))
	d.press("s")
	if i, err := picked(); i != 0 || err != nil {
		t.Fatal(i, err)
	}
}

// A terminal that can't redraw, or that nobody watches, shows it once.
func TestWaitPlainly(t *testing.T) {
	for name, getenv := range map[string]func(string) string{
		"dumb": environment("TERM", "dumb"), "CI": environment("CI", "true"), "plain": environment("STSX_PLAIN", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{Getenv: getenv}, 80, 24)
			e := approve
			e.Until = time.Now().Add(500 * time.Millisecond)
			picked := d.errand(t.Context(), e)
			d.see("Approve the sign-in on Test phone: 47\ns: Send again, u: Use another way, Ctrl-C: give up")
			<-time.After(time.Until(e.Until)) // nothing is drawn for a second that passes
			d.press("s")
			if i, err := picked(); i != 0 || err != nil {
				t.Fatal(i, err)
			}
			if strings.Count(d.all(), "47") != 1 || strings.Contains(strings.ReplaceAll(d.all(), pasteMarked, ""), "\x1b[J") {
				t.Errorf("%q", d.all())
			}
		})
	}
}

func TestWaitWithNobody(t *testing.T) {
	none := func() (in, out *os.File, err error) { return nil, nil, os.ErrNotExist }
	for name, c := range map[string]struct {
		o    Options
		e    session.Errand
		want string
	}{
		"no terminal":     {Options{Open: none}, approve, "stsx: Approve the sign-in on Test phone: 47\n"},
		"no number":       {Options{Open: none}, session.Errand{Prompt: "Approve it"}, "stsx: Approve it\n"},
		"quiet":           {Options{Open: none, Quiet: true}, session.Errand{Prompt: "Approve it"}, ""},
		"quiet, a number": {Options{Open: none, Quiet: true}, approve, "stsx: Approve the sign-in on Test phone: 47\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr strings.Builder
			c.o.Stderr = &stderr
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			if i, err := New(c.o).Wait(ctx, c.e); i != -1 || !errors.Is(err, context.DeadlineExceeded) {
				t.Error(i, err)
			}
			if stderr.String() != c.want {
				t.Errorf("%q", stderr.String())
			}
		})
	}
	d := sit(t, Options{NoInput: true}, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	picked := d.errand(ctx, approve)
	d.see("stsx: Approve the sign-in on Test phone: 47")
	cancel()
	if i, err := picked(); i != -1 || !errors.Is(err, context.Canceled) {
		t.Error(i, err)
	}
}

func TestWaitIsNotFooled(t *testing.T) {
	d := sit(t, Options{}, 200, 24)
	picked := d.errand(t.Context(), session.Errand{Prompt: hostile, Number: hostile, Options: []string{hostile}})
	d.see("give up")
	d.press("a")
	if i, err := picked(); i != 0 || err != nil {
		t.Fatal(i, err)
	} // sit's cleanup looks at what the terminal was sent
}

func TestKeysFor(t *testing.T) {
	for want, options := range map[string][]string{"su": {"Send again", "Use another"}, "se": {"Send", "Send"}, "s2": {"ß s", "ß"}, "": nil,
		"1": {"送"}} {
		if got := string(optionKeys(options)); got != want {
			t.Errorf("%q: %q, want %q", options, got, want)
		}
	}
}
