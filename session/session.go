// Package session holds what stsx is about: a profile is signed in to at an
// identity provider, which yields an assertion; a role chosen from it is
// assumed at STS, which yields credentials; those, with who they are for, are
// a session. The flow is Broker.Open; what the flow needs of the world are the
// interfaces in ports.go, which the packages below this one implement.
package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// Margin is how long before its end a session counts as ended, so that a
// command started with it has time to do something.
const Margin = 5 * time.Minute

// Org is one identity provider a person signs in to: for Okta, the embed link
// of the AWS app in their organisation.
type Org struct {
	Name            string // key in the configuration
	Type            string // one of Types
	URL             string // the app's embed link
	Username        string // asked for when empty
	MFA             string // preferred kind of factor, as in the configuration; "" = asked when there are several
	Browser         string // "auto", "headless" or "visible"
	BrowserPath     string // "" = found
	NoSandbox       bool
	AllowedHosts    []string // further hosts the password may be typed into
	AllowedAccounts []string // AWS accounts that profiles may use; none = any
	PasswordCommand []string
	MFACommand      []string
	Remember        bool          // keep the provider's session and device cookies for the next sign-in
	Anew            bool          // sign in even where a session at the provider is remembered; the device still is
	Unattended      bool          // nobody is there, and nobody's phone is to ring: only what needs no person
	Timeout         time.Duration // one deadline for a whole sign-in, waits for the person included
}

// Profile is one thing a person can ask for by name: a role at an org.
type Profile struct {
	Name       string
	Org        Org
	Role       string        // ARN or role name; "" = the only one, or asked
	Account    string        // twelve digits; "" = any
	Region     string        // "" = not set in the child
	Duration   time.Duration // 0 = what the assertion says, else an hour
	Source     *Profile      // role chaining: assume from this profile's session
	ExternalID string        // for role chaining
	Chaining   Chaining
	Policy     string   // an IAM policy in JSON that the session may not go beyond; "" = none
	PolicyARNs []string // managed policies to the same end
	Confirm    bool     // ask before use

	AllowedAccounts []string      // none = any
	MaxDuration     time.Duration // no session is asked to be longer; 0 = any
}

// Chaining is what AssumeRole can say of the session beside its role.
type Chaining struct {
	SessionName    string // "" = the source session's
	SourceIdentity string
	Tags           []Tag
	TransitiveTags []string // keys of Tags that go on to further roles
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// SameRole in place of a role's ARN means the role of the source's session, by
// its name, in the profile's account.
const SameRole = "{role}"

// Allows returns a *GuardError when the configuration keeps p out of account.
func (p Profile) Allows(account string) error {
	for _, guard := range [][]string{p.AllowedAccounts, p.Org.AllowedAccounts} {
		if len(guard) > 0 && !slices.Contains(guard, account) {
			return &GuardError{Profile: p.Name, Account: account, Allowed: guard}
		}
	}
	return nil
}

// wantsYes names the profile with Confirm that p is, or is assumed from: the
// guard on a profile holds for all that its session can reach. "" = none.
func (p Profile) wantsYes() string {
	for at := &p; at != nil; at = at.Source {
		if at.Confirm {
			return at.Name
		}
	}
	return ""
}

// Confirmed is p after a yes: nobody is asked again.
func (p Profile) Confirmed() Profile {
	p.Confirm = false
	if p.Source != nil {
		source := p.Source.Confirmed()
		p.Source = &source
	}
	return p
}

// Root follows Source to the profile that is signed in to.
func (p Profile) Root() Profile {
	for p.Source != nil {
		p = *p.Source
	}
	return p
}

// Key identifies the session that p asks for: profiles that name another
// role, account, user, org or duration have another key, so that editing the
// configuration or giving --role never yields the session of before.
func (p Profile) Key() string {
	chain := []any{}
	for at := &p; at != nil; at = at.Source {
		link := []any{at.Name, at.Org.Name, at.Org.URL, at.Org.Username, at.Role, at.Account, at.Duration.String(), at.ExternalID}
		if at.Policy != "" || at.PolicyARNs != nil || at.Chaining.set() {
			link = append(link, at.Policy, at.PolicyARNs, at.Chaining)
		}
		chain = append(chain, link)
	}
	text, _ := json.Marshal(chain) // strings and lists of them: cannot fail
	return string(text)
}

func (c Chaining) set() bool {
	return c.SessionName != "" || c.SourceIdentity != "" || c.Tags != nil || c.TransitiveTags != nil
}

// ID names o's sign-in for a lock or a stored secret without saying whose it is.
func (o Org) ID() string {
	text, _ := json.Marshal([]string{o.URL, o.Username})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

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

// Fresh reports whether s is good for more than Margin from now on.
func (s Session) Fresh(now time.Time) bool {
	return !s.Credentials.Expires.IsZero() && s.Credentials.Expires.Sub(now) > Margin
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
