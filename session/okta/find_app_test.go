package okta

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"stsx/session"
	"stsx/session/page"
)

const awsLink = "https://acme.okta.com/home/amazon_aws/0oa1/272"

// TestDecodeApps: AWS apps are found in what Okta and its dashboard list, and other apps never.
func TestDecodeApps(t *testing.T) {
	const other = `{"label":"Mail","appName":"google","linkUrl":"https://acme.okta.com/home/google/0oa2/50"}`
	const center = `{"label":"SSO","appName":"amazon_aws_sso","linkUrl":"https://acme.okta.com/home/amazon_aws_sso/0oa3/1"}`
	const aws = `{"label":"AWS","appName":"amazon_aws","linkUrl":"` + awsLink + `"}`
	const byLink = `{"label":" Sand\u001bbox\n","appName":"acme_aws_1","linkUrl":"https://acme.okta.com/app/amazon_aws/exk1/sso/saml"}`
	const byName = `{"label":null,"appName":"amazon_aws","linkUrl":"https://acme.okta.com/home/bookmark/0oa4/9","hidden":true}`
	tab := func(items ...string) string {
		for i, item := range items {
			items[i] = `{"_embedded":{"resource":` + item + `}}`
		}
		return `{"id":"1","_embedded":{"items":[` + strings.Join(items, ",") + `]}}`
	}
	for body, want := range map[string][]string{
		"[]": nil, "[" + other + "," + center + "]": nil, "[" + other + "," + aws + "]": {"AWS"}, "[" + aws + "," + aws + "]": {"AWS"},
		"[" + byLink + "," + byName + "," + aws + "]":   {"Sand\ufffdbox", "", "AWS"},
		"[" + tab(other, aws) + "," + tab(byLink) + "]": {"AWS", "Sand\ufffdbox"},
		"[" + tab() + "]": nil,
		`[null,1,"x",{"_embedded":[]},{"_embedded":{"items":{}}}]`:                               nil,
		`[{"appName":"amazon_aws"},{"appName":"amazon_aws","linkUrl":"/home/amazon_aws/0oa/1"}]`: nil,
		`[{"appName":"amazon_aws","linkUrl":"%zz"}]`:                                             nil,
	} {
		apps, err := decodeApps([]byte(body))
		var labels []string
		for _, app := range apps {
			labels = append(labels, app.Label)
		}
		if err != nil || !slices.Equal(labels, want) {
			t.Errorf("%s: %q, %v", body, labels, err)
		}
	}
	for _, body := range []string{"", "{}", "null", "<html>", `{"errorCode":"E0000005"}`, "[" + aws} {
		if apps, err := decodeApps([]byte(body)); err == nil {
			t.Errorf("%q: %v", body, apps)
		}
	}
}

func FuzzDecodeApps(f *testing.F) {
	f.Add([]byte(`[{"label":"AWS","appName":"amazon_aws","linkUrl":"` + awsLink + `"}]`))
	f.Add([]byte(`[{"_embedded":{"items":[{"_embedded":{"resource":{"linkUrl":"` + awsLink + `"}}}]}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		apps, _ := decodeApps(body)
		for _, app := range apps {
			u, err := url.Parse(app.Link)
			if err != nil || u.Host == "" || app.Label != session.OneLine(app.Label, nameLength) {
				t.Errorf("%q", app)
			}
		}
	})
}

// TestFindApp: a sign-in at the home page goes on to the app that is chosen from what either
// list has, and what Okta refuses is said once the dashboard is there to stay.
func TestFindApp(t *testing.T) {
	const home = "https://acme.okta.com/app/UserHome"
	list := page.Reply{Status: http.StatusOK, Body: []byte(`[{"label":"AWS","linkUrl":"` + awsLink + `"}]`)}
	none, refused := page.Reply{Status: http.StatusOK, Body: []byte("[]")}, page.Reply{Status: http.StatusForbidden}
	paths := appLists()
	for name, c := range map[string]struct {
		gets    map[string]page.Reply
		link    string // chosen
		apps    int
		refused string
		err     string
	}{
		"the first list":   {map[string]page.Reply{paths[0]: list}, awsLink, 1, "", ""},
		"the second":       {map[string]page.Reply{paths[0]: refused, paths[1]: list}, awsLink, 1, "", ""},
		"not in the first": {map[string]page.Reply{paths[0]: none, paths[1]: list}, awsLink, 1, "", ""},
		"no app":           {map[string]page.Reply{paths[0]: none, paths[1]: refused}, awsLink, 0, "", ""},
		"refused":          {map[string]page.Reply{paths[0]: refused, paths[1]: refused}, awsLink, 0, "HTTP status 403", ""},
		"no list": {map[string]page.Reply{paths[0]: {Status: http.StatusOK, Body: []byte("<html>")}}, awsLink, 0,
			"the answer is no list", ""},
		"elsewhere": {map[string]page.Reply{paths[0]: list}, "https://evil.example/home/amazon_aws/0oa1/272", 1, "", "evil.example"},
		"given up":  {map[string]page.Reply{paths[0]: list}, "", 1, "", session.ErrInterrupted.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{gets: c.gets, scenes: []scene{
					{marks: []string{usernameField}, address: home},
					{text: "My Apps", address: home, document: page.Reply{Status: http.StatusOK}},
				}}
				o := session.Org{Name: "acme", URL: home, Username: "jane"}
				s := (&Driver{Ask: &typist{}}).newSignIn(p, o, session.Password{}, &session.CodeSource{})
				s.answered["sign in"] = 1
				p.at = 1
				asked := 0
				s.appSearch.choose = func(_ context.Context, apps []session.App, refused error) (string, error) {
					asked++
					if len(apps) != c.apps || (refused != nil) != (c.refused != "") || refused != nil && refused.Error() != c.refused {
						t.Errorf("%v, %v", apps, refused)
					}
					p.scenes = []scene{{posted: true}}
					if c.link == "" {
						return "", session.ErrInterrupted
					}
					return c.link, nil
				}
				_, err := s.run(t.Context())
				if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v", err)
				}
				if asked != 1 || err == nil && (p.address != awsLink || s.appSearch.link != awsLink || s.org.URL != awsLink) {
					t.Errorf("asked %d times, at %s", asked, p.address)
				}
			})
		})
	}
}

// TestFindAppLater: a sign-in page that has the dashboard's address is waited for, and one
// that the browser is led through without a question ends at the dashboard too.
func TestFindAppLater(t *testing.T) {
	const home = "https://acme.okta.com/enduser/callback"
	synctest.Test(t, func(t *testing.T) {
		p := &play{scenes: []scene{{text: "My Apps", address: home}}}
		p.gets = map[string]page.Reply{appLists()[0]: {Status: 200, Body: []byte(`[{"appName":"amazon_aws","linkUrl":"` + awsLink + `"}]`)}}
		s := (&Driver{Ask: &typist{}}).newSignIn(p, session.Org{Name: "acme", URL: home}, session.Password{}, &session.CodeSource{})
		s.appSearch.choose = func(context.Context, []session.App, error) (string, error) { return "", errors.New("chosen") }
		if _, err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "chosen") {
			t.Error(err)
		}
	})
}
