package okta

import "slices"

// selection is which authenticator a sign-in is to use besides the password.
type selection struct {
	factor    *factor // nil: not settled
	anyFactor bool    // whatever mfa says, any authenticator will do
	byPerson  bool    // the person asked for another way
	several   bool    // Okta offered several
	codeSent  string  // title of the factor whose code Okta was told to send
	leaving   string  // title of the factor whose page the person wants to leave
}

// settleOn is for an authenticator that the person, or the configuration, wants.
func (s *selection) settleOn(f factor) { s.factor, s.anyFactor = &f, false }

// unsettle leaves the choice to the next page; with any, the configured mfa does
// not count.
func (s *selection) unsettle(any bool) { s.factor, s.anyFactor = nil, any }

// startOver is for a person who wants another way than the one at hand, which
// is left.
func (s *selection) startOver(leaving string) {
	*s = selection{anyFactor: true, byPerson: true, several: s.several, leaving: leaving}
}

// insistOn is for a person who picked f.
func (s *selection) insistOn(f factor) { s.factor, s.byPerson = &f, true }

// listRead is for a list of authenticators.
func (s *selection) listRead(several bool) { s.several, s.leaving = several, "" }

// leave is for a page that the person wants to leave; "" once it is left.
func (s *selection) leave(title string) { s.leaving = title }

// codeRequested notes that Okta was told to send title's code; "" for none.
func (s *selection) codeRequested(title string) { s.codeSent = title }

// wants reports whether f is what the person chose, now or as mfa in the
// configuration.
func (s *selection) wants(f factor, mfa string) bool {
	if s.factor != nil {
		return s.factor.title == f.title
	}
	return s.anyFactor || mfa == "" || slices.Contains(f.names, mfa)
}
