package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-rod/rod/lib/proto"
)

// Form is what a page says and asks, for whoever does not know the page. All of it is the page's own words, cut to
// bounds, one line each.
type Form struct {
	Origin   string    `json:"origin"` // "null" for pages without one
	Title    string    `json:"title"`
	Heads    []string  `json:"heads"`
	Errors   []string  `json:"errors"`
	Lines    []string  `json:"lines"` // all that is to be read but for errors and names of controls
	Controls []Control `json:"controls"`
	More     bool      `json:"more"`   // the page has more controls than these
	Frames   int       `json:"frames"` // other pages shown inside this one, which are not looked into
}

// Control is one thing on a page that a person could answer or press. What is hidden from them is none.
type Control struct {
	Kind     string   `json:"kind"` // text secret choice box file, button link
	Label    string   `json:"label"`
	Value    string   `json:"value"`   // of a text
	Options  []string `json:"options"` // of a choice
	Picked   int      `json:"picked"`  // the option that is picked; -1: none
	On       bool     `json:"on"`      // of a box; of a secret: something is typed in
	Required bool     `json:"required"`
	Off      bool     `json:"off"`     // can't be pressed as the page stands
	Login    bool     `json:"login"`   // a text that wants the person's name or address
	Submits  bool     `json:"submits"` // a button that sends its form
	Form     int      `json:"form"`    // controls of one form have the same number; -1: of none
}

// ErrOff says that a button can't be pressed as the page stands.
var ErrOff = errors.New("the page does not let it be pressed")

// Form is what the page says and asks now. Controls are answered and followed by their place in it, until the next call.
// Errors as Await's, without a wait.
func (t *Tab) Form(ctx context.Context) (Form, error) {
	if err := t.trouble(); err != nil {
		return Form{}, err
	}
	var form Form
	if err := t.ask(ctx, &form, "form"); err != nil {
		return Form{}, fmt.Errorf("reading the page: %w", err)
	}
	if err := t.name(ctx, form.Controls); err != nil && !errors.Is(err, errReplaced) {
		return Form{}, fmt.Errorf("reading the page: %w", err)
	}
	return form, nil
}

// Sketch changes when the page asks something else than it did. Errors as Form's.
func (t *Tab) Sketch(ctx context.Context) (string, error) {
	if err := t.trouble(); err != nil {
		return "", err
	}
	var sketch string
	err := t.ask(ctx, &sketch, "sketch")
	return sketch, err
}

// name gives controls the names of the accessibility tree: what a screen reader would say. Where it has none the labels
// stay. errReplaced: the page is going.
func (t *Tab) name(ctx context.Context, controls []Control) error {
	doc, err := t.document(ctx)
	if err != nil {
		return replaced(err)
	}
	s := t.session(ctx)
	list, err := proto.RuntimeCallFunctionOn{FunctionDeclaration: "function () { return this.named() }", ObjectID: doc, Silent: true}.Call(s)
	if err != nil || list.Result.ObjectID == "" {
		return errReplaced
	}
	defer func() { _ = proto.RuntimeReleaseObject{ObjectID: list.Result.ObjectID}.Call(s) }()
	elements, err := proto.RuntimeGetProperties{ObjectID: list.Result.ObjectID, OwnProperties: true}.Call(s)
	if err != nil {
		return replaced(err)
	}
	for _, element := range elements.Result {
		n, err := strconv.Atoi(element.Name)
		if err != nil || n >= len(controls) || element.Value == nil || element.Value.ObjectID == "" {
			continue
		}
		raw, err := s.Call(ctx, string(s.id), "Accessibility.getPartialAXTree", map[string]any{"objectId": element.Value.ObjectID, "fetchRelatives": false})
		if err != nil {
			return replaced(err)
		}
		var tree struct {
			Nodes []struct {
				Name struct {
					Value any `json:"value"`
				} `json:"name"`
			} `json:"nodes"`
		}
		if json.Unmarshal(raw, &tree) != nil || len(tree.Nodes) == 0 {
			continue
		}
		if name, ok := tree.Nodes[0].Name.Value.(string); ok && strings.TrimSpace(name) != "" {
			controls[n].Label = oneLine(name)
		}
	}
	return nil
}

// longestName bounds a name, in bytes.
const longestName = 300

// oneLine folds white space, drops what fonts of icons draw, and cuts text to its bound.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Co, r) }), " ")
	if len(text) <= longestName {
		return text
	}
	end := longestName
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// Answer fills in the nth control of the last Form if the page's origin is the one given, else it does nothing and
// returns an *OriginError. value is a text's string, a choice's int or a box's bool. ErrAbsent: the page has changed.
func (t *Tab) Answer(ctx context.Context, n int, value any, origin string) error {
	return t.onControl(ctx, "filling in", "answer", origin, n, value, origin)
}

// Follow presses the nth control of the last Form, under the terms of Answer, and waits for what that causes, as Act
// does. ErrQuiet: the page asked nothing of the network. ErrOff.
func (t *Tab) Follow(ctx context.Context, n int, origin string) error {
	_, err := t.causes(ctx, nil, func() (bool, error) {
		err := t.onControl(ctx, "pressing", "follow", origin, n, origin)
		return err == nil, err
	})
	if err != nil && ctx.Err() != nil {
		return awaiting(ctx, "what a press causes")
	}
	return err
}

// onControl calls a function of dom.js that acts on a control. errReplaced passes through.
func (t *Tab) onControl(ctx context.Context, act, name, origin string, args ...any) error {
	var result struct {
		Origin *string
		Absent bool
		Off    bool
		Kept   *int
	}
	err := t.once(ctx, &result, name, args...)
	switch {
	case name == "answer" && errors.Is(err, errReplaced):
		return ErrAbsent
	case err != nil:
		return err
	case result.Origin != nil:
		return &OriginError{Got: *result.Origin, Want: []string{origin}}
	case result.Absent:
		return ErrAbsent
	case result.Off:
		return ErrOff
	case result.Kept != nil:
		return fmt.Errorf("%s: the field takes only %d characters of that", act, *result.Kept)
	}
	return nil
}
