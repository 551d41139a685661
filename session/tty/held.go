package tty

import "os"

// HeldBecause says why a terminal that is there is not stsx's to use, as the end
// of a sentence. It is "" where stsx may ask, where there is no terminal, and
// where nothing is to be asked anyway. A question over the screen of an editor,
// a pager or an agent would not be seen, and what is typed would go to that program.
func (t *Terminal) HeldBecause() string {
	if t.options.NoInput || t.yielded.Load() {
		return ""
	}
	if _, _, err := t.openFiles(); err != nil {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.in == nil, t.abort != nil: // closed meanwhile; a question of our own
		return ""
	case !inForeground(t.out):
		return "stsx is in the background of this terminal"
	case !isLineByLine(t.in), !t.style.dumb && !echoesKeys(t.in): // Emacs's shells never echo
		return "another program is using this terminal"
	}
	return ""
}

// canDraw reports whether what moves the cursor may be written.
func canDraw(in, out *os.File) bool { return inForeground(out) && isLineByLine(in) }
