package process

import (
	"bytes"
	"io"
	"sync"
	"unicode/utf8"
)

// longestLine is what a line may have, in bytes, before it is broken.
const longestLine = 64 << 10

// Streams are where the lines of all children go.
type Streams struct {
	mu       sync.Mutex
	out, err io.Writer
}

// NewStreams returns the Streams that write to out and err, which may be one file.
func NewStreams(out, err io.Writer) *Streams { return &Streams{out: out, err: err} }

// emit writes whole lines in one go.
func (s *Streams) emit(toErr bool, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(toErr, text)
}

func (s *Streams) write(toErr bool, text []byte) error {
	to := s.out
	if toErr {
		to = s.err
	}
	_, err := to.Write(text)
	return err
}

// Prefixed returns a Sink that passes on each line as it comes, after prefix
// and before suffix.
func (s *Streams) Prefixed(out, err Affix) Sink {
	return &prefixed{&lines{affix: out, emit: func(text []byte) error { return s.emit(false, text) }},
		&lines{affix: err, emit: func(text []byte) error { return s.emit(true, text) }}}
}

// Grouped returns a Sink that does the same when the child has ended, so that
// its lines stay together.
func (s *Streams) Grouped(out, err Affix) Sink {
	g := &grouped{streams: s}
	g.prefixed = prefixed{&lines{affix: out, emit: func(text []byte) error { return g.keep(false, text) }},
		&lines{affix: err, emit: func(text []byte) error { return g.keep(true, text) }}}
	return g
}

// Affix is what stands before and after the text of each line.
type Affix struct{ Before, After string }

// prefixed is a Sink of two lines.
type prefixed struct{ out, err *lines }

func (p *prefixed) Stdout() io.Writer { return p.out }
func (p *prefixed) Stderr() io.Writer { return p.err }

func (p *prefixed) End(Ending) error {
	err := p.out.end()
	if other := p.err.end(); err == nil {
		err = other
	}
	return err
}

// lines makes whole lines of what is written to it.
type lines struct {
	affix  Affix
	emit   func([]byte) error
	begun  []byte // a line that has no end yet
	whole  []byte // used again and again
	failed error
}

func (l *lines) Write(p []byte) (int, error) {
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
			whole = l.line(whole, text)
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

// line appends what was begun and rest as a line.
func (l *lines) line(to, rest []byte) []byte {
	to = append(to, l.affix.Before...)
	to = append(to, l.begun...)
	to = append(to, rest...)
	to = append(to, l.affix.After...)
	l.begun = l.begun[:0]
	return append(to, '\n')
}

// end passes on a last line that has no end.
func (l *lines) end() error {
	if l.failed == nil && len(l.begun) > 0 {
		l.failed = l.emit(l.line(nil, nil))
	}
	return l.failed
}
