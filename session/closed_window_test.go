package session

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// closedWindows counts the windows that were closed.
type closedWindows struct{ marks string }

func (c *closedWindows) ClosedMark(string) string { return c.marks }
func (c *closedWindows) MarkClosed(string)        { c.marks += "x" }

// TestClosedWindow: it is the answer of those that waited for it, unless what they
// want has come meanwhile, and of nobody else.
func TestClosedWindow(t *testing.T) {
	p := prod()
	p.Org.Ask = AskInWindow
	terminal, always := prod(), p
	always.Org.NeverOnTerminal = true
	for _, c := range []struct {
		name    string
		profile Profile
		answers []string // there is a terminal
		closes  bool     // while it waits
		arrives bool     // the session, too
		err     error    // of the sign-in
		want    error
		times   int
		marks   string
	}{
		{name: "closed by another", profile: p, closes: true, want: ErrWindowClosed, marks: "x"},
		{name: "closed, and the session is there", profile: p, closes: true, arrives: true, marks: "x"},
		{name: "not closed", profile: p, times: 1},
		{name: "asks on the terminal", profile: p, answers: []string{}, closes: true, times: 1, marks: "x"},
		{name: "never on the terminal", profile: always, answers: []string{}, closes: true, want: ErrWindowClosed, marks: "x"},
		{name: "asks in no window", profile: terminal, closes: true, times: 1, marks: "x"},
		{name: "its own was closed", profile: p, err: ErrWindowClosed, want: ErrWindowClosed, times: 1, marks: "x"},
		{name: "its own, on a terminal", profile: p, answers: []string{}, err: ErrWindowClosed, want: ErrWindowClosed, times: 1},
		{name: "another error", profile: p, err: ErrInterrupted, want: ErrInterrupted, times: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, windows := newBench(admin), &closedWindows{}
			b.Windows, b.idp.err, b.person.answers = windows, c.err, c.answers
			if c.closes {
				b.store.arrives = func(s *store) {
					windows.MarkClosed("")
					if c.arrives {
						expires := b.now.Add(DefaultDuration)
						s.kept[c.profile.Key()] = Session{Role: granted(admin), Credentials: Credentials{Expires: expires}}
					}
				}
			}
			_, err := b.Open(background, c.profile)
			if !errors.Is(err, c.want) || b.idp.times != c.times || windows.marks != c.marks || b.store.held != 0 {
				t.Errorf("%v, %d sign-ins, marks %q, %d locks", err, b.idp.times, windows.marks, b.store.held)
			}
		})
	}
}

// TestUnansweredWindow: only time that has run out closes a window.
func TestUnansweredWindow(t *testing.T) {
	late, cancel := StartDeadline(background, 0)
	defer cancel()
	<-late.Done()
	left, leave := context.WithCancel(background)
	leave()
	failed := errors.New("failed")
	if err := UnansweredWindow(late, failed); !errors.Is(err, ErrWindowClosed) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	for _, ctx := range []context.Context{background, left} {
		if err := UnansweredWindow(ctx, failed); !errors.Is(err, failed) {
			t.Error(err)
		}
	}
	if err := UnansweredWindow(late, nil); err != nil {
		t.Error(err)
	}
}

// TestSilentPrompter: nothing is asked of who is there, and the reason is said.
func TestSilentPrompter(t *testing.T) {
	who := &person{answers: []string{"y", "y", "y"}}
	silent := SilentPrompter{Prompter: who, Why: "no window can be shown"}
	question := Question{What: "a code", Give: "give it"}
	_, asked := silent.Ask(background, question)
	_, confirmed := silent.Confirm(background, "Yes?", true)
	_, chosen := silent.Choose(background, question, []string{"y"})
	for _, err := range []error{asked, confirmed, chosen} {
		var input *InputError
		if !errors.As(err, &input) || !strings.HasSuffix(err.Error(), " is required, but no window can be shown") {
			t.Error(err)
		}
	}
	if len(who.asked) > 0 || silent.Interactive() {
		t.Errorf("asked %q", who.asked)
	}
}
