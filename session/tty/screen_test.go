//go:build unix

package tty

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"stsx/session"
)

// screen is as much of a terminal as this package uses. Anything else that
// arrives is noted in unknownSequences.
type screen struct {
	width, height    int
	rows             [][]rune
	x, y             int
	pending          string
	unknownSequences []string
	modes            map[string]bool // "?2004": set
	all              strings.Builder // every byte
}

func newScreen(width, height int) *screen {
	s := &screen{width: width, height: height, modes: map[string]bool{}}
	for range height {
		s.rows = append(s.rows, nil)
	}
	return s
}

func (s *screen) feed(data string) {
	s.all.WriteString(data)
	data = s.pending + data
	s.pending = ""
	for len(data) > 0 {
		if data[0] == 0x1b {
			n := 2
			for n < len(data) && (data[n] < '@' || data[n] > '~') {
				n++
			}
			if n >= len(data) {
				s.pending = data
				return
			}
			s.sequence(data[:n+1])
			data = data[n+1:]
			continue
		}
		if !utf8.FullRuneInString(data) {
			s.pending = data
			return
		}
		r, n := utf8.DecodeRuneInString(data)
		s.put(r)
		data = data[n:]
	}
}

func (s *screen) put(r rune) {
	switch {
	case r == '\r':
		s.x = 0
	case r == '\n':
		s.down()
	case r == '\b':
		s.x = max(0, s.x-1)
	case r < ' ' || session.IsHidden(r):
		s.unknownSequences = append(s.unknownSequences, strconv.QuoteRune(r))
	default:
		if s.x == s.width {
			s.x = 0
			s.down()
		}
		for len(s.rows[s.y]) <= s.x {
			s.rows[s.y] = append(s.rows[s.y], ' ')
		}
		s.rows[s.y][s.x] = r
		s.x++
	}
}

func (s *screen) down() {
	if s.y++; s.y == s.height {
		s.rows = append(s.rows[1:], nil)
		s.y--
	}
}

func (s *screen) sequence(text string) {
	if text[1] != '[' {
		s.unknownSequences = append(s.unknownSequences, strconv.Quote(text))
		return
	}
	n, err := strconv.Atoi(text[2 : len(text)-1])
	if err != nil {
		n = 1
	}
	switch text[len(text)-1] {
	case 'A':
		s.y = max(0, s.y-n)
	case 'B':
		s.y = min(s.height-1, s.y+n)
	case 'C':
		s.x = min(s.width-1, s.x+n)
	case 'D':
		s.x = max(0, s.x-n)
	case 'K':
		s.rows[s.y] = s.rows[s.y][:min(s.x, len(s.rows[s.y]))]
	case 'J':
		s.rows[s.y] = s.rows[s.y][:min(s.x, len(s.rows[s.y]))]
		for y := s.y + 1; y < s.height; y++ {
			s.rows[y] = nil
		}
	case 'm':
	case 'h', 'l':
		s.modes[text[2:len(text)-1]] = strings.HasSuffix(text, "h")
	default:
		s.unknownSequences = append(s.unknownSequences, strconv.Quote(text))
	}
}

// text is what can be read, without empty lines below.
func (s *screen) text() string {
	lines := make([]string, len(s.rows))
	for i, row := range s.rows {
		lines[i] = strings.TrimRight(string(row), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
