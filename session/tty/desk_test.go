//go:build unix

package tty

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"

	"stsx/session"
)

func TestMain(m *testing.M) {
	if scenario := os.Getenv("STSX_TTY_SCENARIO"); scenario != "" {
		os.Exit(play(scenario))
	}
	goleak.VerifyTestMain(m)
}

// desk is a person's: a terminal with a screen to look at and keys to press.
type desk struct {
	*testing.T
	master, slave *os.File
	terminal      *Terminal
	before        *term.State

	mu     sync.Mutex
	screen *screen
	drawn  chan struct{} // something was
	ended  chan struct{}
}

// screenTimeout is how long a test waits for what has to come.
const screenTimeout = 10 * time.Second

func environment(extra ...string) func(string) string {
	values := map[string]string{"TERM": "xterm-256color", "LANG": "C.UTF-8"}
	for i := 0; i < len(extra); i += 2 {
		values[extra[i]] = extra[i+1]
	}
	return func(name string) string { return values[name] }
}

func sit(t *testing.T, o Options, width, height int) *desk {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, master: master, slave: slave, screen: newScreen(width, height), drawn: make(chan struct{}, 1),
		ended: make(chan struct{})}
	d.size(width, height)
	if o.Getenv == nil {
		o.Getenv = environment()
	}
	if o.Open == nil {
		o.Open = func() (in, out *os.File, err error) {
			f, err := os.OpenFile(slave.Name(), os.O_RDWR, 0)
			return f, f, err
		}
	}
	d.terminal = New(o)
	if d.before, err = term.GetState(int(slave.Fd())); err != nil {
		t.Fatal(err)
	}
	go d.readScreen()
	t.Cleanup(func() {
		if err := d.terminal.Close(); err != nil {
			t.Error(err)
		}
		d.unchanged()
		slave.Close()
		<-d.ended
		master.Close()
		if len(d.screen.unknownSequences) > 0 {
			t.Errorf("the terminal was sent %v", d.screen.unknownSequences)
		}
		if d.screen.modes["?2004"] {
			t.Error("the terminal still marks what is pasted")
		}
		if shown, ok := d.screen.modes["?25"]; ok && !shown {
			t.Error("the cursor is still hidden")
		}
	})
	return d
}

// unchanged checks that the terminal's mode is what it was.
func (d *desk) unchanged() {
	d.Helper()
	after, err := term.GetState(int(d.slave.Fd()))
	if err != nil || !reflect.DeepEqual(d.before, after) {
		d.Errorf("the mode was %+v and is %+v (%v)", d.before, after, err)
	}
}

func (d *desk) size(width, height int) {
	if err := pty.Setsize(d.master, &pty.Winsize{Rows: uint16(height), Cols: uint16(width)}); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) readScreen() {
	defer close(d.ended)
	for {
		data := make([]byte, 4096)
		n, err := d.master.Read(data)
		d.mu.Lock()
		d.screen.feed(string(data[:n]))
		d.mu.Unlock()
		select {
		case d.drawn <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// see waits until the screen shows all of texts.
func (d *desk) see(texts ...string) {
	d.Helper()
	d.wait(fmt.Sprintf("%q", texts), func(s *screen) bool {
		for _, text := range texts {
			if !strings.Contains(s.text(), text) {
				return false
			}
		}
		return true
	})
}

// wait waits until the screen is as wanted.
func (d *desk) wait(what string, wanted func(*screen) bool) {
	d.Helper()
	late := time.After(screenTimeout)
	for {
		d.mu.Lock()
		ok, text := wanted(d.screen), d.screen.text()
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-d.drawn:
		case <-late:
			d.Fatalf("never came: %s; the screen is\n%s", what, text)
		}
	}
}

func (d *desk) press(keys string) {
	d.Helper()
	if _, err := d.master.WriteString(keys); err != nil {
		d.Fatal(err)
	}
}

// all is every byte that came.
func (d *desk) all() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.screen.all.String()
}

type answer[T any] struct {
	value T
	err   error
}

// start asks in the background; the function it returns waits for the answer.
func start[T any](t *testing.T, ask func() (T, error)) func() (T, error) {
	came := make(chan answer[T], 1)
	go func() {
		v, err := ask()
		came <- answer[T]{v, err}
	}()
	return func() (T, error) {
		t.Helper()
		select {
		case a := <-came:
			return a.value, a.err
		case <-time.After(screenTimeout):
			t.Fatal("no answer")
			panic("unreachable")
		}
	}
}

func (d *desk) ask(ctx context.Context, q session.Question) func() (string, error) {
	return start(d.T, func() (string, error) { return d.terminal.Ask(ctx, q) })
}

func (d *desk) choose(ctx context.Context, options []string) func() (int, error) {
	return start(d.T, func() (int, error) {
		return d.terminal.Choose(ctx, session.Question{Prompt: "Role for prod", What: "a role", Give: "use --role"}, options)
	})
}
