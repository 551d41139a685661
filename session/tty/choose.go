package tty

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"stsx/session"
)

// Choose lets one of options be picked: typing filters at once, arrows move,
// Enter picks, Escape clears the filter and then gives up, Ctrl-C gives up. One
// line that says what was picked stays on the screen, nothing after giving up.
//
// The picker is our own rather than bubbletea's for what the library does
// besides: it asks the terminal questions (DECRQM, the kitty keyboard) whose
// late answers the command started next would read as typed, it swallows what
// is typed ahead, and it costs every start of stsx, whether it asks or not.
func (t *Terminal) Choose(ctx context.Context, q session.Question, options []string) (int, error) {
	if len(options) == 0 {
		return 0, errors.New("choosing: there is nothing to choose from")
	}
	var picked int
	err := t.withDialogue(ctx, q, func(ctx context.Context, d *dialogue) (err error) {
		if !d.canDrawPicker() {
			picked, err = d.askNumber(ctx, q, options)
			return err
		}
		l := newOptionList(strings.TrimRight(q.Prompt, ":? "), options)
		l.colors = q.Colors
		l.moveMark(q.First)
		if err = d.runPicker(ctx, l); err == nil {
			picked, _ = l.pickedOption()
		}
		return err
	})
	return picked, err
}

// canDrawPicker reports whether the terminal can move the cursor and has the room.
func (d *dialogue) canDrawPicker() bool {
	width, height := sizeOf(d.out)
	return !d.style.dumb && width >= 20 && height >= 4
}

// pickerList is a list that a person picks from.
type pickerList interface {
	// drawLines returns the lines, none of which reaches the last column, and the
	// column of the cursor, which belongs on the first line.
	drawLines(s terminalStyle, width, height int) (drawn []string, column int)
	// pressKey does what a key says, but for those that end the choice.
	pressKey(k keyPress)
	hasFilter() bool
	// chosenText is what Enter takes, as it stays on the screen; false: nothing yet.
	chosenText() (string, bool)
}

// runPicker shows l until Enter takes what is chosen. Errors: ErrNotChosen after
// Escape, ErrInterrupted, the context's.
func (d *dialogue) runPicker(ctx context.Context, l pickerList) error {
	column := 0 // of the cursor, which is on the picker's first line
	for {
		width, height := sizeOf(d.out)
		lines, next := l.drawLines(d.style, width, height)
		d.writeText("\x1b[?25l" + rewindPicker(column, width) + strings.Join(lines, "\r\n") +
			fmt.Sprintf("\x1b[%dA\r\x1b[%dC\x1b[?25h", len(lines)-1, next))
		column = next

		pressed, err := d.nextKey(ctx)
		switch {
		case err != nil:
		case pressed.kind == interruptKey, pressed.kind == endOfInput:
			err = session.ErrInterrupted
		case pressed.kind == escapeKey && !l.hasFilter():
			err = fmt.Errorf("%w: %w", session.ErrNotChosen, session.ErrInterrupted)
		case pressed.kind == escapeKey:
			l.pressKey(keyPress{kind: eraseLineKey})
		case pressed.kind == redrawScreen:
			d.resumeRaw()
		case pressed.kind == enterKey:
			if text, ok := l.chosenText(); ok {
				width, _ := sizeOf(d.out)
				d.writeText(rewindPicker(column, width) + d.style.foldText(text, width-1) + "\r\n")
				return nil
			}
			l.pressKey(pressed)
		default:
			l.pressKey(pressed)
		}
		if err != nil {
			width, _ := sizeOf(d.out)
			d.writeText(rewindPicker(column, width))
			return err
		}
	}
}

// rewindPicker goes from column of the picker's first line to where it begins and
// erases it all. A terminal that became narrower has wrapped the line.
func rewindPicker(column, width int) string {
	up := ""
	if rows := column / width; rows > 0 {
		up = fmt.Sprintf("\x1b[%dA", rows)
	}
	return up + "\r\x1b[J"
}

// askNumber asks for an option's number, on a terminal that can't move the cursor.
func (d *dialogue) askNumber(ctx context.Context, q session.Question, options []string) (int, error) {
	for i, o := range options {
		d.writeText(fmt.Sprintf("%4d  %s\r\n", i+1, session.VisibleLine(o)))
	}
	for range maxTries {
		line, err := d.readLine(ctx, fmt.Sprintf("%s (1-%d)", strings.TrimRight(q.Prompt, ":? "), len(options)), false)
		if err != nil {
			return 0, err
		}
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
	}
	return 0, &unansweredError{q}
}
