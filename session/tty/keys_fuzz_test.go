package tty

import (
	"bytes"
	"testing"
	"unicode"
)

// FuzzKeys: whatever a terminal sends, Ctrl-C gets out at once, nothing that moves
// a cursor is a character, and what is pasted answers nothing.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"text\r", "é界🔑", "\xff\xc3\x28", "\x1b[A\x1bOB\x1b[3~", "\x1b]11;rgb:0/0/0\x1b\\", "\x1b", "\x1b[1;5",
		"a\x03b",
		"\u009b2J\u0085\u202e", "\r\n\n", pasteBegins + "line\nmore\r\n" + pasteEnds + "\r", pasteBegins + "\x1b[A\x03\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		d := &keyDecoder{}
		for i, b := range sent {
			key, ok := d.feedByte(b)
			switch {
			case (b == 3) != (ok && key.kind == interruptKey):
				t.Errorf("byte %d of %q is %v, %v", i, sent, key, ok)
			case ok && key.kind == charKey && unicode.IsControl(key.char):
				t.Errorf("byte %d of %q is the character %U", i, sent, key.char)
			}
		}
		sent = bytes.ReplaceAll(bytes.ReplaceAll(sent, []byte{3}, nil), []byte{0x1b}, nil)
		d = &keyDecoder{}
		for _, b := range []byte(pasteBegins + string(sent) + pasteEnds) {
			if key, ok := d.feedByte(b); ok && key.kind != charKey {
				t.Errorf("%q, pasted, is %v", sent, key)
			}
		}
	})
}
