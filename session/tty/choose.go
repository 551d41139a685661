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
	err := t.hold(ctx, q, func(ctx context.Context, d *dialogue) (err error) {
		width, height := sizeOf(d.out)
		if d.style.dumb || width < 20 || height < 4 {
			picked, err = d.number(ctx, q, options)
		} else {
			picked, err = d.pick(ctx, q, options)
		}
		return err
	})
	return picked, err
}

// pick runs the picker.
func (d *dialogue) pick(ctx context.Context, q session.Question, options []string) (int, error) {
	l := newList(strings.TrimRight(q.Prompt, ":? "), options)
	l.move(q.First)
	column := 0 // of the cursor, which is on the picker's first line
	for {
		width, height := sizeOf(d.out)
		lines, next := l.view(d.style, width, height)
		d.write("\x1b[?25l" + rewind(column, width) + strings.Join(lines, "\r\n") +
			fmt.Sprintf("\x1b[%dA\r\x1b[%dC\x1b[?25h", len(lines)-1, next))
		column = next

		pressed, err := d.next(ctx)
		switch {
		case err != nil:
		case pressed.kind == interrupt, pressed.kind == closed, pressed.kind == escape && len(l.filter) == 0:
			err = session.ErrInterrupted
		case pressed.kind == escape:
			l.press(key{kind: eraseLine})
		case pressed.kind == redraw:
			d.again()
		case pressed.kind == enter:
			if i, ok := l.picked(); ok {
				width, _ := sizeOf(d.out)
				d.write(rewind(column, width) + d.style.fold(l.title+": "+l.options[i], width-1) + "\r\n")
				return i, nil
			}
		default:
			l.press(pressed)
		}
		if err != nil {
			width, _ := sizeOf(d.out)
			d.write(rewind(column, width))
			return 0, err
		}
	}
}

// rewind goes from column of the picker's first line to where it begins and
// erases it all. A terminal that became narrower has wrapped the line.
func rewind(column, width int) string {
	up := ""
	if rows := column / width; rows > 0 {
		up = fmt.Sprintf("\x1b[%dA", rows)
	}
	return up + "\r\x1b[J"
}

// number asks for an option's number, on a terminal that can't move the cursor.
func (d *dialogue) number(ctx context.Context, q session.Question, options []string) (int, error) {
	for i, o := range options {
		d.write(fmt.Sprintf("%4d  %s\r\n", i+1, clean(o)))
	}
	for range patience {
		line, err := d.line(ctx, fmt.Sprintf("%s (1-%d)", strings.TrimRight(q.Prompt, ":? "), len(options)), false)
		if err != nil {
			return 0, err
		}
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
	}
	return 0, &unanswered{q}
}
