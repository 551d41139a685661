package okta

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"stsx/session"
	"stsx/session/page"
)

// maxAnswers is how often the same page is answered before the sign-in is taken
// to go round in circles.
const maxAnswers = 8

// signIn is one sign-in. Each of its parts is written by one file. Files of this
// package use those that stand before them in the list of TestFileOrder.
type signIn struct {
	*Driver
	tables
	org     session.Org
	origins []string // where the sign-in may be
	resumed bool     // the browser has the cookies of an earlier sign-in

	page       page.Page      // handover.go
	window     windowState    // handover.go
	screen     string         // name of the page at hand; page_report.go
	answered   map[string]int // how often, by screen; signin.go
	exchange   exchange       // exchange.go
	reopening  reopening      // retry_later.go
	selection  selection      // selection.go
	login      login          // login.go
	code       codeEntry      // factor_code.go
	appSearch  appSearch      // find_app.go
	pushesSent int            // factor_push.go
	fastPass   fastPass       // factor_fastpass.go
}

// newSignIn is a sign-in at p, where o's page is open.
func (d *Driver) newSignIn(p page.Page, o session.Org, password session.Password, codes *session.CodeSource) *signIn {
	s := &signIn{
		Driver: d, page: p, org: o, origins: o.AllowedOrigins(), answered: map[string]int{},
		window: windowState{shown: p.Shown()}, login: login{password: password}, code: codeEntry{source: codes},
	}
	s.tables = s.buildTables()
	return s
}

// run answers one page after the other until the SAML response is posted.
func (s *signIn) run(ctx context.Context) (string, error) {
	marks := s.marksOf(func(screen) bool { return true })
	for {
		s.Ask.Progress("signing in to " + s.org.Name)
		posted, err := s.answerNext(ctx, marks)
		if err = s.tryConnection(ctx, err); err != nil {
			return "", s.withPage(ctx, err)
		}
		if posted {
			s.note("Okta posted its SAML response")
			return s.page.SAMLResponse().Reveal(), nil
		}
	}
}

// answerNext waits for a page and answers it. posted: the SAML response was.
func (s *signIn) answerNext(ctx context.Context, marks []string) (posted bool, err error) {
	if reopened, err := s.checkDocument(ctx, true); reopened || err != nil {
		return false, err
	}
	if found, err := s.findApp(ctx, marks); found || err != nil {
		return false, err
	}
	i, err := s.awaitPage(ctx, marks)
	if s.reopening.reloaded && (err == nil && i >= 0 || errors.Is(err, errUnknownPage)) {
		s.note("the way to the app leads to another page: the app's link is opened")
		return false, s.reopen(ctx)
	}
	if errors.Is(err, errUnknownPage) && s.restsAtHome(ctx) {
		return false, nil
	}
	if errors.Is(err, errUnknownPage) {
		s.note("the page is not one that stsx knows")
		s.enterScreen("")
		s.recordScreen(ctx, "unknown page")
		if reopened, err := s.checkDocument(ctx, false); reopened || err != nil {
			return false, err
		}
		return false, s.handOverUnknown(ctx)
	}
	if err != nil || i < 0 {
		return i < 0, err
	}
	c := s.screens[i]
	if told, ok := s.screenNamed(s.exchange.response.screenName()); ok {
		c = told
	}
	s.enterScreen(c.name)
	s.note("the page is “" + c.name + "”")
	s.recordScreen(ctx, c.name)
	if s.answered[c.name]++; s.answered[c.name] > maxAnswers {
		return false, s.errorWithPage(ctx, "the sign-in goes round in circles")
	}
	return false, s.answerScreen(ctx, c)
}

// answerScreen answers a page, if it is one of the org's.
func (s *signIn) answerScreen(ctx context.Context, c screen) error {
	origin, err := s.foreignOrigin(ctx)
	switch {
	case err != nil:
		return err
	case origin != "":
		return s.handOverForeign(ctx, origin)
	}
	if left, err := s.leaveOtherUser(ctx); left || err != nil {
		return err
	}
	if reopened, err := s.awaitWork(ctx); reopened || err != nil {
		return err
	}
	err = c.answer(ctx)
	switch {
	case gaveUp(err):
		return s.handOverWork(ctx, err)
	case needsPerson(err) && s.asksInWindow:
		return s.askInWindow(ctx, err)
	}
	return err
}

// checkDocument judges the document at hand by its status where that says more
// than the page: nil when there is nothing to it. known: the page may be one that
// stsx knows.
func (s *signIn) checkDocument(ctx context.Context, known bool) (reopened bool, err error) {
	d := s.page.DocumentReply()
	if !s.isOurs(d.URL) || s.reopening.isLeft(d) {
		return false, nil
	}
	switch {
	case d.Status == http.StatusTooManyRequests:
		return true, s.tryLater(ctx, refusal{rateLimited, d.Status, d.Wait}, func() error {
			return &session.RefusedError{What: "the sign-in", Said: s.pageWords(ctx), Kind: session.RefusedTooMany, Wait: d.Wait}
		})
	case d.Status >= http.StatusInternalServerError:
		return true, s.tryLater(ctx, refusal{serverTrouble, d.Status, d.Wait}, func() error {
			return &session.UnavailableError{Said: s.pageWords(ctx), Status: d.Status, Wait: d.Wait}
		})
	case !known && d.Status == http.StatusForbidden:
		return false, &session.RefusedError{What: "the app", Said: s.pageWords(ctx), Kind: session.RefusedPolicy}
	case !known && (d.Status == http.StatusNotFound || d.Status == http.StatusGone):
		return false, s.errorWithCure(ctx, fmt.Sprintf("Okta found no app at url (HTTP status %d)", d.Status),
			"correct url in the configuration: it is the app's embed link, where its tile on the Okta dashboard leads to")
	}
	return false, nil
}
