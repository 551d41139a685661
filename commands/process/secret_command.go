package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"stsx/session"
)

// commandTimeout is how long a command of the configuration may take to print
// its line. Whoever has to unlock a password store needs some of it.
const commandTimeout = time.Minute

// commandEndDelay is how long a command may take to end once its line is there.
const commandEndDelay = time.Second

// SecretCommand runs the programs of the configuration that print a password or
// a code.
type SecretCommand struct {
	Environ []string      // for them, without stsx's secrets
	Stderr  io.Writer     // gets what they say there
	Timeout time.Duration // 0 = commandTimeout
}

// FirstLine runs argv and returns the first line it prints, as soon as it is
// there. Standard input is empty; the terminal is the command's while it runs.
// What it started is killed when ctx ends or the time is over; what it leaves
// behind after its line is not waited for.
func (c SecretCommand) FirstLine(ctx context.Context, argv []string) (session.Secret, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = commandTimeout
	}
	limited, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("it printed nothing within %s", session.ShortDuration(timeout)))
	defer cancel()
	line, err := c.readLine(limited, argv)
	switch {
	case ctx.Err() != nil:
		return session.Secret{}, context.Cause(ctx)
	case errors.Is(err, session.ErrInterrupted):
		return session.Secret{}, err
	case errors.Is(err, errStillRunning) && !line.IsZero():
		err = nil
	case limited.Err() != nil:
		err = context.Cause(limited)
	}
	if err != nil {
		return session.Secret{}, fmt.Errorf("%s: %w", session.OneLine(argv[0], session.QuoteLength), err)
	}
	return line, nil
}

// readLine starts the command and waits for its line, or for ctx.
func (c SecretCommand) readLine(ctx context.Context, argv []string) (session.Secret, error) {
	from, to, err := os.Pipe()
	if err != nil {
		return session.Secret{}, err
	}
	defer from.Close()
	command := exec.Command(argv[0], argv[1:]...)
	command.Env, command.Stdout, command.Stderr, command.WaitDelay = c.Environ, to, c.Stderr, commandEndDelay
	err = startInGroup(command)
	to.Close()
	if err != nil {
		return session.Secret{}, err
	}
	ended, read := make(chan error, 1), make(chan secretLine, 1)
	go session.ContainPanic(func() { ended <- waitInGroup(command) })()
	go session.ContainPanic(func() {
		line, err := ReadSecretLine(from)
		if err != nil {
			if errors.Is(err, errEmptyLine) {
				err = errors.New("it printed nothing in its first line")
			} else {
				err = fmt.Errorf("its first line can't be used: %w", err)
			}
		}
		read <- secretLine{line, err}
		_, _ = io.Copy(io.Discard, from) // what it says after that must not end it
	})()
	line, err := awaitLine(ctx, ended, read)
	if err != nil {
		killGroup(command)
	}
	return line, err
}

// secretLine is what was read of a command.
type secretLine struct {
	line session.Secret
	err  error
}

// awaitLine waits for the line and then, for a moment, for the command's end:
// whether it failed counts too. The error is errStillRunning when it goes on.
func awaitLine(ctx context.Context, ended <-chan error, read <-chan secretLine) (session.Secret, error) {
	var got secretLine
	select {
	case got = <-read:
		select {
		case err := <-ended:
			if err == nil {
				err = got.err
			}
			return got.line, err
		case <-time.After(commandEndDelay):
		case <-ctx.Done():
		}
	case err := <-ended:
		if err != nil {
			return session.Secret{}, err
		}
		// What it has left behind may hold its output open.
		select {
		case got = <-read:
			return got.line, got.err
		case <-time.After(commandEndDelay):
			return session.Secret{}, errors.New("it printed nothing")
		case <-ctx.Done():
		}
	case <-ctx.Done():
	}
	return got.line, cmp.Or(got.err, errStillRunning)
}

// errStillRunning: the command has not ended and is to be killed.
var errStillRunning = errors.New("it is still running")
