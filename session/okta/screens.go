package okta

import (
	"context"
	"slices"
)

// buildTables makes the table of authenticators and the table of pages: whoever
// adds one adds a row to one of the lists. Of the pages the first whose mark is
// there counts, so those that share a field with others stand above them; apart
// from that their order means nothing: which page comes when is Okta's policy.
func (s *signIn) buildTables() tables {
	t := tables{
		factors:     slices.Concat(s.codeFactors(), s.pushFactors(), s.windowFactors(), s.fastPassFactors(), s.passwordFactors()),
		switchExit:  exit{switchLink, s.openList},
		classicExit: exit{classicDropdown, s.chooseFromDropdown},
	}
	var factorScreens []screen
	for _, f := range t.factors {
		answer := func(ctx context.Context) error { return s.answerFactor(ctx, f) }
		factorScreens = append(factorScreens, screen{f.title, f.page, answer, factorScreen})
	}
	const another = "another authenticator"
	t.screens = slices.Concat(
		s.passingScreens(), s.stayScreens(), s.personScreens(), factorScreens, s.fastPassScreens(),
		[]screen{{"choice of authenticators", authenticatorList, s.chooseFromList, factorScreen}},
		s.loginScreens(),
		[]screen{
			{another, withoutProgressBar + switchLink, s.openList, otherAuthenticatorScreen},
			{another, classicDropdown, s.chooseFromDropdown, otherAuthenticatorScreen},
		},
		s.messageScreens(),
	)
	return t
}
