package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-rod/rod/lib/proto"

	"stsx/session"
	"stsx/session/page"
)

// View is what the page says and asks now. Controls are meant by their place in it, until the next call.
// Errors as Await's, without a wait, and ErrPosted.
func (t *Tab) View(ctx context.Context) (page.View, error) {
	if err := t.waitError(); err != nil {
		return page.View{}, err
	}
	var view page.View
	if err := t.askScript(ctx, &view, "form"); err != nil {
		return page.View{}, fmt.Errorf("reading the page: %w", err)
	}
	if err := t.name(ctx, view.Controls); err != nil && !errors.Is(err, errReplaced) {
		return page.View{}, fmt.Errorf("reading the page: %w", err)
	}
	return view, nil
}

// SketchControls changes when the page asks something else than it did. Errors as View's.
func (t *Tab) SketchControls(ctx context.Context) (string, error) {
	if err := t.waitError(); err != nil {
		return "", err
	}
	var sketch string
	err := t.askScript(ctx, &sketch, "sketch")
	return sketch, err
}

// name gives controls the names of the accessibility tree: what a screen reader would say. Where it has none the labels
// stay. errReplaced: the page is going.
func (t *Tab) name(ctx context.Context, controls []page.Control) error {
	doc, err := t.scriptObject(ctx)
	if err != nil {
		return asReplaced(err)
	}
	s := t.ownSession(ctx)
	named := proto.RuntimeCallFunctionOn{FunctionDeclaration: "function () { return this.named() }", ObjectID: doc, Silent: true}
	list, err := named.Call(s)
	if err != nil || list.Result.ObjectID == "" {
		return errReplaced
	}
	defer func() { _ = proto.RuntimeReleaseObject{ObjectID: list.Result.ObjectID}.Call(s) }()
	elements, err := proto.RuntimeGetProperties{ObjectID: list.Result.ObjectID, OwnProperties: true}.Call(s)
	if err != nil {
		return asReplaced(err)
	}
	for _, element := range elements.Result {
		n, err := strconv.Atoi(element.Name)
		if err != nil || n >= len(controls) || element.Value == nil || element.Value.ObjectID == "" {
			continue
		}
		of := map[string]any{"objectId": element.Value.ObjectID, "fetchRelatives": false}
		raw, err := s.Call(ctx, string(s.id), "Accessibility.getPartialAXTree", of)
		if err != nil {
			return asReplaced(err)
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
			controls[n].Label = spokenName(name)
		}
	}
	return nil
}

// longestName bounds a name, in characters.
const longestName = 300

// spokenName is a name on one line, without what fonts of icons draw.
func spokenName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Co, r) {
			return ' '
		}
		return r
	}, name)
	return session.OneLine(name, longestName)
}
