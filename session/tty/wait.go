package tty

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/clipperhouse/displaywidth"

	"stsx/session"
)

// Wait shows what a person has to do elsewhere, with the number they need there
// in the sentence and drawn large, the time that is left and a key for each option. Nothing of it
// stays on the screen. A terminal that can't move the cursor, or that nobody
// watches, is told once. Where nobody can be asked the message is all there is:
// a number is said even with Quiet, since nothing works without it.
func (t *Terminal) Wait(ctx context.Context, e session.Errand) (int, error) {
	picked := -1
	err := t.withDialogue(ctx, session.Question{What: e.Prompt}, func(ctx context.Context, d *dialogue) (err error) {
		picked, err = d.showErrand(ctx, e)
		return err
	})
	var nobody *session.InputError
	if !errors.As(err, &nobody) {
		return picked, err
	}
	text := e.Prompt
	if e.Number != "" {
		text += ": " + e.Number
	}
	if !t.options.Quiet || e.Number != "" {
		t.showMessage(text)
	}
	<-ctx.Done()
	return -1, ctx.Err()
}

// showErrand shows e until ctx ends or a key of one of the options is pressed.
func (d *dialogue) showErrand(ctx context.Context, e session.Errand) (int, error) {
	keys := optionKeys(e.Options)
	still := d.style.dumb || d.style.ci
	if still {
		for _, line := range d.style.errandLines(e, keys, "", 0, 0) {
			d.writeText(line + "\r\n")
		}
	} else {
		d.writeText("\x1b[?25l")
		defer d.writeText("\r\x1b[J\x1b[?25h")
	}
	for {
		look := time.Hour
		if !still {
			var left string
			left, look = timeLeft(e.Until, time.Now())
			width, height := sizeOf(d.out)
			lines := d.style.errandLines(e, keys, left, width, height)
			d.writeText("\r\x1b[J" + strings.Join(lines, "\r\n") + cursorUp(len(lines)-1) + "\r")
		}
		looking, cancel := context.WithTimeout(ctx, look)
		pressed, err := d.nextKey(looking)
		late := looking.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err != nil && !late:
			return -1, err
		case err != nil:
		case pressed.kind == interruptKey, pressed.kind == endOfInput:
			return -1, session.ErrInterrupted
		case pressed.kind == redrawScreen:
			d.resumeRaw()
		case pressed.kind == charKey:
			for i, key := range keys {
				if unicode.ToLower(pressed.char) == key {
					return i, nil
				}
			}
		}
	}
}

// cursorUp goes n lines up; a terminal takes 0 for 1.
func cursorUp(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", n)
}

// timeLeft is the time left as text, "" when it is not known, and how long
// that text holds.
func timeLeft(until, now time.Time) (left string, holds time.Duration) {
	if until.IsZero() {
		return "", time.Hour
	}
	rest := until.Sub(now)
	if rest <= 0 {
		return "0:00 left", time.Hour
	}
	seconds := (rest + time.Second - 1) / time.Second // 0:00 is when it is over
	return fmt.Sprintf("%d:%02d left", seconds/60, seconds%60), rest - (seconds-1)*time.Second
}

// optionKeys gives each option the first of its letters that none before it has,
// else a digit.
func optionKeys(options []string) []rune {
	keys := make([]rune, len(options))
	taken := map[rune]bool{}
	for i, o := range options {
		keys[i] = rune('1' + i)
		for _, r := range strings.ToLower(o) {
			if r >= 'a' && r <= 'z' && !taken[r] {
				keys[i] = r
				break
			}
		}
		taken[keys[i]] = true
	}
	return keys
}

// errandLines draws e: lines, none of which reaches the last column. A width of 0
// draws it for a terminal that shows lines as they come.
func (s terminalStyle) errandLines(e session.Errand, keys []rune, left string, width, height int) []string {
	fit := func(text string) string {
		if width > 0 {
			return s.cutText(text, width-1)
		}
		return text
	}
	prompt, number := session.VisibleLine(e.Prompt), session.VisibleLine(e.Number)
	var drawn []string
	switch large := s.largeDigits(number); {
	case number == "":
		drawn = append(drawn, fit(prompt))
	case width == 0:
		drawn = append(drawn, prompt+": "+number)
	case large == nil || height < len(large)+5 || width < 4+displaywidth.String(large[0]):
		drawn = append(drawn, fit(number+"  "+prompt)) // what must not be cut off stands first
	default:
		sentence := prompt + ": " + number // for who can't see what is drawn
		if displaywidth.String(sentence) >= width {
			sentence = fit(number + "  " + prompt)
		}
		drawn = append(drawn, sentence, "")
		for _, row := range large {
			drawn = append(drawn, s.boldText("  "+row))
		}
		drawn = append(drawn, "")
	}
	var footer []string
	if left != "" {
		footer = append(footer, left)
	}
	for i, o := range e.Options {
		footer = append(footer, fmt.Sprintf("%c: %s", keys[i], session.VisibleLine(o)))
	}
	footer = append(footer, "Ctrl-C: give up")
	text := strings.Join(footer, ", ")
	if width == 0 {
		return append(drawn, text)
	}
	return append(drawn, s.faintText(fit(text)))
}

// largeDigits is a short number in block digits, nil for anything else.
func (s terminalStyle) largeDigits(number string) []string {
	if number == "" || len(number) > 4 || strings.Trim(number, "0123456789") != "" {
		return nil
	}
	dot := "##"
	if s.unicode {
		dot = "██"
	}
	rows := make([]string, digitRows)
	for i, digit := range number {
		for row := range rows {
			if i > 0 {
				rows[row] += "   "
			}
			at := (int(digit-'0')*digitRows + row) * digitColumns
			for _, cell := range digitDots[at : at+digitColumns] {
				if cell == '#' {
					rows[row] += dot
				} else {
					rows[row] += "  "
				}
			}
		}
	}
	return rows
}

const (
	digitRows, digitColumns = 5, 3

	// digitDots are 0 to 9 on three by five dots each, row by row.
	digitDots = "####.##.##.####" + ".#.##..#..#.###" + "###..#####..###" + "###..####..####" + "#.##.####..#..#" +
		"####..###..####" + "####..####.####" + "###..#.#..#..#." + "####.#####.####" + "####.####..####"
)
