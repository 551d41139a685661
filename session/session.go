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
	Region      string // the profile's, "" when it has none
	ARN         string // of the assumed role, session name included; source: AssumedRoleUser.Arn
	Issued      time.Time
	Credentials Credentials
}

// Fresh reports whether s is good for more than FreshMargin from now on.
func (s Session) Fresh(now time.Time) bool {
	return !s.Credentials.Expires.IsZero() && s.Credentials.Expires.Sub(now) > FreshMargin
}

// Due reports whether s has lived four fifths of its life: time to get the
// next one, with some left for what can go wrong.
func (s Session) Due(now time.Time) bool { return !now.Before(s.Renewal()) }

// Renewal is when s is due; the zero time when it doesn't say how long it lives.
func (s Session) Renewal() time.Time {
	life := s.Credentials.Expires.Sub(s.Issued)
	if s.Issued.IsZero() || life <= 0 {
		return time.Time{}
	}
	return s.Issued.Add(life / 5 * 4)
}

// Left is how long STS accepts s's credentials from now on, never negative.
func (s Session) Left(now time.Time) time.Duration {
	return max(0, s.Credentials.Expires.Sub(now))
}
