package tty_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"

	"stsx/session/tty"
)

// FuzzSay: no message moves a cursor, colours anything or makes a line that does
// not say whose it is.
func FuzzSay(f *testing.F) {
	for _, seed := range []string{"plain", "two\nlines", "\x1b[2J\x1b]0;title\a", "a\rb", "\u202egnp.exe", "\u200b\u00ad", "\xff\xfe",
		"\u2028next", "\U000e0041"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		var shown bytes.Buffer
		terminal := tty.New(tty.Options{Stderr: &shown, Open: func() (in, out *os.File, err error) { return nil, nil, errors.New("none") }})
		terminal.Say(message)
		if err := terminal.Close(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(shown.String()) {
			text, ended := strings.CutSuffix(line, "\n")
			if !ended || !strings.HasPrefix(text, "stsx: ") || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("%q is shown as %q", message, shown.String())
			}
		}
	})
}
