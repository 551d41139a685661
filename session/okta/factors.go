package okta

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stsx/session"
)

// Marks of choosing an authenticator. Lists of authenticators to enrol look
// alike and are not meant.
const (
	authenticatorList = `.siw-main-view:not([class*="enroll"]) a.select-factor, [data-se="authenticator-verify-list"] button[data-se="authenticator-button"]`
	authenticatorName = `.siw-main-view .authenticator-label, [data-se="authenticator-button-label"], #okta-dropdown-options a.factor-option`
	switchLink        = `[data-se="switchAuthenticator"]`
	classicDropdown   = `a[aria-controls="okta-dropdown-options"]`
	classicOption     = `#okta-dropdown-options a.factor-option`
)

// factor is one way to prove who one is besides the password.
type factor struct {
	names []string // as in the configuration: mfa = "totp"
	title string   // as the person knows it
	pick  string   // mark in a list of authenticators
	page  string   // mark of the page that asks for it: of its field, where it has one

	// answer answers that page; nil: with a code (answerCode).
	answer func(f factor, t *talk, ctx context.Context) error
}

// beacon is a mark for "the page's icon is this one and, while Classic moves
// from one page to the next, no other is there any more".
func beacon(icon string) string {
	return `body:has(.auth-beacon-factor.` + icon + `, [data-se~="factor-beacon"][data-se~="` + icon + `"]):not(:has(.auth-beacon-factor:not(.` + icon + `))) `
}

func pick(key, icon string) string {
	return `.siw-main-view [data-se="` + key + `"] a.select-factor, ` +
		`[data-se="authenticator-verify-list"] button[data-se="authenticator-button"]:has([data-se="` + key + `"]), ` +
		`#okta-dropdown-options li:has(.` + icon + `-30) a.factor-option`
}

// factors is the table of authenticators: whoever adds one adds a row to one
// of the three lists.
func factors() []factor {
	return slices.Concat(codeFactors(), pushFactors(), windowFactors())
}

// wanted reports whether f is what the person chose, now or in the configuration.
func (t *talk) wanted(f factor) bool {
	if t.chosen != nil {
		return t.chosen.title == f.title
	}
	return t.org.MFA == "" || slices.Contains(f.names, t.org.MFA)
}

// answerPage answers f's page if f is what the person wants.
func (f factor) answerPage(t *talk, ctx context.Context) error {
	if !t.wanted(f) {
		return t.another(ctx)
	}
	t.chosen = &f
	if f.answer != nil {
		return f.answer(f, t, ctx)
	}
	return f.answerCode(t, ctx)
}

// another leaves the page of an authenticator for the choice of others.
func (t *talk) another(ctx context.Context) error {
	for mark, answer := range map[string]func(*talk, context.Context) error{
		switchLink:      (*talk).switchAuthenticator,
		classicDropdown: (*talk).chooseClassic,
	} {
		there, err := t.page.Visible(ctx, mark)
		if err != nil {
			return err
		}
		if there {
			return answer(t, ctx)
		}
	}
	return t.notOffered(ctx)
}

// switchAuthenticator asks the Identity Engine's page for the list.
func (t *talk) switchAuthenticator(ctx context.Context) error { return t.page.Click(ctx, switchLink) }

// chooseAuthenticator picks from the Identity Engine's list.
func (t *talk) chooseAuthenticator(ctx context.Context) error {
	f, err := t.choose(ctx)
	if err != nil {
		return err
	}
	v, err := t.press(ctx, f.pick)
	if err != nil {
		return err
	}
	wrong, err := t.judge(ctx, v)
	if err == nil && wrong {
		err = &session.RefusedError{What: f.title, Said: t.quote(ctx, v)}
	}
	return err
}

// chooseClassic picks from Classic's drop-down, which redraws the page without
// asking Okta.
func (t *talk) chooseClassic(ctx context.Context) error {
	if err := t.page.Click(ctx, classicDropdown); err != nil {
		return err
	}
	if _, err := t.page.Await(ctx, classicOption); err != nil {
		return err
	}
	f, err := t.choose(ctx)
	if err != nil {
		return err
	}
	if err := t.page.Click(ctx, f.pick); err != nil {
		return err
	}
	// The page chosen from stays until the other one has moved in.
	_, err = t.page.Await(ctx, f.page)
	return err
}

// choose returns the authenticator wanted among those that the list offers and
// stsx can answer; the person is asked when there are several.
func (t *talk) choose(ctx context.Context) (factor, error) {
	var offered []factor
	var titles []string
	for _, f := range factors() {
		there, err := t.page.Visible(ctx, f.pick)
		if err != nil {
			return factor{}, err
		}
		if there && t.wanted(f) {
			offered, titles = append(offered, f), append(titles, f.title)
		}
	}
	picked := 0
	switch len(offered) {
	case 0:
		return factor{}, t.notOffered(ctx)
	case 1:
	default:
		var err error
		picked, err = t.Ask.Choose(ctx, session.Question{
			Prompt: "Sign in with",
			What:   "a choice between " + strings.Join(titles, " and "),
			Give:   "name one with --mfa or as mfa in the configuration: google_otp or okta_verify",
		}, titles)
		if err != nil {
			return factor{}, err
		}
	}
	t.chosen = &offered[picked]
	return offered[picked], nil
}

// notOffered says what the list holds when nothing in it will do.
func (t *talk) notOffered(ctx context.Context) error {
	names, err := t.page.Texts(ctx, authenticatorName)
	if err != nil {
		return err
	}
	want := "a factor that this version of stsx can answer (Google Authenticator or Okta Verify codes)"
	if t.org.MFA != "" {
		want = t.org.MFA
	}
	text := "Okta does not offer " + want
	if len(names) > 0 {
		text += "; it offers " + strings.Join(names, ", ")
	}
	return fmt.Errorf("signing in to %s: %s", t.org.Name, text)
}
