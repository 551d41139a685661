package process

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"stsx/session"
)

// ErrNotRun: nothing of that child was started, since another had failed or a
// signal had come.
var ErrNotRun = errors.New("not started")

// StartError: the program could not be started.
type StartError struct{ Err error }

func (e *StartError) Error() string { return e.Err.Error() }
func (e *StartError) Unwrap() error { return e.Err }

// outputDelay is how long the output of a command is listened to that has ended
// while processes which it left behind hold it open.
const outputDelay = 10 * time.Second

// ManyRunner runs Argv.
type ManyRunner struct {
	Path     string // of the program
	Argv     []string
	Jobs     int  // how many at once
	FailFast bool // one that fails is the last to be started
	Now      func() time.Time
	// Environ is asked for child i's environment right before it is started.
	// With an error it is not.
	Environ func(ctx context.Context, i int) ([]string, error)
	// Open is asked for where child i's output goes, whether it is started or not.
	Open func(i int) OutputSink
}

// OutputSink takes what one child prints. Its writers are used by a goroutine each.
type OutputSink interface {
	Stdout() io.Writer
	Stderr() io.Writer
	// End is called once, when nothing more comes. Its error, or that of a
	// writer, ends the whole run.
	End(ChildEnding) error
}

// ChildEnding is how one child ended.
type ChildEnding struct {
	Err    error         // why it was not started
	Status int           // its exit status; 128+N when signal N ended it
	Signal string        // "SIGTERM"; "" when none ended it
	Took   time.Duration // 0 when it was not started
}

// OK reports whether the command ran and succeeded.
func (e ChildEnding) OK() bool { return e.Err == nil && e.Status == 0 }

// RunAll runs n children and returns when all have ended and their output is
// where it goes. The children have /dev/null for standard input and no
// terminal. The first SIGINT, SIGTERM or SIGHUP is passed on to them and to all
// that they started, and no further one is started; the second kills them. The
// error is the output's.
func (r ManyRunner) RunAll(ctx context.Context, n int) ([]ChildEnding, error) {
	c := &runningChildren{}
	defer c.watchSignals()()
	endings := make([]ChildEnding, n)
	slots := make(chan struct{}, max(1, r.Jobs))
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(session.ContainPanic(func() {
			defer func() { <-slots }()
			sink := r.Open(i)
			endings[i] = r.runChild(ctx, c, i, sink)
			if err := sink.End(endings[i]); err != nil {
				c.failOutput(err)
			}
			if r.FailFast && !endings[i].OK() {
				c.stopStarting()
			}
		}))
	}
	all.Wait()
	return endings, c.outputError()
}

func (r ManyRunner) runChild(ctx context.Context, c *runningChildren, i int, sink OutputSink) ChildEnding {
	if c.isStopping() || ctx.Err() != nil {
		return ChildEnding{Err: ErrNotRun}
	}
	environ, err := r.Environ(ctx, i)
	if err != nil {
		return ChildEnding{Err: err}
	}
	prepare := func(path string, argv []string) *exec.Cmd {
		command := &exec.Cmd{
			Path:      path,
			Args:      argv,
			Env:       environ,
			Stdout:    watchedWriter{sink.Stdout(), c},
			Stderr:    watchedWriter{sink.Stderr(), c},
			WaitDelay: outputDelay,
		}
		ownSession(command)
		return command
	}
	began := r.Now()
	command := prepare(r.Path, r.Argv)
	err = c.startChild(command)
	if noFormat(err) { // as a shell does with a script that names no interpreter
		command = prepare("/bin/sh", append([]string{"sh", r.Path}, r.Argv[1:]...))
		err = c.startChild(command)
	}
	if errors.Is(err, ErrNotRun) {
		return ChildEnding{Err: err}
	}
	if err != nil {
		return ChildEnding{Err: &StartError{err}}
	}
	err = command.Wait()
	c.removeChild(command)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		c.failOutput(err)
	}
	e := endingOf(command.ProcessState)
	e.Took = r.Now().Sub(began)
	return e
}

// watchedWriter ends the run as soon as a write fails: a command that takes no notice
// of a broken pipe would go on for nobody.
type watchedWriter struct {
	io.Writer
	children *runningChildren
}

func (w watchedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		w.children.failOutput(err)
	}
	return n, err
}

// runningChildren is the children that run.
type runningChildren struct {
	mu        sync.Mutex
	running   map[*exec.Cmd]bool
	stopping  bool // start no more
	signalled bool
	err       error
}

// startChild starts command unless all are being stopped.
func (c *runningChildren) startChild(command *exec.Cmd) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopping {
		return ErrNotRun
	}
	if err := command.Start(); err != nil {
		return err
	}
	if c.running == nil {
		c.running = map[*exec.Cmd]bool{}
	}
	c.running[command] = true
	return nil
}

func (c *runningChildren) removeChild(command *exec.Cmd) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, command)
}

func (c *runningChildren) stopStarting() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopping = true
}

func (c *runningChildren) isStopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopping
}

// failOutput notes that the output has nowhere to go, and ends the children.
func (c *runningChildren) failOutput(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		for command := range c.running {
			terminateGroup(command)
		}
	}
	c.stopping = true
}

func (c *runningChildren) outputError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// forwardSignal passes the first signal on; with the second the children are killed.
func (c *runningChildren) forwardSignal(s os.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for command := range c.running {
		if c.signalled {
			killGroup(command)
		} else {
			sendSignal(command, s)
		}
	}
	c.stopping, c.signalled = true, true
}
