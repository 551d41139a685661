package okta

// What the person's choices are remembered under.
const (
	authenticatorChoice = "authenticator"
	phoneChannelChoice  = "phone"
	oktaVerifyChoice    = "okta verify"
)

func (s *signIn) lastChoice(what string) string {
	if s.Choices == nil {
		return ""
	}
	return s.Choices.Last(s.org, what)
}

func (s *signIn) keepChoice(what, picked string) {
	if s.Choices != nil {
		s.Choices.Made(s.org, what, picked)
	}
}
