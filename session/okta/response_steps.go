package okta

import "slices"

// enrolmentSteps are the names by which Okta asks for a factor to be set up and
// not to be verified. In Gen3 the pages look the same.
func enrolmentSteps() []string {
	return []string{
		"enroll-authenticator", "enroll-poll", "select-enrollment-channel", "enrollment-channel-data", "authenticator-enrollment-data",
	}
}

const (
	// customExpiryStep is how Okta asks for a password that is changed elsewhere.
	customExpiryStep = "reenroll-custom-password-expiry"
	deviceGraceStep  = "device-assurance-grace-period"
)

// widgetSteps are what the Identity Engine can want of a person at the widget,
// by its names. Source: the widget's RemediationConstants.
func widgetSteps() []string {
	return append(enrolmentSteps(),
		"identify", "select-identify", "identify-recovery", "select-enroll-profile", "enroll-profile", "profile-update",
		"unlock-account", "request-activation-email", "admin-consent", "consent", "granular-consent", "email-challenge-consent",
		"select-authenticator-authenticate", "select-authenticator-unlock-account", "authenticator-verification-data",
		"challenge-authenticator", "challenge-webauthn-autofillui-authenticator", "challenge-poll", "resend",
		"select-authenticator-enroll", "select-authenticator-enroll-data", "enroll-authenticator-promotion",
		"reenroll-authenticator", "reenroll-authenticator-warning", customExpiryStep, "reenroll-custom-password-expiry-warning",
		"reset-authenticator", "skip", "poll", "failure-redirect", "success-redirect", "redirect-idp", "redirect-idverify",
		"piv-idp", "device-challenge-poll", "device-apple-sso-extension", "cancel-transaction", "launch-authenticator",
		"launch-nfc-authenticator", "launch-webauthn-authenticator", "enroll-webauthn-residentkey",
		"launch-passkeys-authenticator", "user-code", "keep-me-signed-in", deviceGraceStep,
	)
}

// unknownStep is what the answer wants if no page of the widget is for that,
// else "".
func (r response) unknownStep() string {
	if !r.identityEngine || len(r.next) == 0 || slices.Contains(widgetSteps(), r.next[0]) {
		return ""
	}
	return r.next[0]
}

// Names of screens that only an answer tells from others.
const (
	setUpScreen           = "set up"
	expiredPasswordScreen = "password expired"
)

// screenName is the screen that the answer says is next, whatever its page
// looks like; "" where the page says it.
func (r response) screenName() string {
	switch {
	case len(r.next) == 0 || slices.Contains(r.next, "skip"):
	case slices.Contains(enrolmentSteps(), r.next[0]):
		return setUpScreen
	case r.next[0] == customExpiryStep:
		return expiredPasswordScreen
	}
	return ""
}
