//go:build unix

package tty

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	d := sit(t, Options{NoInput: true}, 40, 10)
	d.terminal.Progress("signing in")
	d.see("⠋ signing in")
	d.see("⠙ signing in")
	d.terminal.Progress("assuming " + strings.Repeat("a very long role ", 10))
	d.wait("one line, cut", func(s *screen) bool {
		return strings.HasPrefix(s.text(), "⠋ assuming a very long role") && strings.HasSuffix(s.text(), "…") && s.y == 0 && s.x == 39
	})
	d.see("… 2s") // the seconds are never cut off
	d.terminal.Say("Okta is slow")
	d.wait("the message and nothing else", func(s *screen) bool { return s.text() == "stsx: Okta is slow" })
	d.terminal.Progress("still signing in")
	d.see("still signing in")
	d.terminal.Progress("")
	d.wait("no progress", func(s *screen) bool { return s.text() == "stsx: Okta is slow" })
	if d.terminal.progress != nil {
		t.Error("something still draws")
	}
	d.terminal.Progress("again")
	d.see("again")
	if err := d.terminal.Close(); err != nil {
		t.Fatal(err)
	}
	d.wait("no progress after Close", func(s *screen) bool { return s.text() == "stsx: Okta is slow" })
}

// A question takes the progress line away, and none is drawn into a question.
func TestProgressAndQuestion(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	d.terminal.Progress("signing in")
	d.see("signing in")
	answer := d.ask(t.Context(), username)
	d.wait("only the question", func(s *screen) bool { return s.text() == "Username:" })
	d.terminal.Progress("must not be seen")
	d.press("jane\r")
	if got, err := answer(); got != "jane" || err != nil {
		t.Fatal(got, err)
	}
	if strings.Contains(d.all(), "must not") {
		t.Errorf("%q", d.all())
	}
}

func TestNoProgress(t *testing.T) {
	for name, o := range map[string]Options{
		"CI": {Getenv: environment("CI", "true")}, "quiet": {Quiet: true},
		"CI, plain": {Getenv: environment("CI", "true", "STSX_PLAIN", "1")}, "quiet, plain": {Quiet: true,
			Getenv: environment("STSX_PLAIN", "1")},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, o, 80, 24)
			d.terminal.Progress("must not be seen")
			if d.terminal.progress != nil || strings.Contains(d.all(), "must not") {
				t.Errorf("%q", d.all())
			}
		})
	}
}

// plainEnvironments are those of a terminal that shows lines one after the other.
func plainEnvironments() map[string]func(string) string {
	return map[string]func(string) string{
		"STSX_PLAIN": environment("STSX_PLAIN", "1"), "dumb": environment("TERM", "dumb"), "unset": environment("TERM", ""),
	}
}

// Each step is a line, which stays; a countdown is said once.
func TestProgressInLines(t *testing.T) {
	for name, getenv := range plainEnvironments() {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{Getenv: getenv}, 80, 24)
			d.terminal.Progress("opening acme's sign-in page")
			d.terminal.Progress("opening acme's sign-in page")
			d.terminal.Progress("Okta asks to wait: 10s")
			d.terminal.Progress("Okta asks to wait: 9s")
			d.terminal.Say("a message")
			d.terminal.Progress("Okta asks to wait: 8s")
			d.terminal.Progress("assuming " + hostile)
			d.terminal.Progress("")
			d.terminal.Progress("opening acme's sign-in page")
			d.wait("a line for each step", func(s *screen) bool {
				const begins = "stsx: opening acme's sign-in page\nstsx: Okta asks to wait: 10s\nstsx: a message\nstsx: assuming "
				return strings.HasPrefix(s.text(), begins) && strings.HasSuffix(s.text(), "\nstsx: opening acme's sign-in page")
			})
			if d.terminal.progress != nil || strings.Contains(d.all(), "\x1b") || strings.Contains(d.all(), "⠋") {
				t.Errorf("something was drawn: %q", d.all())
			}
		})
	}
}

func TestSay(t *testing.T) {
	var stderr strings.Builder
	none := func() (in, out *os.File, err error) { return nil, nil, os.ErrNotExist }
	New(Options{Stderr: &stderr, Open: none}).Say("one\ntwo\n")
	if got := stderr.String(); got != "stsx: one\nstsx: two\n" {
		t.Errorf("%q", got)
	}
	New(Options{Stderr: &stderr, Open: none, Quiet: true}).Say("quiet")
	New(Options{Open: none}).Say("to nobody")
	d := sit(t, Options{Stderr: &stderr}, 80, 24)
	d.terminal.Say("one\ntwo")
	d.see("stsx: one\nstsx: two")
	if strings.Contains(stderr.String(), "quiet") || strings.Count(stderr.String(), "one") != 1 {
		t.Errorf("%q", stderr.String())
	}
}

func TestProgressLine(t *testing.T) {
	s := terminalStyle{}
	if got := s.progressText("signing in", 1, 3*time.Second, 80); got != "/ signing in 3s" {
		t.Errorf("%q", got)
	}
	for width := range 30 {
		if got := s.progressText("signing in to somewhere", 1, 3*time.Second, width); len(got) > max(0, width-1) {
			t.Errorf("%d: %q", width, got)
		}
	}
}
