package okta

import "context"

// windowFactors need a person at the page itself.
func (s *signIn) windowFactors() []factor {
	build := func(name, title, key, icon, page, needs string) factor {
		return factor{
			names: []string{name}, title: title, listed: listedMark(key, icon), page: page,
			needsWindow: true, needs: needs, answer: s.answerInWindow,
		}
	}
	// The rows of Gen3's list have the icons too.
	form := func(icon string) string {
		return onPageWithIcon(icon) + `form:not(:has([data-se="authenticator-verify-list"]))`
	}
	return []factor{
		build("webauthn", "Security Key or Biometric", "webauthn", "mfa-webauthn", form("mfa-webauthn"),
			"Okta asks for your security key, passkey or fingerprint"),
		build("duo", "Duo Security", "duo", "mfa-duo", form("mfa-duo"), "Okta asks for Duo"),
		build("idp", "another identity provider", "external_idp", "mfa-custom-factor", form("mfa-custom-factor"),
			"Okta asks for a sign-in at another identity provider"),
		build("smartcard", "Smart Card", "smart_card_idp", "smart-card-icon", ".piv-cac-card, "+form("smart-card-icon"),
			"Okta asks for your smart card"),
	}
}

// answerInWindow leaves f's page to a person; where no window can be shown, what
// else Okta offers will do.
func (s *signIn) answerInWindow(ctx context.Context, f factor) error {
	if s.canShow() != nil {
		leave, err := s.findExit(ctx)
		if err != nil {
			return err
		}
		if leave != nil {
			s.selection.unsettle(false)
			return leave(ctx)
		}
	}
	return s.handOver(ctx, f.needs)
}
