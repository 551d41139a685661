//go:build unix

package tests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// runLimit bounds one run of stsx: longer than its own two minutes for a sign-in,
// so that its error is seen rather than ours.
const runLimit = 150 * time.Second

// runResult is how a run ended.
type runResult struct {
	status int // exit status, -1 when a signal ended it
	signal syscall.Signal
	stdout string
	stderr string
}

func (r runResult) String() string {
	return fmt.Sprintf("status %d, signal %d\nstdout: %s\nstderr: %s", r.status, r.signal, r.stdout, r.stderr)
}

// run runs stsx without any terminal and with nothing on standard input.
func (d *desk) run(args ...string) runResult {
	d.Helper()
	return d.runWithStdin("", args...)
}

// runWithStdin is run with text on standard input.
func (d *desk) runWithStdin(stdin string, args ...string) runResult {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	defer cancel()
	command := d.command(ctx, args...)
	command.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.Fatalf("running stsx %q: %v", args, err)
	}
	if ctx.Err() != nil {
		d.Fatalf("stsx %q did not end within %s\nstdout: %s\nstderr: %s", args, runLimit, &stdout, &stderr)
	}
	r := runResult{status: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if ws, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		r.signal = ws.Signal()
	}
	return r
}

// command is stsx in a session of its own, so that there is no /dev/tty.
func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, stsxPath, args...)
	command.Env, command.Dir = d.env, d.home
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return command
}

// runProgram runs any program as run runs stsx.
func (d *desk) runProgram(argv ...string) runResult {
	d.Helper()
	return d.startProgram(argv...).wait()
}

// runningProgram is a program that has been started.
type runningProgram struct {
	*testing.T
	*exec.Cmd
	out, err *outputBuffer
	ctx      context.Context
	ended    chan struct{}
	failed   error
}

func (r *runningProgram) wait() runResult {
	r.Helper()
	<-r.ended
	var exit *exec.ExitError
	if r.failed != nil && !errors.As(r.failed, &exit) && !errors.Is(r.failed, exec.ErrWaitDelay) && r.ctx.Err() == nil {
		r.Fatalf("running %q: %v", r.Args, r.failed)
	}
	if r.ctx.Err() != nil {
		r.Fatalf("%q did not end within %s\nstdout: %s\nstderr: %s", r.Args, runLimit, r.out, r.err)
	}
	return resultOf(r.ProcessState, r.out.String(), r.err.String())
}

func (r *runningProgram) hasEnded() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

// outputBuffer is what a program wrote so far.
type outputBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *outputBuffer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *outputBuffer) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// start starts stsx in a session of its own, without any terminal.
func (d *desk) start(args ...string) *runningProgram {
	d.Helper()
	return d.startProgram(append([]string{stsxPath}, args...)...)
}

func (d *desk) startProgram(argv ...string) *runningProgram {
	d.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), runLimit)
	command := d.command(ctx)
	command.Path, command.Args, command.Err = argv[0], argv, nil
	if !strings.Contains(argv[0], "/") {
		command.Path, command.Err = exec.LookPath(argv[0])
	}
	command.WaitDelay = 2 * time.Second // what the command started may keep its output open
	r := &runningProgram{T: d.T, Cmd: command, out: &outputBuffer{}, err: &outputBuffer{}, ctx: ctx, ended: make(chan struct{})}
	command.Stdout, command.Stderr = r.out, r.err
	if err := command.Start(); err != nil {
		cancel()
		d.Fatalf("starting %q: %v", argv, err)
	}
	go func() {
		defer close(r.ended)
		r.failed = command.Wait()
	}()
	d.Cleanup(func() {
		cancel()
		<-r.ended
	})
	return r
}

func resultOf(state *os.ProcessState, stdout, stderr string) runResult {
	out := runResult{status: state.ExitCode(), stdout: stdout, stderr: stderr}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		out.signal = ws.Signal()
	}
	return out
}

// wantStatus fails the test unless r ended with status.
func (d *desk) wantStatus(r runResult, status int) runResult {
	d.Helper()
	if r.status != status {
		d.Fatalf("want exit status %d, got %s", status, r)
	}
	return r
}

// wantText fails the test unless text holds each of parts.
func (d *desk) wantText(text string, parts ...string) {
	d.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			d.Errorf("want %q in:\n%s", part, text)
		}
	}
}
