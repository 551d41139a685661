// Package session holds what stsx is about: a profile is signed in to at an
// identity provider, which yields an assertion; a role chosen from it is
// assumed at STS, which yields credentials; those, with who they are for, are
// a session. The flow is Broker.Open; what the flow needs of the world are the
// interfaces in ports.go, which the packages below this one implement.
package session

import "time"

// FreshMargin is how long before its end a session counts as ended, so that a
// command started with it has time to do something.
const FreshMargin = 5 * time.Minute

// Credentials are what STS hands out.
type Credentials struct {
	AccessKeyID     string // not a secret by itself
	SecretAccessKey Secret
	SessionToken    Secret
	Expires         time.Time // when STS stops accepting them (UTC); source: Credentials.Expiration
}

// Session is credentials and who they are for.
type Session struct {
	Profile     string // name of the profile it was opened for
	Role        Role
	Only        string // SessionPolicies.Name of what it may do at most; "" = all that the role may
	Region      string // the profile's, "" when it has none
	Color       string // the profile's, one of ColorNames; "" when it has none
	ARN         string // of the assumed role, session name included; source: AssumedRoleUser.Arn
	Issued      time.Time
	Credentials Credentials
}

// clockTolerance is how far in the future a session may have been got: machines
// that share a home differ by so much.
const clockTolerance = 2 * time.Minute

// Fresh reports whether s is good for more than FreshMargin from now on.
func (s Session) Fresh(now time.Time) bool { return s.Left(now) > FreshMargin }

// Due reports whether s has lived four fifths of its life: time to get the
// next one, with some left for what can go wrong.
func (s Session) Due(now time.Time) bool {
	return s.Left(now) == 0 || !now.Before(s.Renewal())
}

// Renewal is when s is due; the zero time when it doesn't say how long it lives.
func (s Session) Renewal() time.Time {
	life := s.life()
	if s.Issued.IsZero() || life <= 0 {
		return time.Time{}
	}
	return s.Issued.Add(life / 5 * 4)
}

// life is how long STS accepts s's credentials in all, by the clock on the wall.
func (s Session) life() time.Duration { return s.Credentials.Expires.Sub(s.Issued.Round(0)) }

// Left is how long STS accepts s's credentials from now on, never negative. A
// clock that was set back gives no time: a session that was got in the future
// has none left, and where both times come from this process's own clock, which
// nobody sets, that one counts.
func (s Session) Left(now time.Time) time.Duration {
	left := s.Credentials.Expires.Sub(now.Round(0))
	if !s.Issued.IsZero() {
		age := now.Sub(s.Issued)
		if age < -clockTolerance {
			return 0
		}
		left = min(left, s.life()-age)
	}
	return max(0, left)
}
