//go:build unix

// Command demo shows stsx at work on a machine that has neither an Okta org nor
// an AWS account: `make demo` runs it.
//
// It starts a simulated org (stsx/tests/okta, whose page is the real Sign-In
// Widget) and a simulated AWS (stsx/tests/aws) on 127.0.0.1, makes a throw-away
// home directory, and runs real commands there as a person would, showing each
// with its output. On a terminal it then leaves the person in a shell in the
// same place. However it ends, nothing of it stays.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "totp": // as the demo's shell finds it
		os.Exit(totpCommand())
	case "sts":
		os.Exit(stsCommand(os.Args[1:]))
	case browserName, "osascript": // macOS has its browser opened by a script
		os.Exit(browserCommand(os.Args[1:]))
	}
	stsx := flag.String("stsx", "./stsx", "the stsx to show")
	shell := flag.Bool("shell", true, "leave the person in a shell, where there is a terminal")
	record := flag.String("record", "", "write a picture (SVG) of a run to this file")
	flag.Parse()
	os.Exit(run(*stsx, *shell, *record))
}

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ by syscall.Signal }

func (i interrupted) Error() string { return "interrupted" }

func run(stsx string, shell bool, record string) int {
	ctx, stop := signalContext()
	defer stop()
	var err error
	if record != "" {
		err = drawPicture(ctx, stsx, record)
	} else {
		err = runDemo(ctx, stsx, shell)
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	var end interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &end):
		fmt.Fprintln(os.Stderr, "demo: interrupted")
		return 128 + int(end.by)
	}
	fmt.Fprintln(os.Stderr, "demo: failed:", err)
	return 1
}

// signalContext returns a context that a signal ends. Until stop, further ones do
// nothing: putting things away takes a moment and has its own deadlines. A pipe
// that nobody reads any more (make demo | head) is a signal as the others.
func signalContext() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 8)
	signal.Notify(received, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-received:
				number, _ := s.(syscall.Signal)
				cancel(interrupted{number})
			case <-done:
				return
			}
		}
	}()
	return ctx, func() { signal.Stop(received); close(done); cancel(nil) }
}

func runDemo(ctx context.Context, stsx string, shell bool) (err error) {
	w := &world{}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := w.open(ctx, stsx); err != nil {
		return err
	}
	t := newTerminal()
	s := &demoShow{world: w, terminal: t}
	if err := s.runSteps(ctx); err != nil {
		return err
	}
	if t.interactive && shell {
		return s.shell(ctx)
	}
	return nil
}
