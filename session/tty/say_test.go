//go:build unix

package tty

import "testing"

// TestSayNarrow: on a narrow terminal no word of a message is broken.
func TestSayNarrow(t *testing.T) {
	d := sit(t, Options{}, 40, 10)
	d.terminal.Say("you are signed in, and your organisation lists no app for you")
	d.see("stsx: you are signed in, and your", "  organisation lists no app for you")
}
