package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

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

// document is the one that the tab shows.
type document struct {
	mu     sync.Mutex
	script proto.RuntimeRemoteObjectID // dom.js in it; "": not there yet
	broken *NetworkError               // it is Chromium's own page about what did not come
}

func (d *document) object() proto.RuntimeRemoteObjectID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.script
}

func (d *document) keep(script proto.RuntimeRemoteObjectID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.script = script
}

// forget is for an object that does not answer any more.
func (d *document) forget(script proto.RuntimeRemoteObjectID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.script == script {
		d.script = ""
	}
}

// replace: another document is there.
func (d *document) replace(broken *NetworkError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.script, d.broken = "", broken
}

// forgetTrouble is for when another document was asked for: what was wrong with this one does not matter any more.
func (d *document) forgetTrouble() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = nil
}

// wasRead says whether somebody has looked at it.
func (d *document) wasRead() bool { return d.object() != "" }

// trouble is why the document can't be used; nil when it can.
func (d *document) trouble() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return d.broken
	}
	return nil
}

// scriptObject is dom.js in the present document, put there on first use. It lives in an isolated world, and is held by an
// object id, which no other document can be reached by: a number of a context may come back in another process.
func (t *Tab) scriptObject(ctx context.Context) (proto.RuntimeRemoteObjectID, error) {
	if object := t.document.object(); object != "" {
		return object, nil
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
	t.document.keep(put.Result.ObjectID) // if a navigation was faster, the first call fails and comes back here
	return put.Result.ObjectID, nil
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
			t.document.forget(doc)
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
		if err := session.Pause(ctx, lookInterval); err != nil {
			return err
		}
	}
}
