package okta

import "stsx/session"

// checkUnattendedOrg says whether o can be signed in to with a browser while nobody is
// there: where the password was given to this run, or a command prints codes,
// somebody has seen to that. Anywhere else the password alone could make a phone
// ring that nobody expects to ring.
func (d *Driver) checkUnattendedOrg(o *session.Org) error {
	if d.Passwords.Given.IsZero() && len(o.MFACommand) == 0 {
		return &session.InputError{
			What: "a sign-in to " + o.Name,
			Give: "sign in with stsx login; with remember = true stsx can renew sessions by itself for as long as Okta's own session lasts",
		}
	}
	o.Browser = "headless"
	return nil
}

// checkUnattended is an error where nobody is there and f needs somebody: what is
// sent to a phone, or done at one or at a window.
func (s *signIn) checkUnattended(f factor) error {
	if !s.org.Unattended || f.needsNobody() {
		return nil
	}
	return &session.InputError{What: "an answer to " + f.title, Give: "sign in with stsx login"}
}

// needsNobody: f is answered with what stsx has or a command prints, and rings
// at no phone.
func (f factor) needsNobody() bool {
	return !f.needsWindow && f.sendAgain == "" && f.waiting == ""
}
