package tty

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

const (
	spinnerInterval   = 100 * time.Millisecond // between two pictures of the spinner
	secondsShownAfter = 2 * time.Second        // before the seconds are counted
)

// progressLine is the line that says what is being waited for.
type progressLine struct {
	stop chan struct{}
	done chan struct{}
}

// Progress shows what is being waited for, with a spinner and, after two
// seconds, how long it has been, until the next method that shows something.
// "" takes it away. A terminal that shows lines one after the other gets one for
// each step. There is none with Quiet, in CI or without a terminal, and none is
// drawn while another program has the terminal.
func (t *Terminal) Progress(message string) {
	select {
	case <-t.turn:
	default:
		return // a question is on the screen
	}
	defer t.giveTurn()
	if message == "" || t.yielded.Load() || t.options.Quiet || t.style.ci {
		t.endProgress()
		t.step = ""
		return
	}
	in, out, err := t.openFiles()
	if err != nil {
		return
	}
	if t.style.dumb {
		t.writeStep(in, out, message)
		return
	}
	if t.progress != nil {
		t.progress.stopSpinner() // its line is drawn over
	}
	p := &progressLine{stop: make(chan struct{}), done: make(chan struct{})}
	t.progress = p
	go session.ContainPanic(func() { p.drawSpinner(in, out, t.style, session.VisibleLine(message)) })()
}

// writeStep writes a line of progress. One that differs from the last in nothing but
// its numbers is left out: it counts down, or up.
func (t *Terminal) writeStep(in, out *os.File, message string) {
	step := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, message)
	if step == t.step || !canDraw(in, out) {
		return
	}
	t.step = step
	out.WriteString("stsx: " + session.VisibleLine(message) + "\n") // nobody is left to tell if this fails
}

// endProgress takes the line away. When it returns nothing draws any more.
func (t *Terminal) endProgress() {
	if t.progress == nil {
		return
	}
	t.progress.stopSpinner()
	t.progress = nil
	if in, out, err := t.openFiles(); err == nil && canDraw(in, out) {
		out.WriteString("\r\x1b[K")
	}
}

func (p *progressLine) stopSpinner() {
	close(p.stop)
	<-p.done
}

// drawSpinner draws until it is stopped.
func (p *progressLine) drawSpinner(in, out *os.File, s terminalStyle, message string) {
	defer close(p.done)
	ticker := time.NewTicker(spinnerInterval)
	defer ticker.Stop()
	since := time.Now()
	for i := 0; ; i++ {
		if canDraw(in, out) {
			width, _ := sizeOf(out)
			if _, err := out.WriteString("\r" + s.progressText(message, i, time.Since(since), width) + "\x1b[K"); err != nil {
				return
			}
		}
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
	}
}

// progressText never reaches the last column, so that no terminal wraps it.
func (s terminalStyle) progressText(message string, i int, elapsed time.Duration, width int) string {
	spinner := []string{"|", "/", "-", `\`}
	if s.unicode {
		spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	}
	text := spinner[i%len(spinner)] + " "
	var tail string
	if elapsed >= secondsShownAfter {
		tail = fmt.Sprintf(" %ds", int(elapsed.Seconds()))
	}
	return s.cutText(text+s.cutText(message, width-1-displaywidth.String(text)-len(tail))+tail, width-1)
}
