package process

import (
	"os"
	"os/exec"
	"os/signal"
)

// apart does nothing: Ctrl-C reaches the children through the console.
func apart(*exec.Cmd) {}

func noFormat(error) bool { return false }

// pass does nothing: Ctrl-C is the only signal, and the children have it.
func pass(*exec.Cmd, os.Signal) {}

func terminate(command *exec.Cmd) { kill(command) }
func kill(command *exec.Cmd)      { _ = command.Process.Kill() } // it may have ended

// watch takes Ctrl-C until the returned function is called.
func (c *crowd) watch() (end func()) {
	received := make(chan os.Signal, 8)
	signal.Notify(received, os.Interrupt)
	return c.listen(received, func(os.Signal) bool { return true })
}

func ending(state *os.ProcessState) Ending { return Ending{Status: state.ExitCode()} }
