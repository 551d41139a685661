package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-rod/rod/lib/proto"
)

// Screenshot is the page as PNG, without what stands in its fields, and without pictures, frames and texts that hold one
// of hide: a code, or the seed of codes, may be among them.
func (t *Tab) Screenshot(ctx context.Context, hide ...string) ([]byte, error) {
	if hide == nil {
		hide = []string{}
	}
	if err := t.askScript(ctx, nil, "veil", hide); err != nil {
		return nil, fmt.Errorf("taking a screenshot: %w", err)
	}
	shot, err := proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatPng}.Call(t.ownSession(ctx))
	var was bool
	if err = errors.Join(err, t.callScript(ctx, &was, "unveil")); err == nil && !was {
		err = errReplaced // and what replaced it has no veil, and may be the one in the picture
	}
	if err != nil {
		return nil, fmt.Errorf("taking a screenshot: %w", err)
	}
	return shot.Data, nil
}
