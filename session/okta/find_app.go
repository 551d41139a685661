package okta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"stsx/session"
)

const (
	// homeCheckInterval is how often it is looked whether the dashboard has come.
	homeCheckInterval = 500 * time.Millisecond
	// maxAppRefusals is how often Okta may refuse the list of apps at the dashboard: the
	// Identity Engine's sign-in page has the dashboard's address.
	maxAppRefusals = 10
)

// appLists are where a session is told its apps: Okta's Users API, which knows hidden apps
// too, and what the dashboard itself asks for.
func appLists() []string {
	return []string{"/api/v1/users/me/appLinks", "/api/v1/users/me/home/tabs?type=all&expand=items%2Citems.resource"}
}

// appSearch is the search for the app of a sign-in that begins at Okta's home page.
type appSearch struct {
	choose  session.ChooseApp // nil: there is nothing to find
	link    string            // of the app that was found
	atRest  bool              // the dashboard came to rest: no page of the sign-in's follows
	refused int               // how often the list was
}

// findApp waits for the dashboard, or for one of marks, if there is an app to be found. At
// the dashboard it has one chosen, and goes on there. found: the app was opened.
func (s *signIn) findApp(ctx context.Context, marks []string) (found bool, err error) {
	for begun := time.Now(); s.appSearch.choose != nil && time.Since(begun) < recognizeWait; {
		limited, cancel := context.WithTimeout(ctx, homeCheckInterval)
		_, _ = s.page.Await(limited, marks...) // awaitPage says what it was
		late := limited.Err() != nil && ctx.Err() == nil
		cancel()
		if !late {
			return false, nil
		}
		address, err := s.page.Location(ctx)
		if err != nil {
			return false, err
		}
		if !s.isAtHome(address) || len(s.answered) == 0 && !s.appSearch.atRest {
			continue
		}
		apps, refused := s.listApps(ctx)
		if s.appSearch.refused++; refused == nil || s.appSearch.refused >= maxAppRefusals {
			return true, s.openChosenApp(ctx, apps, refused)
		}
		begun = time.Now()
	}
	return false, nil
}

// isAtHome reports that address may be the dashboard: a step that stsx does not know is none.
func (s *signIn) isAtHome(address string) bool {
	return isDashboard(address) && s.isOurs(address) && !s.hasNoMark()
}

// restsAtHome reports that the page that nobody knows is the dashboard, where the app is found.
func (s *signIn) restsAtHome(ctx context.Context) bool {
	address, err := s.page.Location(ctx)
	s.appSearch.atRest = err == nil && s.appSearch.choose != nil && s.isAtHome(address)
	return s.appSearch.atRest
}

// openChosenApp has one of apps chosen and goes on there, with the session that is open.
func (s *signIn) openChosenApp(ctx context.Context, apps []session.App, refused error) error {
	s.Ask.Progress("")
	resume := session.PauseDeadline(ctx, session.PersonTurnLimit)
	link, err := s.appSearch.choose(ctx, apps, refused)
	resume()
	switch {
	case err != nil:
		return err
	case !s.isOurs(link):
		return &session.OriginError{Got: session.Origin(link), Want: s.origins[0]}
	}
	s.note("the app is opened")
	s.appSearch = appSearch{link: link}
	s.org.URL = link
	s.exchange.pageOpened()
	s.reopening.reloaded = false
	return s.reopen(ctx)
}

// listApps are the AWS apps of whoever is signed in: none where no list names one.
// Errors: why no list could be read.
func (s *signIn) listApps(ctx context.Context) ([]session.App, error) {
	var refused error
	came := false
	for _, path := range appLists() {
		apps, err := s.readAppList(ctx, path)
		if len(apps) > 0 {
			return apps, nil
		}
		came = came || err == nil
		refused = cmp.Or(refused, err)
	}
	if came {
		return nil, nil
	}
	return nil, refused
}

func (s *signIn) readAppList(ctx context.Context, path string) ([]session.App, error) {
	reply, err := s.page.Get(ctx, path, s.origins)
	if err != nil {
		return nil, err
	}
	if reply.Status != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %d", reply.Status)
	}
	return decodeApps(reply.Body)
}

// decodeApps are the AWS apps in a list of Okta's: the apps themselves, or the dashboard's
// sections with theirs.
func decodeApps(body []byte) ([]session.App, error) {
	list := decodeJSON(body)
	if _, ok := list.value.([]any); !ok {
		return nil, errors.New("the answer is no list")
	}
	var apps []session.App
	for _, one := range list.list() {
		items := []jsonNode{one}
		for _, item := range one.child("_embedded", "items").list() {
			items = append(items, item.child("_embedded", "resource"))
		}
		for _, item := range items {
			app := session.App{Label: item.child("label").line(), Link: item.child("linkUrl").text()}
			if isAWSApp(item.child("appName").text(), app.Link) && !slices.Contains(apps, app) {
				apps = append(apps, app)
			}
		}
	}
	return apps, nil
}

// isAWSApp reports Okta's app "AWS Account Federation", by its name in Okta's catalog or its
// link: https://acme.okta.com/home/amazon_aws/0oa1b2c3d4e5/272. A copy that an
// administrator made has a name of its own.
func isAWSApp(name, link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (name == "amazon_aws" || slices.Contains(strings.Split(u.Path, "/"), "amazon_aws"))
}
