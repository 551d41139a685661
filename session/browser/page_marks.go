package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"stsx/session"
	"stsx/session/page"
)

// Await returns the index of the first mark, in the order given, that has a visible, enabled, fresh element standing
// still. Fresh means: not what the last press answered, unless the page has emptied or replaced it since (see AwaitAgain).
//
// It survives navigations. Without marks it waits for its ends alone. It ends early with -1 when the SAML post was captured,
// a *NetworkError when the page could not be loaded, ErrCrashed or ErrDied; otherwise with ctx.
func (t *Tab) Await(ctx context.Context, marks ...string) (int, error) {
	if marks == nil {
		marks = []string{}
	}
	waiting, release := withEither(ctx, t.over)
	defer release()
	for {
		if err := t.waitError(); err != nil {
			return -1, unlessPosted(err)
		}
		i := -1
		err := t.askScript(waiting, &i, "wait", marks, waitSlice.Milliseconds())
		switch {
		case ctx.Err() != nil:
			return -1, timeoutError(ctx, "the page")
		case t.over.Err() != nil:
			return -1, unlessPosted(context.Cause(t.over))
		case err != nil:
			return -1, fmt.Errorf("waiting for the page: %w", err)
		case i >= 0:
			return i, nil
		}
	}
}

// unlessPosted is err, but nil for the SAML post, which is the good end.
func unlessPosted(err error) error {
	if errors.Is(err, page.ErrPosted) {
		return nil
	}
	return err
}

// AwaitAgain says that the same form is wanted once more, as after a refused answer: what was answered counts as fresh.
func (t *Tab) AwaitAgain(ctx context.Context) error { return t.askScript(ctx, nil, "again") }

// Visible says whether a mark has a visible, enabled element now.
func (t *Tab) Visible(ctx context.Context, mark string) (bool, error) {
	var visible bool
	err := t.askScript(ctx, &visible, "visible", mark)
	return visible, actionError("looking at the page", mark, err)
}

// Painted says whether the browser keeps up with painting the page. A busy machine's may not for seconds, and what is faded
// in meanwhile can't be seen.
func (t *Tab) Painted(ctx context.Context) (bool, error) {
	var painted bool
	err := t.askScript(ctx, &painted, "painted", slowFrame.Milliseconds())
	return painted, actionError("looking at the page", "", err)
}

// slowFrame is many times as long as a frame takes.
const slowFrame = 200 * time.Millisecond

// Text is the visible text of the first visible match, white space folded; empty without one. Of a button: its label.
func (t *Tab) Text(ctx context.Context, mark string) (string, error) {
	var text string
	err := t.askScript(ctx, &text, "text", mark)
	return text, actionError("reading the page", mark, err)
}

// Texts are the texts of all visible matches, in the page's order: their indices are ClickNth's and PressNth's.
func (t *Tab) Texts(ctx context.Context, mark string) ([]string, error) {
	var texts []string
	err := t.askScript(ctx, &texts, "texts", mark)
	return texts, actionError("reading the page", mark, err)
}

// MarksWithin is, for each visible match of mark in Texts' order, which of marks it is or has inside, by their indices.
func (t *Tab) MarksWithin(ctx context.Context, mark string, marks ...string) ([][]int, error) {
	var held [][]int
	err := t.askScript(ctx, &held, "holding", mark, marks)
	return held, actionError("reading the page", mark, err)
}

// Attr is an attribute of the first visible match, empty without one; "value" is what a field holds now.
func (t *Tab) Attr(ctx context.Context, mark, name string) (string, error) {
	var value string
	err := t.askScript(ctx, &value, "attr", mark, name)
	return value, actionError("reading the page", mark, err)
}

// Location is the page's URL without query and fragment, which may hold tokens.
func (t *Tab) Location(ctx context.Context) (string, error) {
	var location string
	err := t.askScript(ctx, &location, "location")
	return location, err
}

const (
	// getTime bounds the wait for an answer to Get.
	getTime = 15 * time.Second
	// longestAnswer bounds what Get takes, in characters.
	longestAnswer = 4 << 20
)

// Get asks the page's own origin for path, with the browser's cookies, as a script of the page's would.
func (t *Tab) Get(ctx context.Context, path string, origins []string) (page.Reply, error) {
	var result struct {
		Origin  *string
		Trouble string
		Status  int
		Body    string
	}
	err := t.askScript(ctx, &result, "get", path, origins, getTime.Milliseconds(), longestAnswer)
	switch {
	case err != nil:
		return page.Reply{}, err
	case result.Origin != nil:
		return page.Reply{}, &session.OriginError{Got: *result.Origin, Want: cmp.Or(origins...)}
	case result.Trouble != "":
		return page.Reply{}, errors.New(result.Trouble)
	}
	return page.Reply{Status: result.Status, Body: []byte(result.Body)}, nil
}

// Fill replaces what the first visible match holds by text. Unless the page's origin is one of origins it types nothing
// and returns a *session.OriginError; look and typing are one step that no navigation can divide.
func (t *Tab) Fill(ctx context.Context, mark string, text session.Secret, origins []string) error {
	typed := text.Reveal()
	if !utf8.ValidString(typed) {
		return errors.New("filling in a field: the text is not UTF-8")
	}
	t.hideTyped(text)
	var result struct {
		Origin *string
		Absent bool
		Kept   *int   // how many characters the field took
		Label  string // what the page calls it
	}
	if origins == nil {
		origins = []string{}
	}
	if err := t.askScript(ctx, &result, "fill", mark, typed, origins); err != nil {
		return actionError("filling in a field", mark, err)
	}
	switch {
	case result.Origin != nil:
		return &session.OriginError{Got: *result.Origin, Want: cmp.Or(origins...)}
	case result.Absent:
		return actionError("filling in a field", mark, page.ErrAbsent)
	case result.Kept != nil:
		return fieldError(result.Label, typed, *result.Kept)
	}
	return nil
}

// Click clicks the first visible match and waits for nothing: for links that redraw the page without asking the network.
func (t *Tab) Click(ctx context.Context, mark string) error { return t.ClickNth(ctx, mark, 0) }

// ClickNth is Click for one of several visible matches, counted as in Texts.
func (t *Tab) ClickNth(ctx context.Context, mark string, n int) error {
	if err := t.awaitStill(ctx, mark, n); err != nil {
		return actionError("clicking a link or button", mark, err)
	}
	var hit bool
	err := t.callScript(ctx, &hit, "click", mark, n)
	if errors.Is(err, errReplaced) {
		return nil // the click itself may have replaced it
	}
	if err == nil && !hit {
		err = page.ErrAbsent
	}
	return actionError("clicking a link or button", mark, err)
}

// awaitStill waits until the element stands still, so that what is pressed is what was seen.
func (t *Tab) awaitStill(ctx context.Context, mark string, n int) error {
	var there bool
	if err := t.askScript(ctx, &there, "settle", mark, n, waitSlice.Milliseconds()); err != nil {
		return err
	}
	if !there {
		return page.ErrAbsent
	}
	return nil
}

// fieldError is for a field that took kept characters of what was typed, and says nothing of what that was.
func fieldError(label, typed string, kept int) error {
	name := "a field"
	if label != "" {
		name = "“" + session.OneLine(label, longestName) + "”"
	}
	if strings.ContainsAny(typed, "\r\n") {
		return fmt.Errorf("filling in %s: the text has a line end in it, which the field does not take", name)
	}
	return fmt.Errorf("filling in %s: the field takes %d of %d characters", name, kept, utf8.RuneCountInString(typed))
}

func actionError(act, mark string, err error) error {
	if err == nil {
		return nil
	}
	return &page.ActionError{Action: act, Mark: mark, Err: err}
}

// SetChecked makes every match that is a checkbox, and that a person could tick, on or off. None there is no error.
func (t *Tab) SetChecked(ctx context.Context, mark string, on bool) error {
	return actionError("ticking a box", mark, t.askScript(ctx, nil, "check", mark, on))
}
