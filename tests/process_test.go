//go:build unix

package tests

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// forTest is the desk in another test, such as a subtest.
func (d *desk) forTest(t *testing.T) *desk {
	more := *d
	more.T, more.env = t, slices.Clone(d.env)
	return &more
}

// subtest is a subtest at the same desk, beside the others.
func (d *desk) subtest(name string, f func(d *desk)) {
	d.Run(name, func(t *testing.T) {
		t.Parallel()
		f(d.forTest(t))
	})
}

// withFreshState is the desk with a state directory of its own: no session is open.
func (d *desk) withFreshState() *desk { return d.with("XDG_STATE_HOME=" + d.TempDir()) }

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

func resultOf(state *os.ProcessState, stdout, stderr string) runResult {
	out := runResult{status: state.ExitCode(), stdout: stdout, stderr: stderr}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		out.signal = ws.Signal()
	}
	return out
}

// waitFor waits until something holds, a minute at most.
func (d *desk) waitFor(what string, holds func() bool) {
	d.Helper()
	d.waitWithin(time.Minute, what, holds)
}

func (d *desk) waitWithin(limit time.Duration, what string, holds func() bool) {
	d.Helper()
	if !eventually(limit, holds) {
		d.Fatalf("not within %s: %s", limit, what)
	}
}

func eventually(limit time.Duration, holds func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return holds()
}

// onLinux skips what looks into /proc.
func onLinux(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("this looks into /proc")
	}
}

// processEntry is one entry of /proc.
type processEntry struct {
	pid     int
	name    string
	argv    []string
	environ []string // of a Chromium's; empty for another user's
}

// listProcesses is every process there is. One that ends meanwhile is left out or
// shown in part.
func listProcesses() []processEntry {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	var out []processEntry
	for _, dir := range entries {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		argv, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || len(argv) == 0 { // gone, a zombie, or the kernel's
			continue
		}
		name, _ := os.ReadFile(filepath.Join(dir, "comm"))
		var environ []byte
		if bytes.HasPrefix(name, []byte("chrom")) || bytes.HasPrefix(name, []byte("Chrom")) {
			environ, _ = os.ReadFile(filepath.Join(dir, "environ"))
		}
		out = append(out, processEntry{pid, strings.TrimSpace(string(name)), splitNUL(argv), splitNUL(environ)})
	}
	return out
}

func splitNUL(text []byte) []string {
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == 0 })
}

// browserProcesses are the processes of the Chromium that this desk's stsx started:
// its profile is named in its arguments, its HOME is this desk's.
func (d *desk) browserProcesses() []processEntry { return d.browsersAmong(listProcesses()) }

func (d *desk) browsersAmong(all []processEntry) []processEntry {
	var out []processEntry
	for _, p := range all {
		if strings.HasPrefix(p.name, "stsx") || len(p.argv) > 0 && strings.Contains(p.argv[0], "stsx-tests-") {
			continue
		}
		ours := slices.Contains(p.environ, "HOME="+d.home)
		for _, arg := range p.argv {
			ours = ours || strings.Contains(arg, "--user-data-dir="+d.home)
		}
		if ours {
			out = append(out, p)
		}
	}
	return out
}

// wantNoBrowserOrLock fails the test if a Chromium of this desk lives on for more than a few
// seconds, or if a lock is still held.
func (d *desk) wantNoBrowserOrLock() {
	d.Helper()
	onLinux(d)
	if !eventually(10*time.Second, func() bool { return len(d.browserProcesses()) == 0 }) {
		d.Errorf("still there: %v", d.browserProcesses())
	}
	d.wantNoLock()
}

// wantNoLock fails the test if a lock of this desk is held.
func (d *desk) wantNoLock() {
	d.Helper()
	locks, _ := filepath.Glob(filepath.Join(d.home, ".local", "state", "stsx", "*", "*.lock"))
	for _, path := range locks {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			d.Fatal(err)
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			d.Errorf("%s: %v", path, err)
		}
		_ = f.Close()
	}
}
