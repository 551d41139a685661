package process

import (
	"errors"
	"os/exec"
)

// startInGroup starts command: Ctrl-C reaches it through the console.
func startInGroup(command *exec.Cmd) error { return command.Start() }

// waitInGroup waits for a command that startInGroup has started.
func waitInGroup(command *exec.Cmd) error {
	err := command.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	return err
}

func terminateGroup(command *exec.Cmd) { killGroup(command) }
func killGroup(command *exec.Cmd)      { _ = command.Process.Kill() } // it may have ended
