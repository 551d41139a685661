//go:build unix

package tests

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// terminal is stsx on a terminal of its own, with somebody at it.
type terminal struct {
	*testing.T
	command *exec.Cmd
	pty     *os.File
	cancel  func()

	mu     sync.Mutex
	screen strings.Builder // all that was ever written, as plain text
	grown  chan struct{}   // something was written
	read   int             // how far expect has come
	ended  chan struct{}
}

// openTerminal runs stsx on a terminal of 100 by 30.
func (d *desk) openTerminal(args ...string) *terminal {
	d.Helper()
	return d.openProgram(append([]string{stsxPath}, args...)...)
}

// openProgram runs any program on such a terminal.
func (d *desk) openProgram(argv ...string) *terminal {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Env, command.Dir = d.env, d.home
	file, err := pty.StartWithSize(command, &pty.Winsize{Rows: 30, Cols: 100})
	if err != nil {
		cancel()
		d.Fatal(err)
	}
	file = pollable(d.T, file)
	t := &terminal{T: d.T, command: command, pty: file, cancel: cancel, grown: make(chan struct{}, 1), ended: make(chan struct{})}
	go t.collectOutput()
	d.Cleanup(func() {
		cancel()
		_ = file.Close()
		<-t.ended
	})
	return t
}

// pollable is f as a file whose Close ends a Read, and so lets go of it: the
// pty package leaves one that blocks.
func pollable(t *testing.T, f *os.File) *os.File {
	t.Helper()
	defer f.Close()
	syscall.ForkLock.RLock()
	fd, err := syscall.Dup(int(f.Fd()))
	if err == nil {
		syscall.CloseOnExec(fd)
		err = syscall.SetNonblock(fd, true)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

func (t *terminal) collectOutput() {
	defer close(t.ended)
	buffer := make([]byte, 4096)
	for {
		n, err := t.pty.Read(buffer)
		t.mu.Lock()
		t.screen.Write(buffer[:n])
		t.mu.Unlock()
		select {
		case t.grown <- struct{}{}:
		default:
		}
		if err != nil { // EIO: the last process let go of the terminal
			return
		}
	}
}

var escapeSequences = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>]")

// text is what was written so far, without escape sequences.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return escapeSequences.ReplaceAllString(t.screen.String(), "")
}

// rawText is what was written so far, escape sequences included.
func (t *terminal) rawText() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.screen.String()
}

// waitFor waits until what was written since the last expect holds one of parts,
// of which desk.oktaTexts gives several for what Okta's page says.
func (t *terminal) waitFor(parts ...string) {
	t.Helper()
	late := time.NewTimer(60 * time.Second)
	defer late.Stop()
	for {
		if t.readPast(parts) {
			return
		}
		select {
		case <-t.grown:
		case <-t.ended:
			if !t.readPast(parts) {
				t.Fatalf("the program ended without %q:\n%s", parts, t.text())
			}
			return
		case <-late.C:
			t.Fatalf("no %q within a minute:\n%s", parts, t.text())
		}
	}
}

// readPast reads on to the end of the first of parts that has been written.
func (t *terminal) readPast(parts []string) bool {
	text := t.text()
	unread := text[min(t.read, len(text)):]
	for _, part := range parts {
		if i := strings.Index(unread, part); i >= 0 {
			t.read = min(t.read, len(text)) + i + len(part)
			return true
		}
	}
	return false
}

// typeText types.
func (t *terminal) typeText(text string) {
	t.Helper()
	if _, err := io.WriteString(t.pty, text); err != nil {
		t.Fatal(err)
	}
}

// wait returns how the program ended.
func (t *terminal) wait() runResult {
	t.Helper()
	err := t.command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	select {
	case <-t.ended: // what it wrote last has been read
	case <-time.After(2 * time.Second): // a child of it still has the terminal
	}
	r := runResult{status: t.command.ProcessState.ExitCode(), stdout: t.text()}
	if ws, ok := t.command.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// hangUp closes the window.
func (t *terminal) hangUp() {
	t.Helper()
	if err := t.pty.Close(); err != nil {
		t.Fatal(err)
	}
}

// wantLastStatus has the shell on the terminal say how its last command ended.
func (t *terminal) wantLastStatus(want int) {
	t.Helper()
	t.typeText("echo sta\"\"tus=$?\r")
	t.waitFor(fmt.Sprintf("status=%d", want))
}

// exitShell ends the shell on the terminal.
func (t *terminal) exitShell() {
	t.Helper()
	t.typeText("exit 0\r")
	if r := t.wait(); r.status != 0 {
		t.Error(r)
	}
}

// stopJob stops what runs in the shell on the terminal.
func (t *terminal) stopJob() {
	t.Helper()
	t.typeText("\x1a")
	t.waitFor("Stopped")
}

// modesOf are a terminal's, as anything that changes them leaves them.
func modesOf(t testing.TB, f *os.File) (state term.State) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var got *term.State
		if got, failed = term.GetState(int(fd)); failed == nil {
			state = *got
		}
	})
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return state
}

// wantSaneModes fails the test unless the terminal is as a new one is.
func (t *terminal) wantSaneModes() {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer slave.Close()
	if got, want := modesOf(t, t.pty), modesOf(t, master); got != want {
		t.Errorf("the terminal's modes are %v, want %v", got, want)
	}
}
