package commands

import (
	"context"

	"stsx/session"
)

// openSession opens p's session: the one that is kept, or a new one. All verbs
// that need a session get it here or from openSessions.
func (r *commandRun) openSession(ctx context.Context, p session.Profile) (session.Session, error) {
	if err := r.confirmMore(ctx, p); err != nil {
		return session.Session{}, err
	}
	s, err := r.drivers.Broker.Open(ctx, p)
	if err == nil {
		err = ctx.Err() // a signal may have come meanwhile
	}
	return s, r.explainHeld(err, p.Name)
}

// openNamed opens the session of the profile that the line names.
func (r *commandRun) openNamed(ctx context.Context) (session.Session, error) {
	p, err := r.profileGiven()
	if err != nil {
		return session.Session{}, err
	}
	return r.openSession(ctx, p)
}

// openSessions opens those of several profiles, with one sign-in for all that
// share an identity provider. The error is that of a question about them all.
func (r *commandRun) openSessions(ctx context.Context, profiles []session.Profile, force bool) ([]session.OpenResult, error) {
	if err := r.confirmMore(ctx, profiles...); err != nil {
		return nil, err
	}
	opened := r.drivers.Broker.OpenAll(ctx, profiles, force)
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.Name
	}
	for i, o := range opened {
		opened[i].Err = r.explainHeld(o.Err, names...)
	}
	return opened, nil
}
