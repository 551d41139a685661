package tty

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// keyKind is what a key does.
type keyKind int

const (
	noKey keyKind = iota // a key without meaning here
	charKey
	enterKey
	escapeKey
	interruptKey // Ctrl-C
	endOfInput   // Ctrl-D
	upKey
	downKey
	leftKey
	rightKey
	homeKey
	endKey
	pageUpKey
	pageDownKey
	backspaceKey
	deleteKey // Delete
	eraseWordKey
	eraseLineKey
	redrawScreen // no key: the screen has to be drawn again
)

type keyPress struct {
	kind keyKind
	char rune // of a char
}

// The marks that a terminal in bracketed paste mode puts around what is pasted.
const (
	pasteBegins = "\x1b[200~"
	pasteEnds   = "\x1b[201~"
)

// keyDecoder turns the bytes a terminal sends into keys.
//
// Text that is pasted between marks answers nothing by itself: only the Enter
// key does. So a newline at its end does no harm, and after one in its middle
// the rest is dropped. Ctrl-C is Ctrl-C wherever it comes, in the middle of a
// sequence or of a paste too: it must always get out.
type keyDecoder struct {
	pending []byte // of a sequence or a character
	pasting bool
	pasted  bool // a character has come in this paste
	full    bool // a newline has come after it
	return_ bool // the last byte was a carriage return: a line feed belongs to it
}

// feedByte takes one byte and returns the key it completes.
func (d *keyDecoder) feedByte(b byte) (keyPress, bool) {
	if b == 3 {
		*d = keyDecoder{}
		return keyPress{kind: interruptKey}, true
	}
	feeds := b == '\n' && d.return_
	d.return_ = b == '\r' && len(d.pending) == 0
	if feeds {
		return keyPress{}, false
	}
	if b == 0x1b && len(d.pending) > 0 && !isStringSequence(d.pending) {
		was := d.flushPending()
		d.pending = []byte{b}
		return was, was.kind != noKey
	}
	d.pending = append(d.pending, b)
	k, complete := d.readPending()
	if !complete {
		return keyPress{}, false
	}
	d.pending = d.pending[:0]
	return k, k.kind != noKey
}

// isPartial reports whether an escape sequence, or the Escape key alone, has
// begun: only time can tell which.
func (d *keyDecoder) isPartial() bool { return len(d.pending) > 0 && d.pending[0] == 0x1b }

// flushPending is called when nothing has come for a while.
func (d *keyDecoder) flushPending() keyPress {
	alone := len(d.pending) == 1 && d.pending[0] == 0x1b && !d.pasting
	d.pending = d.pending[:0]
	if alone {
		return keyPress{kind: escapeKey}
	}
	return keyPress{}
}

// readPending decodes pending.
func (d *keyDecoder) readPending() (k keyPress, complete bool) {
	switch p := d.pending; {
	case p[0] == 0x1b:
		if !wholeSequence(p) {
			return keyPress{}, false
		}
		return d.readSequence(string(p)), true
	case d.pasting:
		return d.readPaste()
	case p[0] < ' ' || p[0] == 0x7f:
		return controlKey(p[0]), true
	default:
		return d.readCharacter()
	}
}

func (d *keyDecoder) readCharacter() (k keyPress, complete bool) {
	if !utf8.FullRune(d.pending) {
		return keyPress{}, false
	}
	r, n := utf8.DecodeRune(d.pending)
	if r == utf8.RuneError && n == 1 || unicode.IsControl(r) { // U+009B begins a sequence as Escape does
		return keyPress{}, true
	}
	return keyPress{charKey, r}, true
}

func (d *keyDecoder) readPaste() (k keyPress, complete bool) {
	switch b := d.pending[0]; {
	case b == '\r' || b == '\n':
		d.full = d.pasted
		return keyPress{}, true
	case b < ' ' || b == 0x7f:
		return keyPress{}, true
	}
	k, complete = d.readCharacter()
	if d.full {
		return keyPress{}, complete
	}
	d.pasted = d.pasted || k.kind == charKey
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
	case isStringSequence(p): // a terminal's late answer to somebody's question
		return p[len(p)-1] == 7 || bytes.HasSuffix(p, []byte("\x1b\\"))
	default: // Alt and a key
		return utf8.FullRune(p[1:])
	}
}

// isStringSequence reports whether p begins an OSC, DCS, APC, PM or SOS string.
func isStringSequence(p []byte) bool {
	return len(p) > 1 && bytes.IndexByte([]byte("]P_^X"), p[1]) >= 0
}

func (d *keyDecoder) readSequence(text string) keyPress {
	switch text {
	case pasteBegins:
		d.pasting, d.pasted, d.full = true, false, false
		return keyPress{}
	case pasteEnds:
		d.pasting = false
		return keyPress{}
	}
	if d.pasting {
		return keyPress{}
	}
	switch text {
	case "\x1b[A", "\x1bOA":
		return keyPress{kind: upKey}
	case "\x1b[B", "\x1bOB":
		return keyPress{kind: downKey}
	case "\x1b[C", "\x1bOC":
		return keyPress{kind: rightKey}
	case "\x1b[D", "\x1bOD":
		return keyPress{kind: leftKey}
	case "\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~":
		return keyPress{kind: homeKey}
	case "\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~":
		return keyPress{kind: endKey}
	case "\x1b[5~":
		return keyPress{kind: pageUpKey}
	case "\x1b[6~":
		return keyPress{kind: pageDownKey}
	case "\x1b[3~":
		return keyPress{kind: deleteKey}
	case "\x1bOM": // Enter of the keypad
		return keyPress{kind: enterKey}
	}
	return keyPress{}
}

func controlKey(b byte) keyPress {
	switch b {
	case '\r', '\n':
		return keyPress{kind: enterKey}
	case 1:
		return keyPress{kind: homeKey}
	case 2:
		return keyPress{kind: leftKey}
	case 4:
		return keyPress{kind: endOfInput}
	case 5:
		return keyPress{kind: endKey}
	case 6:
		return keyPress{kind: rightKey}
	case 8, 0x7f:
		return keyPress{kind: backspaceKey}
	case 14, '\t':
		return keyPress{kind: downKey}
	case 16:
		return keyPress{kind: upKey}
	case 21:
		return keyPress{kind: eraseLineKey}
	case 23:
		return keyPress{kind: eraseWordKey}
	}
	return keyPress{}
}
