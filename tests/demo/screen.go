//go:build unix

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// screen is a terminal without a bottom, which keeps every line. It knows the
// control sequences that stsx and the demo use. Anything else is an error: a
// picture that may be wrong is not made.
type screen struct {
	width    int
	lines    [][]cell
	row, col int
	style    style
	rest     []byte // the beginning of a sequence that is not complete yet
}

type cell struct {
	char rune
	style
}

type style struct {
	bold, dim bool
	colour    int // as in ESC [ 3x m and 9x m; 0 is the terminal's own
}

func newScreen(width int) *screen { return &screen{width: width, lines: [][]cell{nil}} }

// Write implements io.Writer.
func (s *screen) Write(p []byte) (int, error) {
	s.rest = append(s.rest, p...)
	for len(s.rest) > 0 {
		n, err := s.readSequence(s.rest)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		s.rest = slices.Clone(s.rest[n:])
	}
	return len(p), nil
}

// readSequence does what the beginning of p says, and returns how much that is; 0 is
// too little.
func (s *screen) readSequence(p []byte) (int, error) {
	switch c := p[0]; {
	case c == '\x1b':
		return s.escapeSequence(p)
	case c == '\r':
		s.col = 0
	case c == '\n':
		s.moveDown(1)
	case c == '\b':
		s.col = max(0, s.col-1)
	case c == '\t':
		s.col = min(s.width-1, (s.col/8+1)*8)
	case c == '\a':
	case c < ' ' || c == 0x7f:
		return 0, fmt.Errorf("the picture cannot show the control character %q", c)
	default:
		if !utf8.FullRune(p) {
			return 0, nil
		}
		char, n := utf8.DecodeRune(p)
		s.putRune(char)
		return n, nil
	}
	return 1, nil
}

func (s *screen) putRune(char rune) {
	if s.col == s.width {
		s.col = 0
		s.moveDown(1)
	}
	s.padLine(s.col)
	s.lines[s.row][s.col] = cell{char, s.style}
	s.col++
}

func (s *screen) moveDown(n int) {
	s.row += n
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, nil)
	}
}

// padLine makes the line long enough to have the column.
func (s *screen) padLine(col int) {
	for len(s.lines[s.row]) <= col {
		s.lines[s.row] = append(s.lines[s.row], cell{char: ' '})
	}
}

func (s *screen) escapeSequence(p []byte) (int, error) {
	switch {
	case len(p) < 2:
		return 0, nil
	case p[1] == ']': // the window's title and the like
		end := bytes.IndexByte(p, '\a')
		return end + 1, nil
	case p[1] != '[':
		return 0, fmt.Errorf("the picture cannot show the sequence %q", p[:2])
	}
	end := bytes.IndexFunc(p[2:], func(r rune) bool { return r >= '@' && r <= '~' })
	if end < 0 {
		return 0, nil
	}
	end += 2
	if err := s.controlSequence(string(p[2:end]), p[end]); err != nil {
		return 0, fmt.Errorf("%w: %q", err, p[:end+1])
	}
	return end + 1, nil
}

// controlSequence does ESC [ parameters final.
func (s *screen) controlSequence(parameters string, final byte) error {
	if strings.HasPrefix(parameters, "?") && (final == 'h' || final == 'l') {
		return nil // the cursor, pasting: nothing to see in a picture
	}
	n, err := strconv.Atoi(parameters)
	if parameters == "" {
		n, err = 0, nil
	}
	switch {
	case final == 'm':
		return s.setStyle(parameters)
	case err != nil:
	case final == 'K' && n == 0:
		s.lines[s.row] = s.lines[s.row][:min(s.col, len(s.lines[s.row]))]
		return nil
	case final == 'K' && n == 2:
		s.lines[s.row] = nil
		return nil
	case final == 'J' && n == 0:
		s.lines[s.row] = s.lines[s.row][:min(s.col, len(s.lines[s.row]))]
		s.lines = s.lines[:s.row+1]
		return nil
	case final == 'A':
		s.row = max(0, s.row-max(1, n))
		return nil
	case final == 'G':
		s.col = max(1, n) - 1
		return nil
	}
	return fmt.Errorf("the picture cannot show the sequence")
}

func (s *screen) setStyle(parameters string) error {
	for word := range strings.SplitSeq(parameters, ";") {
		n, err := strconv.Atoi(word)
		switch {
		case word == "" || err == nil && n == 0:
			s.style = style{}
		case err != nil:
			return err
		case n == 1:
			s.style.bold = true
		case n == 2:
			s.style.dim = true
		case n == 22:
			s.style.bold, s.style.dim = false, false
		case n >= 30 && n <= 37 || n >= 90 && n <= 97:
			s.style.colour = n
		case n == 39:
			s.style.colour = 0
		default:
			return fmt.Errorf("the picture cannot show the style")
		}
	}
	return nil
}

// trimmedLines are the lines without the blanks at their ends and the empty ones at
// the end of all.
func (s *screen) trimmedLines() [][]cell {
	lines := slices.Clone(s.lines)
	for i, line := range lines {
		for len(line) > 0 && line[len(line)-1].char == ' ' {
			line = line[:len(line)-1]
		}
		lines[i] = line
	}
	for len(lines) > 0 && len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func (s *screen) text() string {
	var b strings.Builder
	for _, line := range s.trimmedLines() {
		for _, c := range line {
			b.WriteRune(c.char)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
