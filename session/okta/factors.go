package okta

import (
	"context"
	"slices"
)

// factor is one way to prove who one is besides the password.
type factor struct {
	names []string // as in the configuration: mfa = "totp"
	title string   // as the person knows it
	pick  string   // mark in a list of authenticators
	page  string   // mark of the page that asks for it: of its field, where it has one

	// answer answers that page; nil: with a code (answerCode).
	answer func(f factor, t *talk, ctx context.Context) error

	window bool   // only a person at a window can answer it
	always bool   // answered whatever was chosen
	field  string // of the code, where page is more than that
	submit string // what sends the code off; "": submitButton
	send   string // what makes Okta send the code, or the push
	again  string // what makes Okta send another
	says   string // of the question that is to be answered in words
	waits  string // mark of the page that waits for a phone
	app    string // where the phone asks; "": Okta says its name
	wants  string // of the person at the window, for messages
}

// iconMark is the icon over the form: the first Gen3 have its name as a class
// alone, the others as data-se.
func iconMark(icon string) string {
	return `.auth-beacon-factor.` + icon + `, [data-se~="factor-beacon"]:is(.` + icon + `, [data-se~="` + icon + `"])`
}

// beacon is a mark for "the page's icon is this one and, while Classic moves
// from one page to the next, no other is there any more".
func beacon(icon string) string {
	return `body:has(` + iconMark(icon) + `):not(:has(.auth-beacon-factor:not(.` + icon + `))):not(:has(.siw-main-view[class*="enroll-"])) `
}

func pick(key, icon string) string {
	return `.siw-main-view [data-se="` + key + `"] a.select-factor, ` +
		`[data-se="authenticator-verify-list"] button[data-se="authenticator-button"]:has([data-se="` + key + `"]), ` +
		`#okta-dropdown-options li:has(.` + icon + `-30) a.factor-option`
}

// factors is the table of authenticators: whoever adds one adds a row to one
// of the lists.
func factors() []factor {
	return slices.Concat(codeFactors(), pushFactors(), windowFactors(), fastPassFactors())
}

// wanted reports whether f is what the person chose, now or in the configuration.
func (t *talk) wanted(f factor) bool {
	if t.chosen != nil {
		return t.chosen.title == f.title
	}
	return t.free || t.org.MFA == "" || slices.Contains(f.names, t.org.MFA)
}

// answerPage answers f's page if f is what the person wants.
func (f factor) answerPage(t *talk, ctx context.Context) error {
	if !f.always {
		leave, err := f.leave(t, ctx)
		if leave != nil || err != nil {
			return errOr(err, leave, ctx)
		}
		t.chosen, t.free = &f, false
		if err := t.withoutPerson(f); err != nil {
			return err
		}
	}
	if f.answer != nil {
		return f.answer(f, t, ctx)
	}
	return f.answerCode(t, ctx)
}

func errOr(err error, do func(context.Context) error, ctx context.Context) error {
	if err != nil {
		return err
	}
	return do(ctx)
}

// leave is how f's page is left when it is not what is wanted, nil when it is.
func (f factor) leave(t *talk, ctx context.Context) (func(context.Context) error, error) {
	if t.wanted(f) {
		if t.chosen != nil || t.free || t.org.MFA != "" {
			return nil, nil
		}
		// Classic shows one of several without being asked to.
		several, err := t.page.Visible(ctx, classicDropdown)
		if err != nil || !several {
			return nil, err
		}
		return t.chooseClassic, nil
	}
	leave, err := t.others(ctx)
	if err == nil && leave == nil && t.chosen == nil {
		err = t.notOffered([]string{f.title})
	}
	// Without a way to leave, what was chosen is proven, and this is what Okta
	// wants on top.
	return leave, err
}
