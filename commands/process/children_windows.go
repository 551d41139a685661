package process

import (
	"os"
	"os/exec"
	"os/signal"
)

// ownSession does nothing: Ctrl-C reaches the children through the console.
func ownSession(*exec.Cmd) {}

func noFormat(error) bool { return false }

// sendSignal does nothing: Ctrl-C is the only signal, and the children have it.
func sendSignal(*exec.Cmd, os.Signal) {}

// watchSignals takes Ctrl-C until the returned function is called. Where stsx is
// ended meanwhile, so are the children.
func (c *runningChildren) watchSignals() (end func()) {
	letGo := holdChildren()
	received := make(chan os.Signal, 8)
	signal.Notify(received, os.Interrupt)
	stop := c.listenSignals(received, func(os.Signal) bool { return true })
	return func() { stop(); letGo() }
}

func endingOf(state *os.ProcessState) ChildEnding { return ChildEnding{Status: state.ExitCode()} }
