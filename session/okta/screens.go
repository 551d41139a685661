package okta

import "context"

// Marks that the engines share. The names and data-se values are the widget's
// own and the same in every language.
const (
	username    = `input[name="identifier"], #okta-signin-username, #idp-discovery-username`
	passwordBox = `input[name="credentials.passcode"][autocomplete="current-password"], form:has(input[name="identifier"]) input[name="credentials.passcode"], #okta-signin-password, ` + passwordLater
	// passwordLater is the password on a page of its own, in Gen3 one with its
	// icon: an org can have autocomplete off. A new one has that icon too.
	passwordLater = `.challenge-authenticator--okta_password input[name="credentials.passcode"], .mfa-verify-password input[name="password"], ` +
		`body:has([data-se~="factor-beacon"]:is(.mfa-okta-password, [data-se~="mfa-okta-password"])):not(:has(` + newPassword + `)) input[name="credentials.passcode"]`
	newPassword  = `input[autocomplete="new-password"], input[name="confirmPassword"], .password-expired input[type="password"]`
	submitButton = `:is(input, button)[type="submit"]:is([data-type="save"], [data-se="save"])`
	skipLink     = `[data-se="skip"], [data-se="skip-link"], [data-se="skip-setup"]`
	fieldError   = `.o-form-input-error, [id$="-error"], .MuiFormHelperText-root.Mui-error`
	pageError    = `.infobox-error, [data-se="callout"], [role="alert"]`
	// atRest is a mark for "Gen3 shows no sign of waiting".
	atRest  = `body:not(:has([role="progressbar"])) `
	heading = `[data-se="o-form-head"]`
)

// replies are the paths at which Okta answers what a page sends.
func replies() []string { return []string{"/idp/idx/", "/api/v1/authn", "/.well-known/webfinger"} }

// answers are those of replies at which Okta answers a code: a page that polls
// has other traffic besides.
func answers() []string { return []string{"/idp/idx/challenge/answer", "/api/v1/authn/factors/"} }

// screen is one page that can be answered.
type screen struct {
	name   string // for messages
	mark   string // what on a page says that it is this one
	answer func(t *talk, ctx context.Context) error
}

// settled is mark on a page whose icon is at rest: that of an authenticator, if
// it has one, has grown to its size, and no other grows or shrinks. Until then
// Classic's drop-down, which hangs on it, is too small to be seen, and there
// seems to be none. Of a page answered while the widget still puts its spinner
// away, it takes the next page's icon away instead.
func settled(mark string) string {
	return `html:not(:has(.beacon-container:is(.beacon-loading, [style*="scale("]:not([style*="scale(0, 0)"], [style*="scale(1, 1)"])), ` +
		`.beacon-container[style*="scale("]:not([style*="scale(1, 1)"]) .auth-beacon-factor)) :is(` + mark + `)`
}

// logins ask for the username, the password or both.
func logins() []screen {
	return []screen{{"sign in", username, (*talk).login}, {"password", passwordBox, (*talk).login}}
}

// anotherAuthenticator is the page of one that is not wanted.
const anotherAuthenticator = "another authenticator"

// screens is the table of pages. The first whose mark is there counts, so
// those that share a field with others stand above them; apart from that
// their order means nothing: which page comes when is Okta's policy.
func screens() []screen {
	table := append(betweens(), handOvers()...)
	for _, f := range factors() {
		table = append(table, screen{f.title, f.page, f.answerPage})
	}
	table = append(table, fastPassScreens()...)
	table = append(table, screen{"choice of authenticators", authenticatorList, (*talk).chooseAuthenticator})
	table = append(table, logins()...)
	return append(table,
		screen{anotherAuthenticator, atRest + switchLink, (*talk).switchAuthenticator},
		screen{anotherAuthenticator, classicDropdown, (*talk).chooseClassic},
		screen{"notice", pageError, (*talk).notice},
	)
}
