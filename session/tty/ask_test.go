//go:build unix

package tty

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"stsx/session"
)

var (
	password = session.Question{Prompt: "Password for jane", Secret: true, What: "the password for jane", Give: "set STSX_PASSWORD"}
	username = session.Question{Prompt: "Username", What: "the username", Give: "use --username"}
)

func TestAsk(t *testing.T) {
	long := strings.Repeat("0123456789", 400)
	cases := []struct {
		name string
		q    session.Question
		keys string
		want string
	}{
		{"a secret", password, "hunter2\r", "hunter2"},
		{"a secret is not trimmed", password, "  hunter 2 \r", "  hunter 2 "},
		{"a secret in UTF-8", password, "pässwörd→🔑\r", "pässwörd→🔑"},
		{"a secret with a newline", password, "hunter2\n", "hunter2"},
		{"a pasted secret", password, pasteBegins + "hunter2\n" + pasteEnds + "\r", "hunter2"},
		{"a paste of two lines", password, pasteBegins + "\nhunter2\r\nrest" + pasteEnds + "\r", "hunter2"},
		{"a paste without marks", password, "hunter2\r\n", "hunter2"},
		{"a paste with sequences", password, pasteBegins + "hun\x1b[Ater\x012" + pasteEnds + "\r", "hunter2"},
		{"corrections", password, "huntr\x7fer2\r", "hunter2"},
		{"a line erased", password, "wrong\x15hunter2\r", "hunter2"},
		{"arrows", username, "ane\x1b[H\x1bOXj\x1b[F!\r", "jane!"},
		{"a name is trimmed", username, "  jane \r", "jane"},
		{"an empty name", username, "\r", ""},
		{"very long", password, long + "\r", long},
		{"very long and shown", username, long + "\r", long},
		{"a late answer of the terminal", username, "ja\x1b]11;rgb:0000/0000/0000\x1b\\n\x1b[?2026;2$ye\x1b[?62;4cy\r", "janey"},
		{"Ctrl-D in the line deletes", username, "janee\x1b[D\x04\r", "jane"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := sit(t, Options{}, 80, 24)
			answer := d.ask(t.Context(), c.q)
			d.see(c.q.Prompt + ":")
			d.press(c.keys)
			got, err := answer()
			if got != c.want || err != nil {
				t.Fatalf("got %q, %v", got, err)
			}
			d.unchanged()
			if c.q.Secret && strings.Contains(d.all(), "hunt") {
				t.Errorf("the secret was shown: %q", d.all())
			}
		})
	}
}

func TestAskTooLong(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	answer := d.ask(t.Context(), password)
	d.see("Password")
	d.press(strings.Repeat("x", 5000) + "\r")
	if got, err := answer(); err == nil || got != "" {
		t.Fatalf("got %d characters, %v", len(got), err)
	}
}

func TestAskIsLeft(t *testing.T) {
	for name, keys := range map[string]string{
		"Ctrl-C": "hunter2\x03", "Ctrl-D": "\x04", "Ctrl-C after Escape": "\x1b\x03", "Ctrl-C in a sequence": "\x1b[\x03",
		"Ctrl-C in a paste": pasteBegins + "abc\x03", "Ctrl-C in a character": "\xc3\x03", "Ctrl-C in a string": "\x1b]11;\x03",
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, Options{}, 80, 24)
			answer := d.ask(t.Context(), password)
			d.see("Password")
			d.press(keys)
			if _, err := answer(); !errors.Is(err, session.ErrInterrupted) {
				t.Fatal(err)
			}
			d.unchanged()
		})
	}
}

func TestAskEndsWithItsContext(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	ctx, cancel := context.WithCancel(t.Context())
	answer := d.ask(ctx, password)
	d.see("Password")
	d.press("hunt")
	cancel()
	if _, err := answer(); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	d.unchanged()

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := d.ask(ctx, password)(); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	d.unchanged()
	if _, err := d.terminal.Ask(ctx, password); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestCloseEndsTheQuestion(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	answer := d.ask(t.Context(), password)
	d.see("Password")
	for range 2 {
		if err := d.terminal.Close(); err != nil {
			t.Fatal(err)
		}
		d.unchanged()
	}
	if _, err := answer(); !errors.Is(err, session.ErrInterrupted) {
		t.Fatal(err)
	}
}

func TestPanicRestores(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	func() {
		defer func() { recover() }()
		d.terminal.withDialogue(t.Context(), password, func(context.Context, *dialogue) error { panic("in the middle") })
	}()
	d.unchanged()
}

func TestEmptySecretIsAskedForAgain(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	answer := d.ask(t.Context(), password)
	d.see("Password")
	d.press("\r\rhunter2\r")
	if got, err := answer(); got != "hunter2" || err != nil {
		t.Fatal(got, err)
	}
	answer = d.ask(t.Context(), password)
	d.press("\r\r\r")
	_, err := answer()
	var input *session.InputError
	if !errors.As(err, &input) || input.Give != password.Give || strings.Contains(err.Error(), "no terminal") {
		t.Fatal(err)
	}
}

// What is typed before a question comes is its answer; what it doesn't use is
// the next one's, or the next program's.
func TestTypedAhead(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	name := d.ask(t.Context(), username)
	d.see("Username:")
	d.press("jane\r" + "hunter2\r" + "yes\r" + "ls -l\r")
	if got, err := name(); got != "jane" || err != nil {
		t.Fatal(got, err)
	}
	if got, err := d.ask(t.Context(), password)(); got != "hunter2" || err != nil {
		t.Fatal(got, err)
	}
	if ok, err := d.terminal.Confirm(t.Context(), "Use prod?", false); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if strings.Contains(d.all(), "hunter2") {
		t.Errorf("the secret was shown: %q", d.all())
	}
	if err := d.terminal.Close(); err != nil {
		t.Fatal(err)
	}
	left := make([]byte, 64)
	n, err := d.slave.Read(left)
	if got := string(left[:n]); strings.TrimSpace(got) != "ls -l" || err != nil {
		t.Fatalf("left for the next program: %q, %v", got, err)
	}
}

func TestConfirm(t *testing.T) {
	cases := []struct {
		keys            string
		otherwise, want bool
	}{
		{"\r", true, true}, {"\r", false, false}, {"y\r", false, true}, {"YES\r", false, true},
		{"n\r", true, false}, {"No\r", true, false}, {"what\ry\r", false, true},
	}
	for _, c := range cases {
		d := sit(t, Options{}, 80, 24)
		answer := start(t, func() (bool, error) { return d.terminal.Confirm(t.Context(), "Use prod?", c.otherwise) })
		if c.otherwise {
			d.see("Use prod? [Y/n]")
		} else {
			d.see("Use prod? [y/N]")
		}
		d.press(c.keys)
		if got, err := answer(); got != c.want || err != nil {
			t.Errorf("%q: %v, %v", c.keys, got, err)
		}
	}
	d := sit(t, Options{}, 80, 24)
	answer := start(t, func() (bool, error) { return d.terminal.Confirm(t.Context(), "Use prod?", true) })
	d.press("a\rb\rc\r")
	if got, err := answer(); got || err == nil {
		t.Error("nonsense was taken for yes")
	}
}

func TestNobodyToAsk(t *testing.T) {
	none := func() (in, out *os.File, err error) { return nil, nil, io.EOF }
	for name, o := range map[string]Options{"no terminal": {Open: none}, "no input": {NoInput: true}} {
		terminal := New(o)
		if terminal.Interactive() {
			t.Error(name, "is interactive")
		}
		_, askErr := terminal.Ask(t.Context(), password)
		_, confirmErr := terminal.Confirm(t.Context(), "Use prod?", true)
		_, chooseErr := terminal.Choose(t.Context(), password, []string{"a", "b"})
		for _, err := range []error{askErr, confirmErr, chooseErr} {
			var input *session.InputError
			if !errors.As(err, &input) || input.What == "" {
				t.Error(name, err)
			}
		}
		terminal.Progress("waiting")
		if err := terminal.Close(); err != nil {
			t.Error(err)
		}
	}
}

// hostile is what a page, a role or a profile may be called.
const hostile = "a\x1b[2Jb\x1b]0;title\x07c\u202egnp.exe\u200bd\x9b31m\u009b31me\r\nf\x00\xff\u2066"

func TestNothingHostileIsShown(t *testing.T) {
	var stderr strings.Builder
	d := sit(t, Options{Stderr: &stderr}, 200, 24)
	d.terminal.Say(hostile)
	d.terminal.Progress(hostile)
	answer := d.ask(t.Context(), session.Question{Prompt: hostile})
	d.see("f\ufffd\ufffd\ufffd:")
	d.press(pasteBegins + "x\u202e\u009b\x1b[2Jy" + pasteEnds + "\r")
	if _, err := answer(); err != nil {
		t.Fatal(err)
	}
	choice := start(t, func() (int, error) {
		return d.terminal.Choose(t.Context(), session.Question{Prompt: hostile}, []string{hostile, "z" + hostile})
	})
	d.see("> a")
	d.press("z")
	d.see("> za")
	d.press("\r")
	if i, err := choice(); i != 1 || err != nil {
		t.Fatal(i, err)
	} // sit's cleanup looks at what the terminal was sent
}

func TestAskAfterResizeAndStop(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	answer := d.ask(t.Context(), username)
	d.see("Username:")
	d.press("ja")
	d.see("Username: ja")
	d.size(40, 10)
	unix.Kill(os.Getpid(), unix.SIGWINCH)
	d.press("n")
	d.see("Username: jan")
	unix.Kill(os.Getpid(), unix.SIGCONT)
	d.press("e\r")
	if got, err := answer(); got != "jane" || err != nil {
		t.Fatal(got, err)
	}
}
