package okta

import (
	"fmt"
	"strings"
)

// Marks that several pages share. The names and data-se values are the widget's
// own and the same in every language.
const (
	usernameField = `input[name="identifier"], #okta-signin-username, #idp-discovery-username`
	passwordField = `input[name="credentials.passcode"][autocomplete="current-password"], ` +
		`form:has(input[name="identifier"]) input[name="credentials.passcode"], #okta-signin-password, ` + laterPasswordField
	// laterPasswordField is the password on a page of its own, in Gen3 one with
	// its icon: an org can have autocomplete off. A new one has that icon too.
	laterPasswordField = `.challenge-authenticator--okta_password input[name="credentials.passcode"], ` +
		`.mfa-verify-password input[name="password"], ` +
		`body:has([data-se~="factor-beacon"]:is(.mfa-okta-password, [data-se~="mfa-okta-password"])):not(:has(` + newPasswordField + `)) ` +
		`input[name="credentials.passcode"]`
	newPasswordField = `input[autocomplete="new-password"], input[name="confirmPassword"], .password-expired input[type="password"]`

	submitButton = `:is(input, button)[type="submit"]:is([data-type="save"], [data-se="save"])`
	// plainButton is a button of Gen3's that says of itself only what it reads.
	plainButton = `button[type="button"]:not([data-se]):not([role="link"])`
	skipLink    = `[data-se="skip"], [data-se="skip-link"], [data-se="skip-setup"]`
	// cancelLink is the way back to the first page; on a page of the Identity
	// Engine that has nothing else it leads away from the app.
	cancelLink = `[data-se="cancel"]`
	switchLink = `[data-se="switchAuthenticator"]`

	fieldErrorText = `.o-form-input-error, [id$="-error"], .MuiFormHelperText-root.Mui-error`
	pageErrorText  = `.infobox-error, [data-se="callout"], [role="alert"]`
	pageHeading    = `[data-se="o-form-head"]`
	// withoutProgressBar is a mark for "Gen3 shows no sign of waiting".
	withoutProgressBar = `body:not(:has([role="progressbar"])) `
)

// replyPaths are the paths at which Okta answers what a page sends.
func replyPaths() []string { return []string{"/idp/idx/", "/api/v1/authn", "/.well-known/webfinger"} }

// codeReplyPaths are those at which Okta answers a code: a page that polls has
// other traffic besides.
func codeReplyPaths() []string {
	return []string{"/idp/idx/challenge/answer", "/api/v1/authn/factors/"}
}

// settledMark is mark on a page whose icon is at rest: that of an authenticator,
// if it has one, has grown to its size, and no other grows or shrinks. Until then
// Classic's drop-down, which hangs on it, is too small to be seen, and there
// seems to be none. Of a page answered while the widget still puts its spinner
// away, it takes the next page's icon away instead.
func settledMark(mark string) string {
	return `html:not(:has(.beacon-container:is(.beacon-loading, [style*="scale("]:not([style*="scale(0, 0)"], [style*="scale(1, 1)"])), ` +
		`.beacon-container[style*="scale("]:not([style*="scale(1, 1)"]) .auth-beacon-factor)) :is(` + mark + `)`
}

// iconMark is the icon over the form: the first Gen3 have its name as a class
// alone, the others as data-se.
func iconMark(icon string) string {
	return `.auth-beacon-factor.` + icon + `, [data-se~="factor-beacon"]:is(.` + icon + `, [data-se~="` + icon + `"])`
}

// onPageWithIcon is a mark for "the page's icon is this one and, while Classic
// moves from one page to the next, no other is there any more". What is wanted
// of that page follows it.
func onPageWithIcon(icon string) string {
	return `body:has(` + iconMark(icon) + `):not(:has(.auth-beacon-factor:not(.` + icon + `))):not(:has(.siw-main-view[class*="enroll-"])) `
}

// listedMark is an authenticator in a list of them, by the widget's key for it
// and Classic's icon.
func listedMark(key, icon string) string {
	return `.siw-main-view [data-se="` + key + `"] a.select-factor, ` +
		`[data-se="authenticator-verify-list"] button[data-se="authenticator-button"]:has([data-se="` + key + `"]), ` +
		`#okta-dropdown-options li:has(.` + icon + `-30) a.factor-option`
}

// oldestWidget is the oldest version of the widget whose pages stsx knows.
const oldestWidget = "5.16"

// oldWidgetMark is a mark for "the page's widget is older", by the path of its
// script.
func oldWidgetMark() string {
	var older []string
	for major := range 5 {
		older = append(older, fmt.Sprintf(`script[src*="/okta-signin-widget/%d."]`, major))
	}
	for minor := range 16 {
		older = append(older, fmt.Sprintf(`script[src*="/okta-signin-widget/5.%d."]`, minor))
	}
	return "html:has(" + strings.Join(older, ", ") + ")"
}
