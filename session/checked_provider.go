package session

import "context"

// CheckedProvider asks IdP only when Check finds nothing: what can be known to
// be wrong before a sign-in is said before it, and no push is spent.
type CheckedProvider struct {
	IdP
	Check func(p Profile) error
}

// Assert implements IdP.
func (c CheckedProvider) Assert(ctx context.Context, p Profile) (Assertion, error) {
	if err := c.Check(p); err != nil {
		return Assertion{}, err
	}
	return c.IdP.Assert(ctx, p)
}
