package commands

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"stsx/session"
)

// newRenewal is how p's credentials are got, checked and renewed while it is served.
func (s *profileServer) newRenewal(p session.Profile) session.Renewal {
	broker, asked := s.drivers.Broker, p.Confirmed() // the yes to a hand-over is enough for a sign-in
	r := session.Renewal{
		Session: session.Session{Profile: p.Name},
		Kept: func(ctx context.Context, held session.Session) (session.Session, bool) {
			if next, ok := broker.ExtendFromStore(ctx, asked, held); ok {
				return next, true
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			next, ok := s.opened[p.Name]
			return next, ok && !next.Due(s.Now())
		},
		Renew: func(ctx context.Context, held session.Session) (session.Session, error) {
			if held.Role.ARN != "" {
				return broker.Extend(ctx, asked, held)
			}
			first := broker.OpenUnattended(ctx, []session.Profile{asked})[0]
			return first.Session, first.Err
		},
		Attended: func(ctx context.Context, _ session.Session) (session.Session, error) {
			return s.openAttended(ctx, asked)
		},
		Permit:  func() error { return s.checkUnchanged(p) },
		Failed:  func(session.Session, error) {},
		Explain: s.failureText,
		Now:     s.Now,
	}
	if p.Confirms() {
		r.Confirm = func(ctx context.Context, to session.Caller) error { return s.confirmDelivery(ctx, p, to) }
	}
	return r
}

// openAttended opens p's session with the person at the terminal, if there is one, or
// in a window where p says so.
func (s *profileServer) openAttended(ctx context.Context, p session.Profile) (opened session.Session, err error) {
	err = s.askPerson(ctx, func() error {
		if !s.drivers.Ask.Interactive() && !p.Root().Org.AsksInWindow(s.drivers.Ask) {
			return s.explainHeld(&session.InputError{What: "a sign-in to " + quotedName(p.Root().Org.Name)}, p.Name)
		}
		s.sayLine(quotedName(p.Name) + " is wanted, and needs a sign-in")
		opened, err = s.drivers.Broker.Open(ctx, p)
		return s.explainHeld(err, p.Name)
	})
	return opened, err
}

// confirmDelivery asks whether a program may have p's credentials.
func (s *profileServer) confirmDelivery(ctx context.Context, p session.Profile, to session.Caller) error {
	return s.askPerson(ctx, func() error {
		if s.drivers.Ask.Interactive() {
			s.sayLine(quotedName(p.Name) + " is wanted by " + callerText(s.callerName(to), to))
		}
		return s.explainHeld(s.drivers.Broker.Confirm(ctx, p))
	})
}

// askPerson runs ask while nothing else is asked. Ctrl-C at a question ends the server.
func (s *profileServer) askPerson(ctx context.Context, ask func() error) error {
	select {
	case <-s.asking:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.asking <- struct{}{} }()
	err := ask()
	if errors.Is(err, session.ErrInterrupted) {
		s.stop(err)
	}
	return err
}

// checkUnchanged says why p may not be handed out any more: the configuration has another
// profile by that name now, or none.
func (s *profileServer) checkUnchanged(p session.Profile) error {
	profiles, err := s.drivers.Profiles()
	if err != nil {
		return fmt.Errorf("the configuration can't be read: %w", err)
	}
	now, err := profiles.Profile(p.Name)
	if err != nil {
		return errors.New("the configuration does not have this profile any more; start stsx serve anew")
	}
	if now, err = s.limitProfile(s.overrideProfile(now)); err != nil || !reflect.DeepEqual(now, p) {
		return errors.New("the configuration says something else of this profile now; start stsx serve anew")
	}
	return nil
}

// failureText is what a caller gets in place of credentials.
func (s *profileServer) failureText(held session.Session, err error) string {
	text := quotedName(held.Profile) + ": "
	var input *session.InputError
	var explained *terminalHeldError
	switch {
	case errors.As(err, &explained):
		text += explained.Error()
		if hint := explained.Hint(); hint != "" {
			text += "; " + hint
		}
	case errors.As(err, &input) && input.EachUse:
		text += input.What + " is required; run stsx serve on a terminal"
	case errors.As(err, &input):
		text += input.What + " is required, and stsx serve has no terminal to ask on. Run, where it runs: " + s.loginLine(held.Profile)
	default:
		text += strings.Join(errorLines(err), " ")
	}
	return session.OneLine(text, longestNotice)
}

// maxDeliveries is how many hand-overs wait to be reported before the next one waits too.
const maxDeliveries = 256

// noteDelivery is told of a hand-over. It looks at once who that is: a process may end.
func (s *profileServer) noteDelivery(handed session.Session, to session.Caller) {
	s.mu.Lock()
	s.lastUsed = s.Now()
	s.mu.Unlock()
	s.queueDelivery(delivery{handed, s.callerName(to), to})
}

// noteRejection is told of a connection of another user's.
func (s *profileServer) noteRejection(from session.Caller) {
	s.queueDelivery(delivery{program: s.callerName(from), to: from})
}

func (s *profileServer) queueDelivery(d delivery) {
	select {
	case s.deliveries <- d:
	case <-s.over:
	}
}

// reportDeliveries reports each hand-over, until there are no more.
func (s *profileServer) reportDeliveries(ctx context.Context, profiles []session.Profile) {
	for {
		select {
		case d := <-s.deliveries:
			s.reportDelivery(ctx, d, profiles)
			continue
		case <-s.over:
		}
		for {
			select {
			case d := <-s.deliveries:
				s.reportDelivery(ctx, d, profiles)
			default:
				return
			}
		}
	}
}

// reportDelivery says a line, and logs it where the configuration wants that.
func (s *profileServer) reportDelivery(ctx context.Context, d delivery, profiles []session.Profile) {
	when, whom := s.Now().Format(time.TimeOnly), callerText(d.program, d.to)
	if d.Profile == "" {
		s.sayLine(fmt.Sprintf("%s rejected %s of another user (uid %d)", when, whom, d.to.UID))
		return
	}
	s.sayLine(fmt.Sprintf("%s %s (%s in %s, %s left) to %s", when, quotedName(d.Profile), d.Role.Name(), d.Role.Account(),
		timeLeft(d.Left(s.Now())), whom))
	for _, p := range profiles {
		if p.Name == d.Profile && p.Root().Org.Log {
			s.logUse(ctx, p, d.Session, d.program, "")
		}
	}
}

// callerName is the program that asks: at the socket the process there, or the one that
// has started the stsx there; at the port what it calls itself.
func (s *profileServer) callerName(to session.Caller) string {
	if to.PID == 0 {
		product, _, _ := strings.Cut(to.Agent, " ")
		name, _, _ := strings.Cut(product, "/")
		return session.OneLine(name, session.QuoteLength)
	}
	next := s.ProcessNames(to.PID)
	name, ok := next()
	if name == "stsx" {
		if parent, found := next(); found {
			name = parent
		}
	}
	if !ok {
		name = ""
	}
	return session.OneLine(name, session.QuoteLength)
}

func callerText(program string, to session.Caller) string {
	if program == "" {
		program = "a program"
	}
	if to.PID == 0 {
		return program + " at the port"
	}
	return fmt.Sprintf("%s (pid %d)", program, to.PID)
}
