package process

import (
	"bytes"
	"io"
	"sync"
	"unicode/utf8"
)

// longestLine is what a line may have, in bytes, before it is broken.
const longestLine = 64 << 10

// OutputStreams are where the lines of all children go.
type OutputStreams struct {
	mu       sync.Mutex
	out, err io.Writer
}

// NewStreams returns the OutputStreams that write to out and err, which may be one file.
func NewStreams(out, err io.Writer) *OutputStreams { return &OutputStreams{out: out, err: err} }

// writeLocked writes whole lines in one go.
func (s *OutputStreams) writeLocked(toErr bool, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writeUnlocked(toErr, text)
}

func (s *OutputStreams) writeUnlocked(toErr bool, text []byte) error {
	to := s.out
	if toErr {
		to = s.err
	}
	_, err := to.Write(text)
	return err
}

// Prefixed returns an OutputSink that passes on each line as it comes, after prefix
// and before suffix.
func (s *OutputStreams) Prefixed(out, err LineAffix) OutputSink {
	return &prefixedSink{&lineWriter{affix: out, emit: func(text []byte) error { return s.writeLocked(false, text) }},
		&lineWriter{affix: err, emit: func(text []byte) error { return s.writeLocked(true, text) }}}
}

// Grouped returns an OutputSink that does the same when the child has ended, so that
// its lines stay together.
func (s *OutputStreams) Grouped(out, err LineAffix) OutputSink {
	g := &groupedSink{streams: s}
	g.prefixedSink = prefixedSink{&lineWriter{affix: out, emit: func(text []byte) error { return g.keepText(false, text) }},
		&lineWriter{affix: err, emit: func(text []byte) error { return g.keepText(true, text) }}}
	return g
}

// LineAffix is what stands before and after the text of each line.
type LineAffix struct{ Before, After string }

// prefixedSink is an OutputSink of two lines.
type prefixedSink struct{ out, err *lineWriter }

func (p *prefixedSink) Stdout() io.Writer { return p.out }
func (p *prefixedSink) Stderr() io.Writer { return p.err }

func (p *prefixedSink) End(ChildEnding) error {
	err := p.out.endLine()
	if other := p.err.endLine(); err == nil {
		err = other
	}
	return err
}

// lineWriter makes whole lines of what is written to it.
type lineWriter struct {
	affix  LineAffix
	emit   func([]byte) error
	begun  []byte // a line that has no end yet
	whole  []byte // used again and again
	failed error
}

func (l *lineWriter) Write(p []byte) (int, error) {
	if l.failed != nil {
		return 0, l.failed
	}
	n := len(p)
	whole := l.whole[:0]
	for len(p) > 0 {
		text, rest, ended := bytes.Cut(p, []byte("\n"))
		if room := longestLine - len(l.begun); len(text) > room {
			at := room
			for at > 0 && room-at < utf8.UTFMax-1 && !utf8.RuneStart(p[at]) {
				at--
			}
			text, rest, ended = p[:at], p[at:], true
		}
		if ended {
			whole = l.appendLine(whole, text)
		} else {
			l.begun = append(l.begun, text...)
		}
		p = rest
	}
	l.whole = whole
	if len(whole) > 0 {
		l.failed = l.emit(whole)
	}
	if l.failed != nil {
		return 0, l.failed
	}
	return n, nil
}

// appendLine appends what was begun and rest as a line.
func (l *lineWriter) appendLine(to, rest []byte) []byte {
	to = append(to, l.affix.Before...)
	to = append(to, l.begun...)
	to = append(to, rest...)
	to = append(to, l.affix.After...)
	l.begun = l.begun[:0]
	return append(to, '\n')
}

// endLine passes on a last line that has no end.
func (l *lineWriter) endLine() error {
	if l.failed == nil && len(l.begun) > 0 {
		l.failed = l.emit(l.appendLine(nil, nil))
	}
	return l.failed
}
