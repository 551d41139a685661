package okta

import (
	"context"
)

// windowFactors need a person at the page itself.
func windowFactors() []factor { return nil }

// person leaves the page at hand to a person: in the window where the sign-in
// is shown already, else in one that takes the place of the headless browser.
// what says what there is to do. nil: the page has changed.
func (t *talk) person(ctx context.Context, what string) error {
	return t.stuck(ctx, what)
}

// unknown deals with a page that no row of the table knows: it is for the
// person, in a window if one can be shown, else through the bridge.
func (t *talk) unknown(ctx context.Context) error {
	if t.Bridge != nil && t.Ask.Interactive() {
		return t.Bridge(ctx, t.page)
	}
	return t.stuck(ctx, "stsx does not know the page that the sign-in came to")
}
