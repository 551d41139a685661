//go:build unix

package tests

import (
	"slices"
	"testing"

	"stsx/tests/okta"
)

func engineSituations() []situation {
	return []situation{
		{row: "another engine for the app than for the first page", answer: "each page is answered as what it is", run: engineOfTheApp},
		{row: "sign-in left too long, started over on another engine", answer: "started over, once", alike: everyEngine,
			run: startedOverElsewhere},
		{row: "two apps on two engines, remembered", answer: "the session and the device of one count for the other", alike: everyEngine,
			run: rememberedOnTwoEngines},
	}
}

// onOtherEngines runs f for each engine that the org's app may have but the first page
// does not; an ordinary run takes the next one, so that each is once the app's.
func onOtherEngines(t *testing.T, c okta.Config, f func(t *testing.T, c okta.Config, other okta.Engine)) {
	requireDrawn(t, okta.Draws(c))
	others := slices.DeleteFunc(allEngines(), func(e okta.Engine) bool { return e == c.Engine })
	if next := (c.Engine + 1) % okta.Engine(len(allEngines())); !wantsEveryRow() {
		others = []okta.Engine{next}
	}
	for _, other := range others {
		t.Run(other.String(), func(t *testing.T) {
			requireDrawn(t, okta.Draws(okta.Config{Engine: other}))
			f(t, c, other)
		})
	}
}

// engineOfTheApp: the app wants another code, on a page of its own engine.
func engineOfTheApp(t *testing.T, c okta.Config) {
	onOtherEngines(t, c, func(t *testing.T, c okta.Config, other okta.Engine) {
		user := janeUser()
		user.Reauth = []okta.Factor{okta.GoogleTOTP}
		c.Users, c.AppEngine = []okta.User{user}, &other
		d := newDesk(t, c)
		term := d.openSignIn()
		for n := range 2 {
			term.waitFor("Code from Google Authenticator")
			term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
			d.waitFor("the code at Okta", func() bool { return d.countEvents(okta.CodeTried) > n })
		}
		term.wantSignedIn(d, okta.GoogleTOTP, 2)
	})
}

func startedOverElsewhere(t *testing.T, c okta.Config) {
	onOtherEngines(t, c, func(t *testing.T, c okta.Config, other okta.Engine) {
		c.ExpireOnce, c.AppEngine, c.Users = true, &other, noFactorPerson()
		newDesk(t, c).with("STSX_PASSWORD=" + janePassword).wantSignIn(0)
	})
}

func rememberedOnTwoEngines(t *testing.T, c okta.Config) {
	onOtherEngines(t, c, func(t *testing.T, c okta.Config, other okta.Engine) {
		c.Memory.Devices = true
		d := newDesk(t, c).withRemember()
		term := d.openSignIn()
		term.waitFor("Code from Google Authenticator")
		term.typeText(d.factorCode(okta.GoogleTOTP) + "\r")
		term.wantSignedIn(d, okta.GoogleTOTP, 1)
		d.org.SetEngine(other)
		d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "dev"), 0)
		d.wantSeen(1, 1, 2)
		d.org.EndSessions()
		d = d.with("STSX_PASSWORD=" + janePassword) // and no code: the device is known
		d.wantStatus(d.run("roles"), 0)
		d.wantSeen(2, 1, 3)
		d.org.SetEngine(c.Engine)
		d.withoutBrowser().wantStatus(d.withoutBrowser().run("login", "audit"), 0)
		d.wantSeen(2, 1, 4)
		d.wantNoBrowserProfile()
	})
}
