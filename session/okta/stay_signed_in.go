package okta

import (
	"context"
)

// Marks of what asks whether to remember.
const (
	rememberBox       = `input[name="rememberMe"], input[name="rememberDevice"]`
	stayButton        = `[data-se="stay-signed-in-btn"]`
	declineStayButton = `[data-se="do-not-stay-signed-in-btn"]`
)

// answerRemember ticks the boxes of the page at hand that ask whether this
// device, or the sign-in, is to be remembered; or clears them.
func (s *signIn) answerRemember(ctx context.Context) error {
	return s.page.SetChecked(ctx, rememberBox, s.org.Remember)
}

// stayScreens are the pages that ask whether to stay signed in.
func (s *signIn) stayScreens() []screen {
	return []screen{{"keep me signed in", declineStayButton, s.answerStay, passingScreen}}
}

// answerStay answers as the configuration says.
func (s *signIn) answerStay(ctx context.Context) error {
	mark := declineStayButton
	if s.org.Remember {
		mark = stayButton
	}
	return s.pressOn(ctx, mark, "going on")
}
