//go:build unix

package main

import "testing"

func TestScreen(t *testing.T) {
	for _, c := range []struct{ name, printed, shows string }{
		{"lines", "one\r\ntwo\r\n\r\n", "one\ntwo\n"},
		{"carriage return", "spin\rspan", "span\n"},
		{"erased line", "waiting for it\r\x1b[Kdone\r\n", "done\n"},
		{"erased rest", "abc\b\b\x1b[0Kx\r\n", "ax\n"},
		{"up and over", "one\r\ntwo\r\x1b[1A\x1b[Jthree\r\n", "three\n"},
		{"wrap", "0123456789ABCDEFG\r\n", "0123456789ABCDE\nFG\n"},
		{"full line", "0123456789ABCDE\r\nab\r\n", "0123456789ABCDE\nab\n"},
		{"style", "\x1b[1mbold\x1b[0m \x1b[2;31mred\x1b[m", "bold red\n"},
		{"modes", "\x1b[?25lhidden\x1b[?25h cursor", "hidden cursor\n"},
		{"title", "\x1b]0;title\aé", "é\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(15)
			for _, b := range []byte(c.printed) { // a byte at a time: sequences come in pieces
				if _, err := s.Write([]byte{b}); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.text(); got != c.shows {
				t.Errorf("it shows\n%q, not\n%q", got, c.shows)
			}
		})
	}
}

func TestScreenRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, sequence := range []string{"\x1b[5;5H", "\x1bM", "\x0e", "\x1b[7m"} {
		if _, err := newScreen(10).Write([]byte(sequence)); err == nil {
			t.Errorf("%q was taken", sequence)
		}
	}
}
