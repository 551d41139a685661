package okta

import (
	"context"
)

// leaveFunc leaves the page at hand for the choice of authenticators.
type leaveFunc func(ctx context.Context) error

// exit is how pages are left for the choice of authenticators.
type exit struct {
	mark  string
	leave leaveFunc
}

func leaveUnlessFailed(ctx context.Context, leave leaveFunc, err error) error {
	if err != nil {
		return err
	}
	return leave(ctx)
}

// findExit is how the page at hand is left for the choice of authenticators, nil
// when it has no such way.
func (s *signIn) findExit(ctx context.Context) (leaveFunc, error) {
	return s.firstExit(ctx, s.switchExit, s.classicExit)
}

func (s *signIn) firstExit(ctx context.Context, exits ...exit) (leaveFunc, error) {
	for _, e := range exits {
		there, err := s.page.Visible(ctx, e.mark)
		if err != nil || there {
			return e.leave, err
		}
	}
	return nil, nil
}
