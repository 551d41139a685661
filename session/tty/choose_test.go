//go:build unix

package tty

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"stsx/session"
)

func roles(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("1%011d team-%d/Role%d", i, i%7, i)
	}
	return list
}

func TestChoose(t *testing.T) {
	const upArrow, downArrow = "\x1b[A", "\x1b[B"
	cases := []struct {
		name string
		keys []string // each but the first after what the one before shows
		seen []string
		want int
	}{
		{"Enter takes the first", []string{"\r"}, nil, 0},
		{"arrows", []string{downArrow + downArrow + upArrow, "\r"}, []string{"> 100000000001"}, 1},
		{"other arrows", []string{"\x1bOB\x1bOB", "\r"}, []string{"> 100000000002"}, 2},
		{"not above the first", []string{upArrow, "\r"}, []string{"> 100000000000"}, 0},
		{"the last", []string{"\x1b[F" + downArrow, "\r"}, []string{"> 100000000999"}, 999},
		{"a page", []string{"\x1b[6~\x1b[6~\x1b[5~", "\r"}, []string{"> 1000000000"}, -1},
		{"a filter", []string{"role77", "\x7f", "8", "\r"}, []string{"11 of 1000", "111 of 1000", "> 100000000078"}, 78},
		{"words", []string{"role99 team-5", "\r"}, []string{"> 100000000992"}, 992},
		{"Escape clears the filter", []string{"role777", "\x1b", "\r"}, []string{"1 of 1000", "  1000;"}, 0},
		{"Enter on nothing does nothing", []string{"xyz", "\r\x15", "\r"}, []string{"no match", "  1000;"}, 0},
		{"a paste", []string{pasteBegins + "Role500\n" + pasteEnds, "\r"}, []string{"> 100000000500"}, 500},
	}
	for _, c := range cases {
		for _, size := range [][2]int{{80, 24}, {40, 10}} {
			t.Run(fmt.Sprint(c.name, size), func(t *testing.T) {
				d := sit(t, Options{}, size[0], size[1])
				d.terminal.Say("before")
				choice := d.choose(t.Context(), roles(1000))
				d.see("Role for prod:", "> 100000000000")
				for i, keys := range c.keys {
					d.press(keys)
					if i < len(c.seen) {
						d.see(c.seen[i])
					}
				}
				got, err := choice()
				if err != nil || c.want >= 0 && got != c.want {
					t.Fatal(got, err)
				}
				d.unchanged()
				want := "stsx: before\nRole for prod: "
				d.wait("one line", func(s *screen) bool {
					return strings.HasPrefix(s.text(), want) && strings.Count(s.text(), "\n") == 1
				})
			})
		}
	}
}

func TestChooseIsLeft(t *testing.T) {
	for name, keys := range map[string]string{"Escape": "\x1b", "Ctrl-C": "rol\x03", "Ctrl-D": "\x04"} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{}, 80, 24)
			d.terminal.Say("before")
			choice := d.choose(t.Context(), roles(30))
			d.see("> 100000000000")
			d.press(keys)
			if _, err := choice(); !errors.Is(err, session.ErrInterrupted) || errors.Is(err, session.ErrNotChosen) != (name == "Escape") {
				t.Fatal(err)
			}
			d.wait("nothing left", func(s *screen) bool { return s.text() == "stsx: before" })
		})
	}
	d := sit(t, Options{}, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	choice := d.choose(ctx, roles(30))
	d.see("> 100000000000")
	cancel()
	if _, err := choice(); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	d.wait("nothing left", func(s *screen) bool { return s.text() == "" })
}

// A picker at the bottom of the screen scrolls it and still finds its place.
func TestChooseAtTheBottom(t *testing.T) {
	d := sit(t, Options{}, 40, 10)
	for i := range 20 {
		d.terminal.Say(fmt.Sprint("line ", i))
	}
	choice := d.choose(t.Context(), roles(1000))
	d.see("> 100000000000", "line 19")
	d.press("\x1b[B\x1b[B")
	d.see("> 100000000002", "line 19")
	d.press("\r")
	if i, err := choice(); i != 2 || err != nil {
		t.Fatal(i, err)
	}
	d.wait("line 19 and the choice", func(s *screen) bool {
		return strings.HasSuffix(s.text(), "line 19\nRole for prod: 1000…000002 team-2/Role2")
	})
}

func TestChooseAfterResize(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	choice := d.choose(t.Context(), roles(1000))
	d.see("> 100000000000")
	d.mu.Lock()
	d.screen.width, d.screen.height = 40, 10
	d.screen.rows = d.screen.rows[:10]
	d.mu.Unlock()
	d.size(40, 10)
	unix.Kill(os.Getpid(), unix.SIGWINCH)
	d.wait("a smaller list", func(s *screen) bool { return strings.Count(s.text(), "team") == 7 })
	d.press("\x1b[B")
	d.see("> 100000000001")
	d.press("\r")
	if i, err := choice(); i != 1 || err != nil {
		t.Fatal(i, err)
	}
}

func TestChooseByNumber(t *testing.T) {
	for name, o := range map[string]Options{
		"dumb": {Getenv: environment("TERM", "dumb")}, "plain": {Getenv: environment("STSX_PLAIN", "1")}, "small": {},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, o, 80, 24)
			if name == "small" {
				d.size(80, 3)
			}
			choice := d.choose(t.Context(), roles(3))
			d.see("1  100000000000", "Role for prod (1-3):")
			d.press("0\rx\r3\r")
			if i, err := choice(); i != 2 || err != nil {
				t.Fatal(i, err)
			}
			if name != "small" && strings.Contains(d.all(), "\x1b") {
				t.Errorf("a terminal for plain lines was sent %q", d.all())
			}
		})
	}
}

func TestNoColor(t *testing.T) {
	for _, c := range []struct {
		environ func(string) string
		dressed bool
	}{{environment(), true}, {environment("NO_COLOR", "1"), false}} {
		d := sit(t, Options{Getenv: c.environ}, 80, 24)
		choice := d.choose(t.Context(), roles(3))
		d.see("Esc")
		d.press("\r")
		choice()
		if strings.Contains(d.all(), "m> ") != c.dressed {
			t.Errorf("dressed %v: %q", !c.dressed, d.all())
		}
	}
}

func TestTerminalStyle(t *testing.T) {
	for _, c := range []struct {
		environ     func(string) string
		dumb, plain bool
	}{
		{environment(), false, false},
		{environment("NO_COLOR", "1"), false, true},
		{environment("TERM", "dumb"), true, false},
		{environment("STSX_PLAIN", "1"), true, true},
		{environment("STSX_PLAIN", "true"), true, true},
		{environment("STSX_PLAIN", "0"), false, false},
		{environment("STSX_PLAIN", "False"), false, false},
	} {
		if s := styleOf(c.environ); s.dumb != c.dumb || s.plain != c.plain {
			t.Errorf("STSX_PLAIN=%q NO_COLOR=%q TERM=%q: %+v", c.environ("STSX_PLAIN"), c.environ("NO_COLOR"), c.environ("TERM"), s)
		}
	}
}

// The picker asks the terminal nothing: every answer would be somebody's input.
func TestNoQueries(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	choice := d.choose(t.Context(), roles(30))
	d.see("> 100000000000")
	d.press("\r")
	choice()
	for _, query := range []string{"\x1b]", "\x1bP", "$p", "\x1b[6n", "\x1b[?u", "\x1b[c", "\x1b[>"} {
		if strings.Contains(d.all(), query) {
			t.Errorf("the terminal was asked %q in %q", query, d.all())
		}
	}
	cooked, err := term.MakeRaw(int(d.slave.Fd())) // or only whole lines would count
	if err != nil {
		t.Fatal(err)
	}
	defer term.Restore(int(d.slave.Fd()), cooked)
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(d.slave.Fd()), Events: unix.POLLIN}}, 0)
	if n != 0 || err != nil {
		t.Error("something is left unread", err)
	}
}

func TestFold(t *testing.T) {
	s := terminalStyle{unicode: true}
	for text, want := range map[string]string{
		"short": "short", "exactly 12!!": "exactly 12!!", "123456789012 Admin": "123456…Admin", "日本語日本語日本語": "日本語…語語",
	} {
		if got := s.foldText(text, 12); got != want && text != "日本語日本語日本語" {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestChooseColors: each option in its colour, where colours are shown at all.
func TestChooseColors(t *testing.T) {
	for _, c := range []struct {
		environ func(string) string
		want    bool
	}{{environment(), true}, {environment("NO_COLOR", "1"), false}} {
		d := sit(t, Options{Getenv: c.environ}, 80, 24)
		q := session.Question{Prompt: "Profile", Colors: []string{"red", "", "cyan", "31m\x1b[2J"}}
		var picked int
		done := make(chan error, 1)
		go func() {
			var err error
			picked, err = d.terminal.Choose(t.Context(), q, []string{"prod", "dev", "test", "odd", "beyond"})
			done <- err
		}()
		d.see("> prod", "beyond")
		d.press("odd\r")
		if err := <-done; err != nil || picked != 3 {
			t.Fatal(picked, err)
		}
		for _, text := range []string{"\x1b[31m> prod", "\x1b[36m  test"} {
			if strings.Contains(d.all(), text) != c.want {
				t.Errorf("%q is there: %v\n%q", text, !c.want, d.all())
			}
		}
		if strings.Contains(d.all(), "\x1b[2J") || strings.Contains(d.all(), "m  dev") {
			t.Errorf("%q", d.all())
		}
	}
}
