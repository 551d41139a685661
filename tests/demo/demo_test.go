//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"stsx/session/browser"
	"stsx/tests/okta"
	"stsx/tests/require"
)

// demoRun is the demo as `make demo` starts it, with a temporary directory of its
// own, so that a test sees what it leaves there.
type demoRun struct {
	*testing.T
	demo, stsx, temp string
}

func newBench(t *testing.T) *demoRun {
	t.Helper()
	org, err := okta.Start(okta.Config{})
	require.Part(t, "the Okta Sign-In Widget", !errors.Is(err, okta.ErrNoWidget), "run make widget")
	if err != nil {
		t.Fatal(err)
	}
	if err := org.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = browser.Find(os.Getenv("STSX_BROWSER_PATH"), os.Getenv)
	require.Part(t, "a browser", err == nil, "run tests/setup.sh demo")
	// Not t.TempDir: the path of a socket below it would be too long.
	dir, err := os.MkdirTemp("", "demo-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	b := &demoRun{T: t, demo: filepath.Join(dir, "demo"), stsx: filepath.Join(dir, "stsx"), temp: filepath.Join(dir, "t")}
	if err := os.Mkdir(b.temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for out, pkg := range map[string]string{b.demo: ".", b.stsx: "../.."} {
		if said, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "urfave_cli_no_docs", "-o", out,
			pkg).CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", pkg, err, said)
		}
	}
	return b
}

func (b *demoRun) command(arguments ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	b.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, b.demo, append([]string{"-stsx", b.stsx}, arguments...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+b.temp, "SHELL=/bin/sh", "TERM=xterm")
	cmd.WaitDelay = time.Minute
	return cmd
}

// clean fails the test when the demo left something behind.
func (b *demoRun) clean() {
	b.Helper()
	left, err := filepath.Glob(filepath.Join(b.temp, "stsx-demo-*"))
	if err != nil || len(left) > 0 {
		b.Errorf("the demo left %v %v", left, err)
	}
}

func TestDemoWithoutATerminal(t *testing.T) {
	b := newBench(t)
	cmd := b.command()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the demo ended with %v:\n%s", err, out)
	}
	if n := bytes.Count(out, []byte("assumed-role/Developer")); n != 2 {
		t.Errorf("the role was shown %d times, not twice:\n%s", n, out)
	}
	if bytes.Contains(out, []byte("\x1b")) {
		t.Errorf("there are control sequences in:\n%q", out)
	}
	b.clean()
}

// A demo whose stsx does not work says so.
func TestDemoThatFails(t *testing.T) {
	b := newBench(t)
	b.stsx = filepath.Join(b.temp, "broken")
	if err := os.WriteFile(b.stsx, []byte("#!/bin/sh\ncase $1 in\nstatus) echo '{}';;\nlogout) ;;\n*) exit 9;;\nesac\n"),
		0o700); err != nil {
		t.Fatal(err)
	}
	out, err := b.command().CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != 1 || !bytes.Contains(out, []byte("demo: failed: stsx exec dev")) {
		t.Errorf("the demo ended with %v:\n%s", err, out)
	}
	b.clean()
}

// dialogue is the demo on a terminal.
type dialogue struct {
	*demoRun
	cmd      *exec.Cmd
	terminal *os.File
	said     string
	read     chan string
}

func (b *demoRun) onTerminal() *dialogue {
	b.Helper()
	d := &dialogue{demoRun: b, cmd: b.command(), read: make(chan string)}
	var err error
	if d.terminal, err = pty.Start(d.cmd); err != nil {
		b.Fatal(err)
	}
	go func() {
		defer close(d.read)
		for buffer := make([]byte, 4096); ; {
			n, err := d.terminal.Read(buffer)
			if n > 0 {
				d.read <- string(buffer[:n])
			}
			if err != nil {
				return // the end of a terminal is an error
			}
		}
	}()
	b.Cleanup(func() { d.terminal.Close() })
	return d
}

// await reads until the demo has said text, and forgets all up to there.
func (d *dialogue) await(text string) {
	d.Helper()
	for {
		if _, rest, ok := strings.Cut(d.said, text); ok {
			d.said = rest
			return
		}
		more, ok := <-d.read
		if !ok {
			d.Fatalf("the demo ended before it said %q; it said\n%s", text, d.said)
		}
		d.said += more
	}
}

func (d *dialogue) types(text string) {
	d.Helper()
	if _, err := d.terminal.WriteString(text); err != nil {
		d.Fatal(err)
	}
}

func (d *dialogue) ends(status int) {
	d.Helper()
	for more := range d.read {
		d.said += more
	}
	err := d.cmd.Wait()
	if got := d.cmd.ProcessState.ExitCode(); got != status {
		d.Errorf("the demo ended with %v, not with %d; it said\n%s", err, status, d.said)
	}
	d.clean()
}

func TestDemoLeavesThePersonInAShell(t *testing.T) {
	d := newBench(t).onTerminal()
	d.await("Now you")
	d.await("demo $ ")
	d.types("stsx logout --all && STSX_MFA_CODE=$(totp) stsx exec dev -- sh -c 'echo I am $STSX_ROLE'\n")
	d.await("Okta password for " + user)
	d.types(password + "\n")
	d.await("I am Developer")
	d.types("stsx console dev\n")
	d.await("would show https://eu-west-1.console.aws.amazon.com/")
	d.await("signed in as arn:aws:sts::123456789012:assumed-role/Developer/" + user)
	d.types("exit 3\n")
	d.ends(0)
}

func TestDemoInterrupted(t *testing.T) {
	d := newBench(t).onTerminal()
	d.await("$ stsx exec dev") // the sign-in begins
	d.types("\x03")
	d.ends(130)
}

func TestDemoTerminated(t *testing.T) {
	d := newBench(t).onTerminal()
	d.await("demo $ ")
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	d.ends(143)
}
