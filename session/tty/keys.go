package tty

import (
	"bytes"
	"unicode/utf8"
)

// kind is what a key does.
type kind int

const (
	nothing kind = iota // a key without meaning here
	char
	enter
	escape
	interrupt // Ctrl-C
	closed    // Ctrl-D
	up
	down
	left
	right
	home
	end
	pageUp
	pageDown
	backspace
	forward // Delete
	eraseWord
	eraseLine
	redraw // no key: the screen has to be drawn again
)

type key struct {
	kind kind
	char rune // of a char
}

// The marks that a terminal in bracketed paste mode puts around what is pasted.
const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
)

// decoder turns the bytes a terminal sends into keys.
//
// Text that is pasted between marks answers nothing by itself: only the Enter
// key does. So a newline at its end does no harm, and after one in its middle
// the rest is dropped. Ctrl-C is Ctrl-C wherever it comes, in the middle of a
// sequence or of a paste too: it must always get out.
type decoder struct {
	pending []byte // of a sequence or a character
	pasting bool
	pasted  bool // a character has come in this paste
	full    bool // a newline has come after it
	return_ bool // the last byte was a carriage return: a line feed belongs to it
}

// feed takes one byte and returns the key it completes.
func (d *decoder) feed(b byte) (key, bool) {
	if b == 3 {
		*d = decoder{}
		return key{kind: interrupt}, true
	}
	feeds := b == '\n' && d.return_
	d.return_ = b == '\r' && len(d.pending) == 0
	if feeds {
		return key{}, false
	}
	if b == 0x1b && len(d.pending) > 0 && !isString(d.pending) {
		was := d.flush()
		d.pending = []byte{b}
		return was, was.kind != nothing
	}
	d.pending = append(d.pending, b)
	k, complete := d.read()
	if !complete {
		return key{}, false
	}
	d.pending = d.pending[:0]
	return k, k.kind != nothing
}

// partial reports whether an escape sequence, or the Escape key alone, has
// begun: only time can tell which.
func (d *decoder) partial() bool { return len(d.pending) > 0 && d.pending[0] == 0x1b }

// flush is called when nothing has come for a while.
func (d *decoder) flush() key {
	alone := len(d.pending) == 1 && d.pending[0] == 0x1b && !d.pasting
	d.pending = d.pending[:0]
	if alone {
		return key{kind: escape}
	}
	return key{}
}

// read decodes pending.
func (d *decoder) read() (k key, complete bool) {
	switch p := d.pending; {
	case p[0] == 0x1b:
		if !wholeSequence(p) {
			return key{}, false
		}
		return d.sequence(string(p)), true
	case d.pasting:
		return d.paste()
	case p[0] < ' ' || p[0] == 0x7f:
		return control(p[0]), true
	default:
		return d.character()
	}
}

func (d *decoder) character() (k key, complete bool) {
	if !utf8.FullRune(d.pending) {
		return key{}, false
	}
	r, n := utf8.DecodeRune(d.pending)
	if r == utf8.RuneError && n == 1 {
		return key{}, true
	}
	return key{char, r}, true
}

func (d *decoder) paste() (k key, complete bool) {
	switch b := d.pending[0]; {
	case b == '\r' || b == '\n':
		d.full = d.pasted
		return key{}, true
	case b < ' ' || b == 0x7f:
		return key{}, true
	}
	k, complete = d.character()
	if d.full {
		return key{}, complete
	}
	d.pasted = d.pasted || k.kind == char
	return k, complete
}

// wholeSequence reports whether p, which begins with Escape, is complete.
func wholeSequence(p []byte) bool {
	switch {
	case len(p) == 1:
		return false
	case p[1] == '[': // CSI: parameters, then a letter
		return len(p) > 2 && p[len(p)-1] >= '@' && p[len(p)-1] <= '~'
	case p[1] == 'O': // SS3: one letter
		return len(p) == 3
	case isString(p): // a terminal's late answer to somebody's question
		return p[len(p)-1] == 7 || bytes.HasSuffix(p, []byte("\x1b\\"))
	default: // Alt and a key
		return utf8.FullRune(p[1:])
	}
}

// isString reports whether p begins an OSC, DCS, APC, PM or SOS string.
func isString(p []byte) bool {
	return len(p) > 1 && bytes.IndexByte([]byte("]P_^X"), p[1]) >= 0
}

func (d *decoder) sequence(text string) key {
	switch text {
	case pasteBegins:
		d.pasting, d.pasted, d.full = true, false, false
		return key{}
	case pasteEnds:
		d.pasting = false
		return key{}
	}
	if d.pasting {
		return key{}
	}
	switch text {
	case "\x1b[A", "\x1bOA":
		return key{kind: up}
	case "\x1b[B", "\x1bOB":
		return key{kind: down}
	case "\x1b[C", "\x1bOC":
		return key{kind: right}
	case "\x1b[D", "\x1bOD":
		return key{kind: left}
	case "\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~":
		return key{kind: home}
	case "\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~":
		return key{kind: end}
	case "\x1b[5~":
		return key{kind: pageUp}
	case "\x1b[6~":
		return key{kind: pageDown}
	case "\x1b[3~":
		return key{kind: forward}
	case "\x1bOM": // Enter of the keypad
		return key{kind: enter}
	}
	return key{}
}

func control(b byte) key {
	switch b {
	case '\r', '\n':
		return key{kind: enter}
	case 1:
		return key{kind: home}
	case 2:
		return key{kind: left}
	case 4:
		return key{kind: closed}
	case 5:
		return key{kind: end}
	case 6:
		return key{kind: right}
	case 8, 0x7f:
		return key{kind: backspace}
	case 14, '\t':
		return key{kind: down}
	case 16:
		return key{kind: up}
	case 21:
		return key{kind: eraseLine}
	case 23:
		return key{kind: eraseWord}
	}
	return key{}
}
