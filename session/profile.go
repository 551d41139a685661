package session

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Profile is one thing a person can ask for by name: a role at an org.
type Profile struct {
	Name       string
	Org        Org
	Role       string        // ARN or role name; "" = the only one, or asked
	Account    string        // twelve digits; "" = any
	Provider   string        // ARN of the SAML provider that vouches for Role; "" = what the assertion says
	Region     string        // "" = not set in the child
	Duration   time.Duration // 0 = what the assertion says, else an hour
	Source     *Profile      // role chaining: assume from this profile's session
	ExternalID string        // for role chaining
	Chaining   Chaining
	Policies   SessionPolicies
	Confirm    bool // ask before use

	Color string // one of ColorNames, "" = none
	Title bool   // exec sets the terminal's title

	// ReadOnlyPolicy is what --read-only stands for: ReadOnlyAccess, which is "" too, or ViewOnlyAccess.
	ReadOnlyPolicy string

	AllowedAccounts []string      // none = any
	MaxDuration     time.Duration // no session is asked to be longer; 0 = any

	// ChooseApp finds the app where Org.URL is the provider's home page; nil: Org.URL is the app's link.
	ChooseApp ChooseApp
}

// App is an app of AWS's that a person has at their provider.
type App struct{ Label, Link string }

// ChooseApp picks one of a person's apps and returns its link, which has to be at the
// provider that they are signed in to. refused: why their apps could not be listed.
type ChooseApp func(ctx context.Context, apps []App, refused error) (link string, err error)

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

// confirmingProfile names the profile with Confirm that p is, or is assumed from: the
// guard on a profile holds for all that its session can reach. "" = none.
func (p Profile) confirmingProfile() string {
	for at := &p; at != nil; at = at.Source {
		if at.Confirm {
			return at.Name
		}
	}
	return ""
}

// Confirms reports whether a person is asked before p is used.
func (p Profile) Confirms() bool { return p.confirmingProfile() != "" }

// ReadOnlyName is the managed policy that --read-only stands for.
func (p Profile) ReadOnlyName() string { return cmp.Or(p.ReadOnlyPolicy, ReadOnlyAccess) }

// Confirmed is p after a yes: nobody is asked again.
func (p Profile) Confirmed() Profile {
	p.Confirm = false
	if p.Source != nil {
		source := p.Source.Confirmed()
		p.Source = &source
	}
	return p
}

// unreadRole is the role that p asks for where the assertion can't be read. Error: *EncryptedError.
func (p Profile) unreadRole() (Role, error) {
	if p.Role == "" || p.Provider == "" {
		return Role{}, &EncryptedError{Profile: p.Name, By: p.Org.ProviderName()}
	}
	arn := p.Role
	if !strings.HasPrefix(arn, "arn:") {
		arn = "arn:" + arnField(p.Provider, partitionField) + ":iam::" + arnField(p.Provider, accountField) + ":role/" + arn
	}
	role, err := ParseRole(arn)
	if err != nil {
		return Role{}, err
	}
	return role.WithProvider(p.Provider)
}

// pinsAccount reports whether the configuration, or a flag, says which account p
// is for.
func (p Profile) pinsAccount() bool {
	_, err := ParseRole(p.Role)
	return p.Account != "" || p.Provider != "" || err == nil
}

// Root follows Source to the profile that is signed in to.
func (p Profile) Root() Profile {
	for p.Source != nil {
		p = *p.Source
	}
	return p
}

// Key identifies the session that p asks for: profiles that name another
// role, account, user, org, duration or policies have another key, so that editing the
// configuration or giving --role never yields the session of before.
func (p Profile) Key() string {
	chain := []any{}
	for at := &p; at != nil; at = at.Source {
		link := []any{at.Name, at.Org.Name, at.Org.URL, at.Org.Username, at.Role, at.Account, at.Duration.String(), at.ExternalID}
		if !at.Policies.IsZero() || at.Chaining.isSet() {
			link = append(link, at.Policies.Inline, at.Policies.ARNs, at.Chaining)
		}
		if at.Policies.ReadOnly != "" {
			link = append(link, at.Policies.ReadOnly)
		}
		if at.Provider != "" {
			link = append(link, at.Provider)
		}
		chain = append(chain, link)
	}
	text, _ := json.Marshal(chain) // strings and lists of them: cannot fail
	return string(text)
}

func (c Chaining) isSet() bool {
	return c.SessionName != "" || c.SourceIdentity != "" || c.Tags != nil || c.TransitiveTags != nil
}
