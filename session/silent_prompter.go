package session

import "context"

// SilentPrompter shows what another Prompter shows and asks nothing: for a sign-in
// that asks in a window.
type SilentPrompter struct {
	Prompter
	Why string // for InputError
}

// Interactive implements Prompter.
func (SilentPrompter) Interactive() bool { return false }

// Ask implements Prompter.
func (p SilentPrompter) Ask(_ context.Context, q Question) (string, error) {
	return "", &InputError{What: q.What, Give: q.Give, Why: p.Why}
}

// Confirm implements Prompter.
func (p SilentPrompter) Confirm(context.Context, string, bool) (bool, error) {
	return false, &InputError{What: "a yes", Why: p.Why}
}

// Choose implements Prompter.
func (p SilentPrompter) Choose(_ context.Context, q Question, _ []string) (int, error) {
	return 0, &InputError{What: q.What, Give: q.Give, Why: p.Why}
}

// Wait implements Prompter. There is nothing to pick.
func (p SilentPrompter) Wait(ctx context.Context, e Errand) (int, error) {
	e.Options = nil
	return p.Prompter.Wait(ctx, e)
}
