package browser

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
	"github.com/ysmood/gson"

	"stsx/session"
	"stsx/session/page"
)

//go:embed dom.js
var domScript string

const (
	worldName    = "stsx" // the isolated world's name, seen by nobody but a debugger
	waitSlice    = time.Second
	lookInterval = 20 * time.Millisecond // between looks at a page that is being replaced
)

// scriptObject is dom.js in the present document, put there on first use. It lives in an isolated world, and is held by an
// object id, which no other document can be reached by: a number of a context may come back in another process.
func (t *Tab) scriptObject(ctx context.Context) (proto.RuntimeRemoteObjectID, error) {
	t.mu.Lock()
	doc := t.doc
	t.mu.Unlock()
	if doc != "" {
		return doc, nil
	}
	s := t.ownSession(ctx)
	before, err := t.documentLoader(s)
	if err != nil {
		return "", err
	}
	made, err := proto.PageCreateIsolatedWorld{FrameID: t.frame, WorldName: worldName}.Call(s)
	if err != nil {
		return "", err
	}
	put, err := proto.RuntimeEvaluate{Expression: domScript, ContextID: made.ExecutionContextID}.Call(s)
	if err != nil {
		return "", err
	}
	after, err := t.documentLoader(s)
	if err != nil {
		return "", err
	}
	if before != after || put.ExceptionDetails != nil || put.Result.ObjectID == "" {
		return "", errReplaced // the number may have meant the next page's own worldName
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.doc = put.Result.ObjectID // if a navigation was faster, the first call fails and comes back here
	return t.doc, nil
}

// errReplaced: the document went away under a call. Never leaves the package.
var errReplaced = errors.New("the page was replaced meanwhile")

func (t *Tab) documentLoader(s devtoolsSession) (proto.NetworkLoaderID, error) {
	tree, err := proto.PageGetFrameTree{}.Call(s)
	if err != nil {
		return "", err
	}
	return tree.FrameTree.Frame.LoaderID, nil
}

// callScript calls a function of dom.js. errReplaced: the document is gone, and whether the call took effect is unknown.
func (t *Tab) callScript(ctx context.Context, result any, name string, args ...any) error {
	doc, err := t.scriptObject(ctx)
	if err != nil {
		return asReplaced(err)
	}
	if args == nil {
		args = []any{}
	}
	answer, err := proto.RuntimeCallFunctionOn{
		FunctionDeclaration: "function (name, args) { return this[name](...args) }",
		ObjectID:            doc,
		Arguments:           []*proto.RuntimeCallArgument{{Value: gson.New(name)}, {Value: gson.New(args)}},
		ReturnByValue:       true, AwaitPromise: true, Silent: true,
		UserGesture: true, // as a person's click, so that a page may open its window
	}.Call(t.ownSession(ctx))
	if err != nil {
		// A call that was given up leaves the document, and what it was told before, as it is.
		if err = asReplaced(err); errors.Is(err, errReplaced) {
			t.mu.Lock()
			if t.doc == doc {
				t.doc = ""
			}
			t.mu.Unlock()
		}
		return err
	}
	if answer.ExceptionDetails != nil {
		return errors.New(exceptionText(answer.ExceptionDetails))
	}
	if result == nil {
		return nil
	}
	value, err := json.Marshal(answer.Result.Value)
	if err != nil {
		return err
	}
	return json.Unmarshal(value, result)
}

// asReplaced tells Chromium's refusals, which all mean that the document or its world is gone, from the end of a context.
func asReplaced(err error) error {
	if refused := (*cdp.Error)(nil); errors.As(err, &refused) {
		return errReplaced
	}
	return err
}

func exceptionText(e *proto.RuntimeExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		line, _, _ := strings.Cut(e.Exception.Description, "\n")
		return line
	}
	return e.Text
}

// askScript calls a function that only looks, again and again while the document is being replaced.
func (t *Tab) askScript(ctx context.Context, result any, name string, args ...any) error {
	for {
		err := t.callScript(ctx, result, name, args...)
		if !errors.Is(err, errReplaced) {
			return err
		}
		if t.over.Err() != nil && !errors.Is(context.Cause(t.over), page.ErrPosted) {
			return context.Cause(t.over)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lookInterval):
		}
	}
}

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
			return -1, timeoutError(ctx, strings.Join(marks, " or "))
		case t.over.Err() != nil:
			return -1, unlessPosted(context.Cause(t.over))
		case err != nil:
			return -1, fmt.Errorf("waiting for %s: %w", strings.Join(marks, " or "), err)
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
	return visible, actionError("looking for", mark, err)
}

// Painted says whether the browser keeps up with painting the page. A busy machine's may not for seconds, and what is faded
// in meanwhile can't be seen.
func (t *Tab) Painted(ctx context.Context) (bool, error) {
	var painted bool
	err := t.askScript(ctx, &painted, "painted", slowFrame.Milliseconds())
	return painted, actionError("looking at", "the page", err)
}

// slowFrame is many times as long as a frame takes.
const slowFrame = 200 * time.Millisecond

// Text is the visible text of the first visible match, white space folded; empty without one. Of a button: its label.
func (t *Tab) Text(ctx context.Context, mark string) (string, error) {
	var text string
	err := t.askScript(ctx, &text, "text", mark)
	return text, actionError("reading", mark, err)
}

// Texts are the texts of all visible matches, in the page's order: their indices are ClickNth's and PressNth's.
func (t *Tab) Texts(ctx context.Context, mark string) ([]string, error) {
	var texts []string
	err := t.askScript(ctx, &texts, "texts", mark)
	return texts, actionError("reading", mark, err)
}

// MarksWithin is, for each visible match of mark in Texts' order, which of marks it is or has inside, by their indices.
func (t *Tab) MarksWithin(ctx context.Context, mark string, marks ...string) ([][]int, error) {
	var held [][]int
	err := t.askScript(ctx, &held, "holding", mark, marks)
	return held, actionError("reading", mark, err)
}

// Attr is an attribute of the first visible match, empty without one; "value" is what a field holds now.
func (t *Tab) Attr(ctx context.Context, mark, name string) (string, error) {
	var value string
	err := t.askScript(ctx, &value, "attr", mark, name)
	return value, actionError("reading", mark, err)
}

// Location is the page's URL without query and fragment, which may hold tokens.
func (t *Tab) Location(ctx context.Context) (string, error) {
	var location string
	err := t.askScript(ctx, &location, "location")
	return location, err
}

// Fill replaces what the first visible match holds by text. Unless the page's origin is one of origins it types nothing
// and returns a *session.OriginError; look and typing are one step that no navigation can divide.
func (t *Tab) Fill(ctx context.Context, mark string, text session.Secret, origins []string) error {
	typed := text.Reveal()
	if !utf8.ValidString(typed) {
		return fmt.Errorf("filling in %s: the text is not UTF-8", mark)
	}
	t.hideTyped(text)
	var result struct {
		Origin *string
		Absent bool
		Kept   *int
	}
	if origins == nil {
		origins = []string{}
	}
	if err := t.askScript(ctx, &result, "fill", mark, typed, origins); err != nil {
		return actionError("filling in", mark, err)
	}
	switch {
	case result.Origin != nil:
		return &session.OriginError{Got: *result.Origin, Want: cmp.Or(origins...)}
	case result.Absent:
		return actionError("filling in", mark, page.ErrAbsent)
	case result.Kept != nil:
		return fmt.Errorf("filling in %s: the field takes %d of %d characters", mark, *result.Kept, utf8.RuneCountInString(typed))
	}
	return nil
}

// Click clicks the first visible match and waits for nothing: for links that redraw the page without asking the network.
func (t *Tab) Click(ctx context.Context, mark string) error { return t.ClickNth(ctx, mark, 0) }

// ClickNth is Click for one of several visible matches, counted as in Texts.
func (t *Tab) ClickNth(ctx context.Context, mark string, n int) error {
	if err := t.awaitStill(ctx, mark, n); err != nil {
		return actionError("clicking", mark, err)
	}
	var hit bool
	err := t.callScript(ctx, &hit, "click", mark, n)
	if errors.Is(err, errReplaced) {
		return nil // the click itself may have replaced it
	}
	if err == nil && !hit {
		err = page.ErrAbsent
	}
	return actionError("clicking", mark, err)
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

func actionError(act, mark string, err error) error {
	if err == nil {
		return nil
	}
	return &page.ActionError{Action: act, Mark: mark, Err: err}
}

// SetChecked makes every match that is a checkbox, and that a person could tick, on or off. None there is no error.
func (t *Tab) SetChecked(ctx context.Context, mark string, on bool) error {
	return actionError("ticking", mark, t.askScript(ctx, nil, "check", mark, on))
}
