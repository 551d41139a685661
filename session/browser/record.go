package browser

import (
	"context"

	"stsx/session"
)

// Outline is the page's structure and words, without what its fields hold, its scripts and the queries of its addresses.
func (t *Tab) Outline(ctx context.Context) (string, error) {
	var outline string
	err := t.askScript(ctx, &outline, "outline")
	return outline, err
}

// Record hands the page to the Recorder. A page that can't be read is noted; an outline without a picture is worth keeping.
func (t *Tab) Record(ctx context.Context, name string, hide ...string) {
	record := t.b.record
	if record == nil {
		return
	}
	outline, err := t.Outline(ctx)
	if err != nil {
		record.Step("step      the page can't be read: " + err.Error())
		return
	}
	png, err := t.Screenshot(ctx, hide...)
	if err != nil {
		record.Step("step      there is no picture: " + err.Error())
	}
	record.Screen(name, png, outline)
}

// hideTyped keeps a text that is typed out of the record.
func (t *Tab) hideTyped(text session.Secret) {
	if t.b.record != nil {
		t.b.record.Hide(text, "[typed]")
	}
}
