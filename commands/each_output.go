package commands

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"stsx/commands/process"
	"stsx/session"
)

// outputSinks say where the output of profile i's command goes.
func (e *eachRun) outputSinks(o eachOptions) func(i int) process.OutputSink {
	if o.json {
		lines := &jsonLines{eachRun: e}
		return func(i int) process.OutputSink { return &jsonLine{of: lines, i: i} }
	}
	width := 0
	for _, p := range e.profiles {
		width = max(width, utf8.RuneCountInString(quotedName(p.Name)))
	}
	streams := process.NewStreams(e.Stdout, e.Stderr)
	sink := streams.Prefixed
	if o.group {
		sink = streams.Grouped
	}
	return func(i int) process.OutputSink {
		name := fmt.Sprintf("%-*s", width, quotedName(e.profiles[i].Name))
		return sink(e.lineAffix(name, i, e.StdoutIsTerminal), e.lineAffix(name, i, e.StderrIsTerminal))
	}
}

// lineAffix stands around a line of profile i's: its name, coloured on a terminal,
// where the line can't colour what comes after it either.
func (e *eachRun) lineAffix(name string, i int, terminal bool) process.LineAffix {
	if !terminal || e.Getenv("NO_COLOR") != "" || e.Getenv("TERM") == "dumb" || e.GOOS == "windows" {
		return process.LineAffix{Before: name + " | "}
	}
	colours := []int{36, 33, 32, 35, 34, 96, 93, 92, 95, 94} // none that means trouble
	return process.LineAffix{Before: "\x1b[" + strconv.Itoa(colours[i%len(colours)]) + "m" + name + " |\x1b[0m ", After: "\x1b[0m"}
}

// eachLine is a profile's line of JSON, but for what its command printed.
type eachLine struct {
	Profile  string  `json:"profile"`
	Account  string  `json:"account"`   // "" when the profile was not opened
	Role     string  `json:"role"`      // the same
	ExitCode *int    `json:"exit_code"` // stsx's own status when error is there; null when the command was not to be started
	Signal   *string `json:"signal"`
	Error    *string `json:"error"` // why the command did not start
	Duration float64 `json:"duration"`
}

// jsonLines is standard output, a whole line at a time.
type jsonLines struct {
	*eachRun
	mu   sync.Mutex
	done int
}

// jsonLine keeps what one command prints.
type jsonLine struct {
	of          *jsonLines
	i           int
	stdout, err process.OutputText
}

func (l *jsonLine) Stdout() io.Writer { return &l.stdout }
func (l *jsonLine) Stderr() io.Writer { return &l.err }

func (l *jsonLine) End(ending process.ChildEnding) error {
	err := l.of.writeLine(l.i, ending, &l.stdout, &l.err)
	return errors.Join(err, l.stdout.Close(), l.err.Close())
}

// writeLine writes a line, and never holds all of it in memory.
func (l *jsonLines) writeLine(i int, ending process.ChildEnding, stdout, stderr *process.OutputText) error {
	role := l.profileRole(i)
	line := eachLine{
		Profile:  l.profiles[i].Name,
		Account:  role.Account(),
		Role:     role.Name(),
		Duration: ending.Took.Round(time.Millisecond).Seconds(),
	}
	if !errors.Is(ending.Err, process.ErrNotRun) {
		code := l.exitStatus(ending)
		line.ExitCode = &code
	}
	if ending.Signal != "" {
		line.Signal = &ending.Signal
	}
	if ending.Err != nil {
		text := session.VisibleLine(l.startError(ending).Error())
		line.Error = &text
	}
	head, err := json.Marshal(line)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := io.WriteString(l.Stdout, strings.TrimSuffix(string(head), "}")); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		text *process.OutputText
	}{{"stdout", stdout}, {"stderr", stderr}} {
		if _, err := fmt.Fprintf(l.Stdout, ",%q:", part.name); err != nil {
			return err
		}
		if err := part.text.WriteJSON(l.Stdout); err != nil {
			return err
		}
		if part.text.IsUTF8() {
			continue
		}
		if _, err := fmt.Fprintf(l.Stdout, ",%q:", part.name+"_base64"); err != nil {
			return err
		}
		if err := part.text.WriteBase64(l.Stdout); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(l.Stdout, "}\n"); err != nil {
		return err
	}
	l.done++
	if !l.StdoutIsTerminal {
		l.drivers.Ask.Progress(fmt.Sprintf("%d of %d have ended", l.done, len(l.profiles)))
	}
	return nil
}
