package browser

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// chromiumProcess is Chromium and its children.
type chromiumProcess struct {
	cmd  *exec.Cmd
	pipe *devtoolsPipe
	tail *stderrTail
	done chan struct{} // closed when the first process has been waited for
}

// startProcess runs Chromium with the pipe's two files inherited; how, is the system's matter (see attachPipe).
//
// Its temporary files go into its profile, and with it: killed, as ours always is, it left a directory in /tmp for each
// run. The profile is named as the working directory because Chromium refuses to start when the path of the socket it
// makes there is longer than some 100 bytes.
func startProcess(o Options, profileDir string, args []string) (*chromiumProcess, error) {
	fromUs, toChromium, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	fromChromium, fromThem, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, fromUs.Close(), toChromium.Close())
	}
	p := &chromiumProcess{pipe: newPipe(toChromium, fromChromium), tail: &stderrTail{also: o.Stderr}, done: make(chan struct{})}
	p.cmd = exec.Command(o.Path, args...)
	p.cmd.Env = append(childEnvironment(o.Environ), "TMPDIR=.")
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
	go func() {
		defer close(p.done)
		p.cmd.Wait() // how it ended says nothing that its stderr doesn't
	}()
	return p, nil
}

// kill ends Chromium with all its children, waits for them and closes the pipe.
func (p *chromiumProcess) kill() {
	killGroup(p.cmd.Process)
	<-p.done
	awaitGroup(p.cmd.Process, killTimeout)
	p.pipe.close()
}

// explainStart says why Chromium ended before it answered: its own telling line, and the cure where there is a known one.
func (p *chromiumProcess) explainStart(o Options) error {
	said := p.tail.String()
	for _, known := range []struct{ sign, cure string }{
		{"No usable sandbox", "install your distribution's own Chromium or Chrome package, whose sandbox the system allows, or switch the browser's sandbox off knowingly"},
		{"no usable sandbox", "install your distribution's own Chromium or Chrome package, whose sandbox the system allows, or switch the browser's sandbox off knowingly"},
		{"Running as root without --no-sandbox", "run as an ordinary user"},
		{"SUID sandbox helper", "install your distribution's own Chromium or Chrome package, whose sandbox the system allows, or switch the browser's sandbox off knowingly"},
		{"error while loading shared libraries", "install the missing library, or your distribution's Chromium package, which brings it"},
		{"Missing X server", "a visible browser needs a display: run it in a desktop session, or use the headless browser"},
		{"cannot open display", "a visible browser needs a display: run it in a desktop session, or use the headless browser"},
		{"chromium snap", "install Chromium: sudo snap install chromium, or Google Chrome"},
	} {
		for line := range strings.Lines(said) {
			if strings.Contains(line, known.sign) {
				return &StartError{Said: strings.TrimSpace(line), Cure: known.cure}
			}
		}
	}
	telling := ""
	for line := range strings.Lines(said) {
		if !strings.Contains(telling, ":FATAL:") || strings.Contains(line, ":FATAL:") { // what comes after it is the crash itself
			telling = strings.TrimSpace(line)
		}
	}
	return &StartError{Said: telling}
}

// StartError is a Chromium that ended before it answered. Said is the line of its stderr that tells why, Cure what to do;
// either may be empty.
type StartError struct{ Said, Cure string }

func (e *StartError) Error() string {
	text := "it ended at once"
	if e.Said != "" {
		text += ", saying: " + e.Said
	}
	if e.Cure != "" {
		text += " (" + e.Cure + ")"
	}
	return text
}

// stderrTail keeps the last few kilobytes written, for the error of a failed start.
type stderrTail struct {
	also io.Writer
	mu   sync.Mutex
	last []byte
}

const tailSize = 8 << 10

func (t *stderrTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	if len(t.last) > tailSize {
		t.last = append([]byte(nil), t.last[len(t.last)-tailSize:]...)
	}
	if t.also != nil {
		t.also.Write(p) // a reader that went away must not take Chromium with it
	}
	return len(p), nil
}

func (t *stderrTail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
