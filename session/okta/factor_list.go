package okta

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

// listWait is how long the list of authenticators may take to be drawn.
const listWait = 5 * time.Second

// Marks of choosing an authenticator. Lists of authenticators to enrol look
// alike and are not meant. The three marks of rows select as many each.
const (
	authenticatorList = `.siw-main-view:not([class*="enroll"]) a.select-factor, ` +
		`[data-se="authenticator-verify-list"] button[data-se="authenticator-button"]`
	listButton = authenticatorList + `, #okta-dropdown-options a.factor-option`
	listRow    = `.siw-main-view:not([class*="enroll"]) .authenticator-row:has(a.select-factor), ` +
		`[data-se="authenticator-verify-list"] button[data-se="authenticator-button"], #okta-dropdown-options li:has(> a.factor-option)`
	listLabel = `.siw-main-view:not([class*="enroll"]) .authenticator-label, [data-se="authenticator-button-label"], ` +
		`#okta-dropdown-options a.factor-option`
	listSelectWord  = `[data-se="cta-button-label"]` // what the buttons of the first Gen3 read
	classicDropdown = `a[aria-controls="okta-dropdown-options"]`
	classicOption   = `#okta-dropdown-options a.factor-option`
)

// configWords are what the configuration calls them, without the kinds that
// several authenticators are of.
func configWords(listed []listedFactor) []string {
	var words []string
	for _, l := range listed {
		for _, f := range l.factors {
			for _, w := range f.names {
				if w != "totp" && w != "push" && !slices.Contains(words, w) {
					words = append(words, w)
				}
			}
		}
	}
	return words
}

// otherWaysText names the other ways to sign in, for a cure.
func otherWaysText(listed []listedFactor) string {
	words := configWords(listed)
	if len(words) == 0 {
		return ""
	}
	return "; or sign in another way: --mfa " + strings.Join(words, " or ")
}

// pageList is what a page's list of authenticators shows, a row at each index.
type pageList struct {
	texts, labels, buttons []string
	selectWord             string  // listSelectWord
	marks                  [][]int // which of the factors' marks each holds
}

// isWhole says that all of it was read of the same list.
func (l pageList) isWhole() bool {
	n := len(l.texts)
	return len(l.labels) == n && len(l.buttons) == n && len(l.marks) == n
}

// rowName is what a row is called, with what stands beside its name and is not
// the button's.
func (l pageList) rowName(i int) string {
	name, button := l.labels[i], l.buttons[i]
	rest := strings.TrimSpace(strings.TrimPrefix(l.texts[i], name))
	if rest == button {
		return name
	}
	rest = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(rest, button), l.selectWord))
	if rest == "" {
		return name
	}
	return name + " (" + rest + ")"
}

func (s *signIn) readList(ctx context.Context) (l pageList, err error) {
	for _, part := range []struct {
		mark string
		to   *[]string
	}{{listRow, &l.texts}, {listLabel, &l.labels}, {listButton, &l.buttons}} {
		if *part.to, err = s.page.Texts(ctx, part.mark); err != nil {
			return l, err
		}
	}
	if l.selectWord, err = s.page.Text(ctx, listSelectWord); err != nil {
		return l, err
	}
	marks := make([]string, len(s.factors))
	for i, f := range s.factors {
		marks[i] = f.listed
	}
	l.marks, err = s.page.MarksWithin(ctx, listRow, marks...)
	return l, err
}

// readWholeList is readList, once more where the page was just drawing its list
// or leaving it. gone: there is no list any more.
func (s *signIn) readWholeList(ctx context.Context) (l pageList, gone bool, err error) {
	l, err = s.readList(ctx)
	if err != nil || l.isWhole() {
		return l, false, err
	}
	limited, cancel := context.WithTimeout(ctx, quoteWait)
	i, err := s.page.Await(limited, listButton)
	gone = i < 0 || limited.Err() != nil && ctx.Err() == nil
	cancel()
	if gone {
		return l, true, nil
	}
	if err == nil {
		l, err = s.readList(ctx)
	}
	if err == nil && !l.isWhole() {
		err = s.errorWithPage(ctx, "stsx can't read the page's list of authenticators")
	}
	return l, false, err
}

// authenticators are what the list at hand offers.
type authenticators struct {
	usable      []listedFactor // what stsx can answer, in the page's order
	needsWindow []listedFactor // what it could if it could show a window
	names       []string       // of all that is in the list
}

func (s *signIn) listAuthenticators(ctx context.Context) (a authenticators, err error) {
	l, gone, err := s.readWholeList(ctx)
	if gone || err != nil {
		return a, err
	}
	for i := range l.texts {
		name := s.shownText(l.rowName(i))
		a.names = append(a.names, name)
		usable, hidden := listedFactor{index: i, name: name}, listedFactor{index: i, name: name}
		for _, n := range l.marks[i] {
			f := s.factors[n]
			switch {
			case s.checkUnattended(f) != nil:
			case f.waiting != "" && s.pushesSent >= maxPushes && len(l.marks[i]) == 1:
			case f.needsWindow && s.canShow() != nil:
				hidden.factors = append(hidden.factors, f)
			default:
				usable.factors = append(usable.factors, f)
			}
		}
		switch {
		case len(usable.factors) > 0:
			a.usable = append(a.usable, usable)
		case len(hidden.factors) > 0:
			a.needsWindow = append(a.needsWindow, hidden)
		}
	}
	return a, nil
}

// chooseListed returns the row wanted of the list at hand; the person is asked
// when there are several. A row without factors: the page has gone on.
func (s *signIn) chooseListed(ctx context.Context) (listedFactor, error) {
	offered, err := s.listAuthenticators(ctx)
	if err != nil || len(offered.names) == 0 {
		return listedFactor{}, err
	}
	usable, stale, err := s.withoutSilentFastPass(ctx, offered.usable)
	if stale || err != nil {
		return listedFactor{}, err
	}
	offered.usable = usable
	s.selection.listRead(len(usable) > 1)
	fitting := s.fitting(usable)
	if len(fitting) == 0 && s.selection.factor != nil {
		// What was chosen is not in the list any more: it is proven, and Okta
		// wants another one on top.
		s.selection.unsettle(true)
		fitting = s.fitting(usable)
	}
	password := slices.IndexFunc(usable, func(l listedFactor) bool { return l.is(passwordTitle) })
	if password >= 0 && !s.login.passwordSent && (len(fitting) == 0 || s.org.MFA == "" && !s.selection.anyFactor) {
		fitting = usable[password : password+1] // it was asked for already, and is one of what Okta wants
	}
	switch len(fitting) {
	case 0:
		return listedFactor{}, s.noneFits(ctx, offered)
	case 1:
		return fitting[0], nil
	}
	return s.askListed(ctx, fitting)
}

// noneFits deals with a list that holds nothing of what is wanted.
func (s *signIn) noneFits(ctx context.Context, offered authenticators) error {
	if s.fastPass.silent && s.org.MFA == fastPassName {
		return s.fastPassUnanswered(ctx, otherWaysText(offered.usable))
	}
	if hidden := s.fitting(offered.needsWindow); len(hidden) > 0 {
		err := s.notShown(ctx, hidden[0].factors[0].needs, s.canShow())
		var page *session.PageError
		if errors.As(err, &page) {
			page.Cure += otherWaysText(offered.usable)
		}
		return err
	}
	if len(offered.usable) == 0 && s.org.MFA == "" {
		return s.handOverUnknown(ctx)
	}
	return s.notOffered(offered.names)
}

// askListed asks which one it is to be.
func (s *signIn) askListed(ctx context.Context, fitting []listedFactor) (listedFactor, error) {
	last := s.lastChoice(authenticatorChoice)
	var titles []string
	for _, l := range fitting {
		titles = append(titles, l.name)
	}
	picked, err := s.Ask.Choose(ctx, session.Question{
		Prompt: "Sign in with",
		First:  max(0, slices.IndexFunc(fitting, func(l listedFactor) bool { return l.is(last) })),
		What:   "a choice between " + strings.Join(titles, " and "),
		Give:   "name one with --mfa or as mfa in the configuration: " + strings.Join(configWords(fitting), " or "),
	}, titles)
	if err != nil {
		return listedFactor{}, err
	}
	s.keepChoice(authenticatorChoice, fitting[picked].factors[0].title)
	return fitting[picked], nil
}

func (s *signIn) fitting(listed []listedFactor) []listedFactor {
	return slices.DeleteFunc(slices.Clone(listed), func(l listedFactor) bool { return !slices.ContainsFunc(l.factors, s.wants) })
}

// settleOnListed settles on l: on the one of its factors that is wanted, else,
// where it may be two, on neither yet.
func (s *signIn) settleOnListed(l listedFactor) {
	wanted := slices.DeleteFunc(slices.Clone(l.factors), func(f factor) bool { return !s.wants(f) })
	s.selection.codeRequested("")
	switch {
	case len(wanted) > 0 && (len(wanted) == 1 || len(l.factors) == 1):
		s.selection.settleOn(wanted[0])
	case len(l.factors) == 1:
		s.selection.settleOn(l.factors[0])
	default:
		s.selection.unsettle(true)
	}
}

// showForListed takes the sign-in to a window before l is pressed there: what
// needs a person may begin by itself with the press.
func (s *signIn) showForListed(ctx context.Context, l listedFactor) error {
	s.selection.settleOn(l.factors[0])
	if err := s.showWindow(ctx); err != nil {
		return s.notShown(ctx, l.factors[0].needs, err)
	}
	return nil
}

// chooseFromList picks from the Identity Engine's list.
func (s *signIn) chooseFromList(ctx context.Context) error {
	l, err := s.chooseListed(ctx)
	if err != nil || len(l.factors) == 0 {
		return err
	}
	if l.factors[0].needsWindow && !s.window.shown {
		return s.showForListed(ctx, l)
	}
	r, err := s.pressNth(ctx, listButton, l.index, replyPaths()...)
	if err != nil {
		return err
	}
	s.settleOnListed(l)
	return s.checkAccepted(ctx, r, l.name)
}

// chooseFromDropdown picks from Classic's drop-down, which redraws the page
// without asking Okta, unless a code is under way.
func (s *signIn) chooseFromDropdown(ctx context.Context) error {
	if err := s.page.Click(ctx, classicDropdown); err != nil {
		return err
	}
	if _, err := s.page.Await(ctx, classicOption); err != nil {
		return err
	}
	l, err := s.chooseListed(ctx)
	if err != nil || len(l.factors) == 0 {
		return err
	}
	if l.factors[0].needsWindow && !s.window.shown {
		return s.showForListed(ctx, l)
	}
	if err := s.page.ClickNth(ctx, listButton, l.index); err != nil {
		return err
	}
	s.settleOnListed(l)
	var pages []string
	for _, f := range l.factors {
		pages = append(pages, settledMark(f.page))
	}
	if l.is(oktaVerifyTitle) {
		pages = append(pages, settledMark(classicPushForm)) // which has its code beside the push
	}
	// The page chosen from stays until the other one has moved in.
	_, err = s.page.Await(ctx, pages...)
	return err
}

// openList asks the Identity Engine's page for the list. It comes without a
// request: until it is there, the page that was left is still shown.
func (s *signIn) openList(ctx context.Context) error {
	if err := s.page.Click(ctx, switchLink); err != nil {
		// A page that goes on by itself, as FastPass's does, may have taken it away.
		if there, unread := s.page.Visible(ctx, switchLink); unread == nil && !there {
			return nil
		}
		return err
	}
	limited, cancel := context.WithTimeout(ctx, listWait)
	defer cancel()
	_, err := s.page.Await(limited, authenticatorList)
	if ctx.Err() == nil && limited.Err() != nil {
		return nil // it led to something else
	}
	return err
}
