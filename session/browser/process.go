package browser

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"stsx/session"
)

// chromiumProcess is Chromium and its children.
type chromiumProcess struct {
	cmd  *exec.Cmd
	pipe *devtoolsPipe
	tail *stderrTail
	done chan struct{} // closed when the first process has been waited for
}

// startProcess runs Chromium with the pipe's two files inherited; how that is done differs by system (see attachPipe).
//
// Its temporary files go into its profile, and with it: killed, as ours always is, it left a directory in /tmp for each
// run. See childEnvironment.
func startProcess(o Options, profileDir string, args []string) (*chromiumProcess, error) {
	fromUs, toChromium, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromChromium, fromThem, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, fromUs.Close(), toChromium.Close())
	}
	p := &chromiumProcess{pipe: newPipe(toChromium, fromChromium), done: make(chan struct{})}
	p.tail = &stderrTail{also: o.Stderr, forbidden: func() { killGroup(p.cmd.Process) }}
	p.cmd = exec.Command(o.Path, args...)
	p.cmd.Env = childEnvironment(o.Environ, profileDir)
	p.cmd.Dir = profileDir
	p.cmd.Stderr = p.tail
	p.cmd.WaitDelay = time.Second // a grandchild that keeps stderr open must not keep us waiting
	err = attachPipe(p.cmd, fromUs, fromThem)
	if err == nil {
		err = p.cmd.Start()
	}
	fromUs.Close()
	fromThem.Close()
	if err != nil {
		p.pipe.close()
		return nil, err
	}
	forbidCore(p.cmd.Process)
	go session.ContainPanic(func() {
		defer close(p.done)
		_ = p.cmd.Wait() // how it ended says nothing that its stderr doesn't
	})()
	return p, nil
}

// kill ends Chromium with all its children, waits for them and closes the pipe.
func (p *chromiumProcess) kill() {
	killGroup(p.cmd.Process)
	<-p.done
	awaitGroup(p.cmd.Process, killTimeout)
	p.pipe.close()
}

// stderrTail keeps the last of what was written, for the error of a failed start.
type stderrTail struct {
	also      io.Writer
	forbidden func() // called when a policy forbids to go on: in a window the browser would stay, and never answer
	mu        sync.Mutex
	last      []byte
}

// tailSize has room for the stack that Chromium prints after its last words.
const tailSize = 64 << 10

func (t *stderrTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if len(t.last) > tailSize {
		t.last = append([]byte(nil), t.last[len(t.last)-tailSize:]...)
	}
	if PolicyIn(string(t.last)) != nil {
		t.forbidden()
	}
	if t.also != nil {
		_, _ = t.also.Write(p) // a reader that went away must not take Chromium with it
	}
	return len(p), nil
}

func (t *stderrTail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
