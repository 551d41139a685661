package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// RunBeside runs argv and waits for it, and returns Ended with its exit code.
// Ctrl-C reaches the command through the console that both share; stsx itself
// lets it pass. Where stsx is ended, so is the command.
func RunBeside(ctx context.Context, path string, argv, environ []string) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer holdChildren()()
	command := exec.Cmd{Path: path, Args: argv, Env: environ, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return Ended{Status: exit.ExitCode()}
	}
	if err != nil {
		return err
	}
	return Ended{}
}
