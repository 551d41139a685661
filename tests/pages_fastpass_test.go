//go:build unix

package tests

import (
	"net"
	"net/url"
	"testing"
	"time"

	"stsx/tests/okta"
)

func fastPassSituations() []situation {
	identity := []okta.Engine{okta.Gen2, okta.Gen3}
	return []situation{
		{row: "FastPass", answer: "Okta Verify on this computer is reached; no password, no window", on: identity,
			run: fastPassAtOnce(okta.Reach{Silent: true})},
		{row: "FastPass, by the button", answer: "pressed with `mfa = \"fastpass\"`", on: identity,
			run: fastPassAtOnce(okta.Reach{Button: true})},
		{row: "FastPass as second factor", answer: "as FastPass", on: identity, run: fastPassFactor},
		{row: "FastPass, confirmed by a person", answer: "said on the terminal, and waited for", on: identity, alike: everyEngine,
			run: fastPassAsks},
		{row: "FastPass, nothing answers", answer: "the sign-in goes on without", on: identity, run: fastPassAbsent},
		{row: "FastPass wanted, nothing answers", answer: "an error with the cure", on: identity, alike: everyEngine, run: fastPassMissed},
		{row: "FastPass, opened with a link", answer: "a person's, in a window", on: identity, run: fastPassLink},
	}
}

// withVerify is the org with Okta Verify running on jane's computer, which its
// pages reach.
func withVerify(t *testing.T, c okta.Config, reach okta.Reach, asks bool) (okta.Config, *okta.Verify) {
	t.Helper()
	device, err := okta.NewDevice()
	if err != nil {
		t.Fatal(err)
	}
	verify, err := okta.StartVerify(device, jane, asks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = verify.Close() })
	user := janeUser()
	user.Device = device
	reach.Method, reach.Ports = "LOOPBACK", []string{unusedPort(t), verify.Port()}
	c.Users, c.Reach, c.PollInterval = []okta.User{user}, reach, time.Second
	return c, verify
}

// unusedPort is a port that nobody listens on.
func unusedPort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// withPublicOrg is the desk whose browser takes the org for one on the internet, as
// Okta is: its pages may talk to this machine only when they are allowed to.
func (d *desk) withPublicOrg() *desk {
	d.Helper()
	u, err := url.Parse(d.org.URL())
	if err != nil {
		d.Fatal(err)
	}
	return d.withBrowserFlags("--ip-address-space-overrides=" + u.Host + "=public")
}

// wantFastPass fails the test unless Okta Verify signed a person in.
func (d *desk) wantFastPass(r runResult, passwords int) {
	d.Helper()
	d.wantStatus(r, 0)
	tried := d.eventsOf(okta.DeviceTried)
	if len(tried) != 1 || !tried[0].OK || d.countEvents(okta.PasswordTried) != passwords || d.countEvents(okta.CodeTried) != 0 ||
		d.countEvents(okta.Asserted) != 1 {
		d.Errorf("the org logged %v", d.org.Log())
	}
	d.wantNoBrowserProfile()
}

// fastPassAtOnce: nobody is asked for anything, and nothing is needed.
func fastPassAtOnce(reach okta.Reach) func(*testing.T, okta.Config) {
	return func(t *testing.T, c okta.Config) {
		c, verify := withVerify(t, c, reach, false)
		d := newDesk(t, c).withPublicOrg()
		d.wantFastPass(d.run("exec", "prod", "--mfa", "fastpass", "--", "true"), 0)
		if verify.Probes() != 1 {
			t.Errorf("Okta Verify was looked for %d times", verify.Probes())
		}
	}
}

func fastPassFactor(t *testing.T, c okta.Config) {
	c, _ = withVerify(t, c, okta.Reach{}, false)
	d := newDesk(t, c).withPublicOrg().with("STSX_PASSWORD=" + janePassword)
	d.wantFastPass(d.run("exec", "prod", "--mfa", "fastpass", "--", "true"), 1)
}

func fastPassAsks(t *testing.T, c okta.Config) {
	c, verify := withVerify(t, c, okta.Reach{Silent: true}, true)
	d := newDesk(t, c).withPublicOrg()
	term := d.openTerminal("exec", "prod", "--mfa", "fastpass", "--", "true")
	term.waitFor("Okta Verify may ask you to confirm on this computer")
	<-verify.Asked()
	verify.Agree()
	d.wantFastPass(term.wait(), 0)
}

func fastPassAbsent(t *testing.T, c okta.Config) {
	c.Reach = okta.Reach{Method: "LOOPBACK", Silent: true, Ports: []string{unusedPort(t), unusedPort(t)}}
	d := newDesk(t, c).withPublicOrg().withPasswordAndCode()
	d.wantSignIn(1)
	// Version 5 of the widget gives no reason.
	if gave := d.eventsOf(okta.ProbeGivenUp); len(gave) != 1 || gave[0].Detail != "OV_UNREACHABLE_BY_LOOPBACK" && gave[0].Detail != "" {
		t.Errorf("the org logged %v", gave)
	}
}

func fastPassMissed(t *testing.T, c okta.Config) {
	c, verify := withVerify(t, c, okta.Reach{}, false)
	_ = verify.Close()
	d := newDesk(t, c).withPublicOrg().with("STSX_PASSWORD=" + janePassword)
	r := d.wantStatus(d.run("exec", "prod", "--mfa", "fastpass", "--", "true"), 125)
	d.wantText(r.stderr, "Okta Verify did not answer on this computer",
		"hint: see whether Okta Verify runs here and is set up for this org; or sign in another way: --mfa google_otp")
}

// fastPassLink: the link opens nothing here; the org is told what Okta Verify
// would tell it.
func fastPassLink(t *testing.T, c okta.Config) {
	c, _ = withVerify(t, c, okta.Reach{Silent: true}, false)
	c.Reach.Method = "CUSTOM_URI"
	d, person := newDesk(t, c).withDisplay().withWindowUser("")
	term := d.openTerminal("exec", "prod", "--mfa", "fastpass", "--", "true")
	term.waitFor("Okta Verify on this computer has to be opened: go on in the window")
	person.waitForElement("iframe")
	if err := d.org.AnswerDevice(jane); err != nil {
		t.Fatal(err)
	}
	d.wantFastPass(term.wait(), 0)
	d.wantNoWindow()
}
