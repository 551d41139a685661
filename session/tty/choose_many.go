package tty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"stsx/session"
)

// ChooseMany lets any number of options be ticked, one at least, and returns their
// indices in order. Space ticks, "a" ticks all, typing filters, Enter takes what is
// ticked, Escape clears the filter and then gives up. Errors as Choose.
func (t *Terminal) ChooseMany(ctx context.Context, q session.Question, options []session.GroupedOption) ([]int, error) {
	if len(options) == 0 {
		return nil, errors.New("choosing: there is nothing to choose from")
	}
	var picked []int
	err := t.withDialogue(ctx, q, func(ctx context.Context, d *dialogue) (err error) {
		if !d.canDrawPicker() {
			picked, err = d.askNumbers(ctx, q, options)
			return err
		}
		l := newTickList(strings.TrimRight(q.Prompt, ":? "), options)
		if err = d.runPicker(ctx, l); err == nil {
			picked = l.tickedOptions()
		}
		return err
	})
	return picked, err
}

// askNumbers asks for the numbers of options, on a terminal that can't move the cursor.
func (d *dialogue) askNumbers(ctx context.Context, q session.Question, options []session.GroupedOption) ([]int, error) {
	group, isTicked := "", false
	for i, o := range options {
		if o.Group != group {
			group = o.Group
			d.writeText(session.VisibleLine(group) + "\r\n")
		}
		mark := ""
		if o.Ticked {
			mark, isTicked = " (selected)", true
		}
		d.writeText(fmt.Sprintf("%4d  %s\r\n", i+1, session.VisibleLine(o.Text)+mark))
	}
	prompt := fmt.Sprintf("%s (numbers from 1 to %d, or all)", strings.TrimRight(q.Prompt, ":? "), len(options))
	if isTicked {
		prompt = strings.TrimSuffix(prompt, ")") + "; Enter: what is selected)"
	}
	for {
		line, err := d.readLine(ctx, prompt, false)
		if err != nil {
			return nil, err
		}
		if isTicked && line == "" {
			return tickedAtFirst(options), nil
		}
		if picked, ok := readNumbers(line, len(options)); ok {
			return picked, nil
		}
		d.writeText("such as 1 3, or all\r\n")
	}
}

func tickedAtFirst(options []session.GroupedOption) (picked []int) {
	for i, o := range options {
		if o.Ticked {
			picked = append(picked, i)
		}
	}
	return picked
}

// readNumbers reads "1 3", "1,3", "2-4" or "all" as indices of count options, in order
// and each once.
func readNumbers(line string, count int) (picked []int, ok bool) {
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
	if slices.Equal(words, []string{"all"}) {
		words = []string{"1-" + strconv.Itoa(count)}
	}
	for _, word := range words {
		from, to, isRange := strings.Cut(word, "-")
		if !isRange {
			to = from
		}
		first, errFirst := strconv.Atoi(from)
		last, errLast := strconv.Atoi(to)
		if errFirst != nil || errLast != nil || first < 1 || last > count || first > last {
			return nil, false
		}
		for n := first; n <= last; n++ {
			picked = append(picked, n-1)
		}
	}
	slices.Sort(picked)
	return slices.Compact(picked), len(picked) > 0
}
