//go:build unix

package tests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"stsx/tests/okta"
)

func outageSituations() []situation {
	return []situation{
		{row: "rate limited, for a while", answer: "waited for as long as Okta asks to, if `timeout` allows, and counted down",
			alike: identityEngines, run: limitedForAWhile},
		{row: "an error of Okta's own",
			answer: "the page is opened again, once; a password or code that Okta may have counted is not sent again without a yes",
			alike:  identityEngines, run: troubleOnce},
		{row: "a connection that fails", answer: "the page is opened again, three times at most; nothing is sent twice", alike: everyEngine,
			run: lostConnections},
		{row: "trouble where the page asks how far the sign-in is", answer: "waited for or opened again, as the page itself",
			on: []okta.Engine{okta.Gen2, okta.Gen3}, alike: identityEngines, run: troubledStart},
		{row: "rate limited while a phone is asked", answer: "waited on; where the page stops it is opened again, after the wait",
			alike: identityEngines, run: limitedPush},
		{row: "trouble on the way from the last page to the app", answer: "asked for again; nothing is given twice",
			alike: identityEngines, run: troubledWay},
		{row: "errors of Okta's own", answer: "Okta's words and the status, exit 125", alike: everyEngine, run: troubleAgain},
	}
}

// outagePaths are where the org is asked for the first page, a password and a code.
func outagePaths(d *desk, engine okta.Engine) (page, password, code string) {
	embed, err := url.Parse(d.org.EmbedURL())
	if err != nil {
		d.Fatal(err)
	}
	if engine == okta.Classic {
		return embed.Path, "/api/v1/authn", "/api/v1/authn/factors/*"
	}
	return embed.Path, "/idp/idx/identify", "/idp/idx/challenge/answer"
}

// questionDesk is where nobody has to be asked, and what is given does not run out
// while Okta makes one wait.
func questionDesk(t *testing.T, c okta.Config) *desk {
	d := newDesk(t, withFactors(c, okta.SecurityQuestion))
	return d.with("STSX_PASSWORD="+janePassword, "STSX_MFA_CODE="+d.factorCode(okta.SecurityQuestion))
}

// limitedForAWhile: at each of the places in turn, in one sign-in, nothing is asked
// before its time, and what Okta never looked at is given again.
func limitedForAWhile(t *testing.T, c okta.Config) {
	const wait = 3 * time.Second
	d := questionDesk(t, c)
	page, password, code := outagePaths(d, c.Engine)
	var outages []*okta.Outage
	for _, path := range []string{page, password, code} {
		outages = append(outages, d.org.Break(okta.Outage{Path: path, Times: 1, Status: http.StatusTooManyRequests, Wait: wait}))
	}
	r := d.wantStatus(d.run("exec", "prod", "--verbose", "--", "echo", "in"), 0)
	if r.stdout != "in\n" {
		t.Error(r)
	}
	d.wantText(r.stderr, "Okta is limiting requests (HTTP status 429): trying again in 3s")
	var before time.Time
	for i, outage := range outages {
		hits := d.org.Hits(outage)
		if len(hits) != 1 {
			t.Fatalf("outage %d met %d requests\n%s", i, len(hits), r)
		}
		if took := hits[0].Sub(before); took < wait {
			t.Errorf("what came after outage %d came after %v", i, took)
		}
		before = hits[0]
	}
	if d.countEvents(okta.PasswordTried) != 1 || d.countEvents(okta.CodeTried) != 1 {
		t.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

// troubleOnce: an answer that is lost is not asked for again on the same page; a
// password or a code that may have been counted is not sent again.
func troubleOnce(t *testing.T, c okta.Config) {
	for name, done := range map[string]bool{"page": false, "password": false, "password, done": true, "code": false} {
		// The page is the network's, and whether Okta did what it has no answer for is not seen.
		if (name == "password" || name == "page" && c.Engine == okta.Classic) && !wantsEveryRow() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := questionDesk(t, c)
			page, password, code := outagePaths(d, c.Engine)
			at, _, _ := strings.Cut(name, ",")
			path := map[string]string{"page": page, "password": password, "code": code}[at]
			outage := d.org.Break(okta.Outage{Path: path, Times: 1, Status: http.StatusBadGateway, Done: done})
			if name == "page" {
				d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 0)
			} else {
				r := d.wantStatus(d.run("exec", "prod", "--", "echo", "in"), 125)
				d.wantText(r.stderr, "Okta is not available (HTTP status 502)")
				if tried := d.countEvents(okta.CodeTried); tried != 0 {
					t.Errorf("the org logged %v", d.eventsOf(okta.CodeTried))
				}
			}
			if hits := d.org.Hits(outage); len(hits) != 1 {
				t.Errorf("met %d requests", len(hits))
			}
			d.wantNoBrowserProfile()
		})
	}
}

// lostConnections: the page does not come, then it and its script come in part.
// Chromium makes a request that a kept connection lost once more by itself.
func lostConnections(t *testing.T, c okta.Config) {
	d := questionDesk(t, c)
	page, _, _ := outagePaths(d, c.Engine)
	for _, outage := range []okta.Outage{
		{Path: page, Times: 2},
		{Path: "/assets/js/sdk/okta-signin-widget/*", After: 1, Times: 1, Cut: true},
	} {
		met := d.org.Break(outage)
		defer func() {
			if len(d.org.Hits(met)) == 0 {
				t.Errorf("nothing met %+v", outage)
			}
		}()
	}
	d.wantSignIn(1)
}

// troubledStart: the page's first request is limited, then answered with an error.
func troubledStart(t *testing.T, c okta.Config) {
	const path, wait = "/idp/idx/introspect", 3 * time.Second
	d := questionDesk(t, c)
	limited := d.org.Break(okta.Outage{Path: path, Times: 1, Status: http.StatusTooManyRequests, Wait: wait})
	failed := d.org.Break(okta.Outage{Path: path, Times: 1, Status: http.StatusBadGateway})
	d.wantSignIn(1)
	before, after := d.org.Hits(limited), d.org.Hits(failed)
	if len(before) != 1 || len(after) != 1 || after[0].Sub(before[0]) < wait {
		t.Errorf("limited at %v, failed at %v", before, after)
	}
}

// limitedPush: the push stays out, where the page goes on and where it stops.
func limitedPush(t *testing.T, c okta.Config) {
	d := newDesk(t, withPhone(c, okta.Phone{}))
	term := d.openSignIn()
	d.waitForPush(1)
	term.waitFor(approvePrompt)
	path := "/idp/idx/authenticators/poll"
	if c.Engine == okta.Classic {
		path = "/api/v1/authn/factors/*"
	}
	limited := d.org.Break(okta.Outage{Path: path, Times: 1, Status: http.StatusTooManyRequests, Wait: 3 * time.Second})
	d.waitFor("a poll that is limited", func() bool { return len(d.org.Hits(limited)) == 1 })
	polls := d.countRequests(path)
	d.waitFor("another poll", func() bool { return d.countRequests(path) > polls })
	d.wantNoError(d.org.Approve(jane, ""))
	term.wantApprovedPush(d, okta.OktaVerifyPush, 1)
}

// troubledWay: Okta has accepted the code, and what leads on to the app fails.
func troubledWay(t *testing.T, c okta.Config) {
	for name, outage := range map[string]okta.Outage{
		"limited": {Status: http.StatusTooManyRequests, Wait: time.Second},
		"trouble": {Status: http.StatusBadGateway},
		"reset":   {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := questionDesk(t, c)
			outage.Times, outage.Path = 1, "/login/token/redirect"
			if c.Engine == okta.Classic {
				outage.Path = "/login/sessionCookieRedirect"
			}
			met := d.org.Break(outage)
			d.wantSignIn(1)
			if len(d.org.Hits(met)) != 1 {
				t.Error("nothing met the outage")
			}
		})
	}
}

func troubleAgain(t *testing.T, c okta.Config) {
	d := questionDesk(t, c)
	page, _, _ := outagePaths(d, c.Engine)
	outage := d.org.Break(okta.Outage{Path: page, Times: 9, Status: http.StatusBadGateway})
	r := d.wantStatus(d.run("exec", "prod", "--", "true"), 125)
	d.wantText(r.stderr, "Okta is not available (HTTP status 502)", "Not now")
	if n := len(d.org.Hits(outage)); n != 2 {
		t.Errorf("%d requests met the outage", n)
	}
	d.wantNoBrowserProfile()
}
