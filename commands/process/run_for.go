package process

import (
	"errors"
	"os/exec"
	"time"

	"stsx/session"
)

// errTimeout: the program took too long and was killed, with all it started.
var errTimeout = errors.New("it did not end in time")

// runFor runs a program that needs no terminal for at most that long.
func runFor(command *exec.Cmd, longest time.Duration) error {
	command.WaitDelay = commandEndDelay
	ownSession(command)
	if err := command.Start(); err != nil {
		return err
	}
	over := time.AfterFunc(longest, session.ContainPanic(func() { killGroup(command) }))
	err := command.Wait()
	if !over.Stop() {
		return errTimeout
	}
	return err
}
