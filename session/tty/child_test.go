//go:build unix

package tty

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"stsx/session"
)

// The tests in this file run this binary again as a process of its own, with a
// terminal that controls it or with none. What it has to say it says on
// standard error; standard output has to stay empty.

// play is what the child does.
func play(scenario string) int {
	terminal := New(Options{Stderr: os.Stderr, Getenv: os.Getenv})
	defer terminal.Close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	report := func(a ...any) { fmt.Fprintln(os.Stderr, a...) }
	switch scenario {
	case "nobody":
		_, err := terminal.Ask(ctx, password)
		var input *session.InputError
		report(terminal.Interactive(), errors.As(err, &input), err)
		terminal.Say("hello")
		terminal.Progress("waiting")
	case "all":
		terminal.Progress("waiting")
		answer, err := terminal.Ask(ctx, password)
		report(terminal.Interactive(), answer, err)
		i, err := terminal.Choose(ctx, username, roles(30))
		report(i, err)
		terminal.Say("hello")
	case "ask":
		_, err := terminal.Ask(ctx, password)
		report(errors.Is(err, context.Canceled))
	case "say": // in the background, where the terminal stops who writes
		terminal.Progress("must not be seen")
		terminal.Say("hello")
		terminal.Close()
		status, _ := os.ReadFile("/proc/self/status")
		report(foregroundNow(), "ignored", strings.Contains(string(status), "SigIgn:\t0000000000200000"))
	case "question": // on a terminal that is another's, maybe
		_, err := terminal.Ask(ctx, password)
		var input *session.InputError
		report(terminal.HeldBecause()+":", terminal.Interactive(), errors.As(err, &input))
	case "lead say":
		return lead("say", func(job *exec.Cmd, status syscall.WaitStatus) {
			report("stopped", status.Stopped())
		})
	case "lead question":
		return lead("question", func(job *exec.Cmd, status syscall.WaitStatus) { report("ended", status.Exited(), status.ExitStatus()) })
	case "lead orphan":
		middle := again("middle")
		middle.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		middle.Stdin, middle.Stderr = os.Stdin, os.Stderr
		report(middle.Run())
		var end [1]byte
		os.Stdin.Read(end[:]) // the orphan has reported
	case "middle":
		orphan := again("orphan")
		orphan.Env = append(orphan.Env, "STSX_TTY_PARENT="+strconv.Itoa(os.Getpid()))
		orphan.Stdin, orphan.Stderr = os.Stdin, os.Stderr
		alive, _, _ := os.Pipe() // ends with this process
		orphan.ExtraFiles = []*os.File{alive}
		if err := orphan.Start(); err != nil {
			report(err)
		}
	case "orphan":
		io.Copy(io.Discard, os.NewFile(3, "alive"))
		for strconv.Itoa(os.Getppid()) == os.Getenv("STSX_TTY_PARENT") {
			runtime.Gosched()
		}
		return play("nobody") // reports like one without a terminal
	default:
		return 1
	}
	return 0
}

func foregroundNow() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return true
	}
	defer tty.Close()
	return inForeground(tty)
}

// lead is a shell that runs a job in the background of a terminal that stops
// who writes to it.
func lead(scenario string, then func(*exec.Cmd, syscall.WaitStatus)) int {
	if changeMode(0, func(m *unix.Termios) { m.Lflag |= unix.TOSTOP }) != nil {
		return 1
	}
	job := again(scenario)
	job.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	job.Stdin, job.Stderr = os.Stdin, os.Stderr
	if err := job.Start(); err != nil {
		return 1
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(job.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
		return 1
	}
	then(job, status)
	return 0
}

func again(scenario string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "STSX_TTY_SCENARIO="+scenario, "TERM=xterm", "LANG=C.UTF-8", "CI=", "GORACE=atexit_sleep_ms=0")
	return c
}

// child is a process with d's terminal.
type child struct {
	*exec.Cmd
	*testing.T
	out, report bytes.Buffer
}

func (d *desk) child(scenario string) *child {
	d.Helper()
	c := &child{Cmd: again(scenario), T: d.T}
	c.Stdin, c.Stdout, c.Stderr = d.slave, &c.out, &c.report
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { c.Process.Kill() }) // for a test that fails
	return c
}

func (c *child) reports(want ...string) {
	c.Helper()
	if err := c.Wait(); err != nil {
		c.Error(err)
	}
	for _, w := range want {
		if !strings.Contains(c.report.String(), w) {
			c.Errorf("%q is missing in\n%s", w, c.report.String())
		}
	}
	if c.out.Len() > 0 {
		c.Errorf("standard output got %q", c.out.String())
	}
}

func TestWithoutTerminal(t *testing.T) {
	c := &child{Cmd: again("nobody"), T: t}
	c.Stdout, c.Stderr = &c.out, &c.report
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	c.reports("false true the password for jane is required", "stsx: hello")
	if strings.Contains(c.report.String(), "waiting") {
		t.Error(c.report.String())
	}
}

func TestWithTerminal(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	c := d.child("all")
	d.see("Password for jane:")
	d.press("hunter2\r")
	d.see("> 100000000000")
	d.press("\x1b[B\x1b[B\r")
	c.reports("true hunter2 <nil>", "2 <nil>")
	d.see("stsx: hello")
	if strings.Contains(d.all(), "hunter2") {
		t.Errorf("the secret was shown: %q", d.all())
	}
	d.unchanged()
}

func TestTerminated(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	c := d.child("ask")
	d.see("Password for jane:")
	c.Process.Signal(syscall.SIGTERM)
	c.reports("true")
	d.unchanged()
}

func TestBackgroundIsNotStoppedByMessages(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	d.child("lead say").reports("false ignored false", "stopped false")
	d.see("stsx: hello")
	if strings.Contains(d.all(), "must not") {
		t.Errorf("%q", d.all())
	}
	d.before, _ = term.GetState(int(d.slave.Fd())) // the leader said tostop
}

func TestBackgroundDoesNotAsk(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	d.child("lead question").reports("stsx is in the background of this terminal: false true", "ended true 0")
	if strings.Contains(d.all(), "Password") {
		t.Errorf("%q", d.all())
	}
	d.before, _ = term.GetState(int(d.slave.Fd())) // the leader said tostop
}

// Nobody can bring it to the foreground.
func TestOrphanInTheBackgroundIsNotInteractive(t *testing.T) {
	d := sit(t, Options{}, 80, 24)
	c := d.child("lead orphan")
	d.see("stsx: hello")
	d.press("\r\n")
	c.reports("true the password for jane is required")
}
