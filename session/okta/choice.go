package okta

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stsx/session"
)

// Marks of choosing an authenticator. Lists of authenticators to enrol look
// alike and are not meant. The three marks of rows select as many each.
const (
	authenticatorList = `.siw-main-view:not([class*="enroll"]) a.select-factor, [data-se="authenticator-verify-list"] button[data-se="authenticator-button"]`
	listButton        = authenticatorList + `, #okta-dropdown-options a.factor-option`
	listRow           = `.siw-main-view:not([class*="enroll"]) .authenticator-row:has(a.select-factor), [data-se="authenticator-verify-list"] button[data-se="authenticator-button"], #okta-dropdown-options li:has(> a.factor-option)`
	listLabel         = `.siw-main-view:not([class*="enroll"]) .authenticator-label, [data-se="authenticator-button-label"], #okta-dropdown-options a.factor-option`
	listSelect        = `[data-se="cta-button-label"]` // what the buttons of the first Gen3 read
	switchLink        = `[data-se="switchAuthenticator"]`
	classicDropdown   = `a[aria-controls="okta-dropdown-options"]`
	classicOption     = `#okta-dropdown-options a.factor-option`
)

// What the person's choices are remembered under.
const (
	ofAuthenticators = "authenticator"
	ofChannels       = "phone"
	ofVerify         = "okta verify"
)

// row is one line of the page's list.
type row struct {
	at      int      // its place in the list
	name    string   // as Okta shows it: "Phone (+1 XXX-XXX-4586)"
	factors []factor // that it may be; Classic shows two of Okta Verify's as one
}

func (r row) is(title string) bool {
	return slices.ContainsFunc(r.factors, func(f factor) bool { return f.title == title })
}

// words are what the configuration calls it, without the kinds that several
// authenticators are of.
func (r row) words() []string {
	var words []string
	for _, f := range r.factors {
		words = append(words, f.names...)
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "totp" || w == "push" })
}

// listing is what a page's list of authenticators shows, a row at each index.
type listing struct {
	texts, labels, buttons []string
	reads                  string  // listSelect
	held                   [][]int // which of the marks each holds
}

// even says that all of it was read of the same list.
func (l listing) even() bool {
	n := len(l.texts)
	return len(l.labels) == n && len(l.buttons) == n && len(l.held) == n
}

func (t *talk) readList(ctx context.Context, marks []string) (l listing, err error) {
	for _, part := range []struct {
		mark string
		to   *[]string
	}{{listRow, &l.texts}, {listLabel, &l.labels}, {listButton, &l.buttons}} {
		if *part.to, err = t.page.Texts(ctx, part.mark); err != nil {
			return l, err
		}
	}
	if l.reads, err = t.page.Text(ctx, listSelect); err != nil {
		return l, err
	}
	l.held, err = t.page.MarksWithin(ctx, listRow, marks...)
	return l, err
}

// rows reads the list: what stsx can answer of it, in the page's order, what it
// could in a window if one could be shown, and the names of all that is in it.
func (t *talk) rows(ctx context.Context) (known, behind []row, names []string, err error) {
	table := factors()
	marks := make([]string, len(table))
	for i, f := range table {
		marks[i] = f.pick
	}
	l, err := t.readList(ctx, marks)
	if err != nil {
		return nil, nil, nil, err
	}
	if !l.even() { // the page was just drawing it, or leaving it
		limited, cancel := context.WithTimeout(ctx, quoteWait)
		i, err := t.page.Await(limited, listButton)
		gone := i < 0 || limited.Err() != nil && ctx.Err() == nil
		cancel()
		if gone {
			return nil, nil, nil, nil
		}
		if err == nil {
			l, err = t.readList(ctx, marks)
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if !l.even() {
			return nil, nil, nil, t.stuck(ctx, "stsx can't read the page's list of authenticators")
		}
	}
	for i, text := range l.texts {
		name := l.labels[i]
		rest := strings.TrimSpace(strings.TrimPrefix(text, name))
		if rest != l.buttons[i] {
			rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, l.buttons[i]), l.reads))
		} else {
			rest = ""
		}
		if rest != "" {
			name += " (" + rest + ")"
		}
		names = append(names, name)
		r, needs := row{at: i, name: name}, row{at: i, name: name}
		for _, f := range l.held[i] {
			switch {
			case t.withoutPerson(table[f]) != nil:
			case table[f].waits != "" && t.pushes >= maxPushes && len(l.held[i]) == 1:
			case table[f].window && t.canShow() != nil:
				needs.factors = append(needs.factors, table[f])
			default:
				r.factors = append(r.factors, table[f])
			}
		}
		switch {
		case len(r.factors) > 0:
			known = append(known, r)
		case len(needs.factors) > 0:
			behind = append(behind, needs)
		}
	}
	return known, behind, names, nil
}

// choose returns the row wanted of the list at hand; the person is asked when
// there are several.
func (t *talk) choose(ctx context.Context) (row, error) {
	known, behind, names, err := t.rows(ctx)
	if err != nil {
		return row{}, err
	}
	if len(names) == 0 {
		return row{}, nil // the page has gone on meanwhile
	}
	known, stale, err := t.answering(ctx, known)
	if stale || err != nil {
		return row{}, err
	}
	t.listed, t.avoid = len(known) > 1, ""
	fit := t.fitting(known)
	if len(fit) == 0 && t.chosen != nil {
		// What was chosen is not in the list any more: it is proven, and Okta
		// wants another one on top.
		t.chosen, t.free = nil, true
		fit = t.fitting(known)
	}
	if i := slices.IndexFunc(known, func(r row) bool { return r.is(passwordTitle) }); i >= 0 && !t.sent && (len(fit) == 0 || t.org.MFA == "" && !t.free) {
		fit = known[i : i+1] // it was asked for already, and is one of what Okta wants
	}
	switch len(fit) {
	case 0:
		if t.silent && t.org.MFA == fastPass {
			return row{}, t.noVerify(ctx, known)
		}
		if needs := t.fitting(behind); len(needs) > 0 {
			return row{}, t.unseen(ctx, needs, known)
		}
		if len(known) == 0 && t.org.MFA == "" && len(names) > 0 {
			return row{}, t.unknown(ctx)
		}
		return row{}, t.notOffered(names)
	case 1:
		return fit[0], nil
	}
	q := session.Question{
		Prompt: "Sign in with",
		First:  max(0, slices.IndexFunc(fit, func(r row) bool { return r.is(t.last(ofAuthenticators)) })),
	}
	var titles, words []string
	for _, r := range fit {
		titles = append(titles, r.name)
		for _, w := range r.words() {
			if !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
	}
	q.What = "a choice between " + strings.Join(titles, " and ")
	q.Give = "name one with --mfa or as mfa in the configuration: " + strings.Join(words, " or ")
	picked, err := t.Ask.Choose(ctx, q, titles)
	if err != nil {
		return row{}, err
	}
	t.made(ofAuthenticators, fit[picked].factors[0].title)
	return fit[picked], nil
}

func (t *talk) fitting(known []row) []row {
	var fit []row
	for _, r := range known {
		if slices.ContainsFunc(r.factors, t.wanted) {
			fit = append(fit, r)
		}
	}
	return fit
}

func (t *talk) last(what string) string {
	if t.Choices == nil {
		return ""
	}
	return t.Choices.Last(t.org, what)
}

func (t *talk) made(what, picked string) {
	if t.Choices != nil {
		t.Choices.Made(t.org, what, picked)
	}
}

// take settles on r: on the one of its factors that is wanted, else, where it
// may be two, on neither yet.
func (t *talk) take(r row) {
	fits := slices.DeleteFunc(slices.Clone(r.factors), func(f factor) bool { return !t.wanted(f) })
	t.chosen, t.free, t.asked = nil, false, ""
	switch {
	case len(fits) > 0 && (len(fits) == 1 || len(r.factors) == 1):
		t.chosen = &fits[0]
	case len(r.factors) == 1:
		t.chosen = &r.factors[0]
	default:
		t.free = true
	}
}

// chooseAuthenticator picks from the Identity Engine's list.
func (t *talk) chooseAuthenticator(ctx context.Context) error {
	r, err := t.choose(ctx)
	if err != nil || len(r.factors) == 0 {
		return err
	}
	if r.factors[0].window && !t.shown {
		return t.showFor(ctx, r)
	}
	v, err := t.pressNth(ctx, listButton, r.at, replies()...)
	if err != nil {
		return err
	}
	t.take(r)
	wrong, err := t.judge(ctx, v)
	if err == nil && wrong {
		err = &session.RefusedError{What: r.name, Said: t.quote(ctx, v)}
	}
	return err
}

// chooseClassic picks from Classic's drop-down, which redraws the page without
// asking Okta, unless a code is under way.
func (t *talk) chooseClassic(ctx context.Context) error {
	if err := t.page.Click(ctx, classicDropdown); err != nil {
		return err
	}
	if _, err := t.page.Await(ctx, classicOption); err != nil {
		return err
	}
	r, err := t.choose(ctx)
	if err != nil || len(r.factors) == 0 {
		return err
	}
	if r.factors[0].window && !t.shown {
		return t.showFor(ctx, r)
	}
	if err := t.page.ClickNth(ctx, listButton, r.at); err != nil {
		return err
	}
	t.take(r)
	pages := make([]string, len(r.factors))
	for i, f := range r.factors {
		pages[i] = settled(f.page)
	}
	if r.is(verifyCode().title) {
		pages = append(pages, settled(classicPush)) // which has its code beside the push
	}
	// The page chosen from stays until the other one has moved in.
	_, err = t.page.Await(ctx, pages...)
	return err
}

// switchAuthenticator asks the Identity Engine's page for the list. It comes
// without a request: until it is there, the page that was left is still shown.
func (t *talk) switchAuthenticator(ctx context.Context) error {
	if err := t.page.Click(ctx, switchLink); err != nil {
		// A page that goes on by itself, as FastPass's does, may have taken it away.
		if there, unseen := t.page.Visible(ctx, switchLink); unseen == nil && !there {
			return nil
		}
		return err
	}
	limited, cancel := context.WithTimeout(ctx, look)
	defer cancel()
	_, err := t.page.Await(limited, authenticatorList)
	if ctx.Err() == nil && limited.Err() != nil {
		return nil // it led to something else
	}
	return err
}

// others is how the page at hand is left for the choice of authenticators, nil
// when it has no such way.
func (t *talk) others(ctx context.Context) (func(context.Context) error, error) {
	for _, way := range []struct {
		mark string
		take func(context.Context) error
	}{{switchLink, t.switchAuthenticator}, {classicDropdown, t.chooseClassic}} {
		there, err := t.page.Visible(ctx, way.mark)
		if err != nil || there {
			return way.take, err
		}
	}
	return nil, nil
}

// notOffered says what the list holds when nothing in it will do.
func (t *talk) notOffered(names []string) error {
	want := "a factor that stsx can answer"
	if t.org.MFA != "" {
		want = t.org.MFA
	}
	text := "Okta does not offer " + want
	if len(names) > 0 {
		text += "; it offers " + strings.Join(names, ", ")
	}
	return fmt.Errorf("signing in to %s: %s", t.org.Name, text)
}
