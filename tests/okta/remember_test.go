package okta

import (
	"net/http"
	"testing"
	"time"
)

// again signs in with the password on a device that may be known.
func (c *client) again() reply {
	c.Helper()
	if c.org.cfg.Engine == Classic {
		_, r := c.authn(testPassword)
		return r
	}
	_, r := c.identify(c.introspect(), testPassword)
	return r
}

// verified answers the second factor; stay is the box beside it in Classic,
// and the page after it in the Identity Engine.
func (c *client) verified(r reply, stay bool) string {
	c.Helper()
	code := c.code(GoogleTOTP)
	if c.org.cfg.Engine == Classic {
		box := map[bool]string{true: "true", false: "false"}[stay]
		_, r = c.post(r.Embedded.Factors[1].Links.Verify.Href+"?rememberDevice="+box, object{"stateToken": r.StateToken, "passCode": code})
		return c.redeem(r)
	}
	_, r = c.answerCode(c.choose(r, GoogleTOTP), GoogleTOTP, code)
	if r.page() != "keep-me-signed-in" {
		c.Fatalf("after the code: %+v", r)
	}
	_, r = c.post("/idp/idx/keep-me-signed-in", object{"stateHandle": r.StateHandle, "keepMeSignedIn": stay})
	_, page := c.get(r.Success.Href)
	return page
}

// finished tells whether the password was enough.
func (r reply) finished() bool {
	return r.SessionToken != "" || r.Success.Href != "" || r.page() == "keep-me-signed-in"
}

// TestDevices: one that is remembered is asked for the password only, and for
// its user alone.
func TestDevices(t *testing.T) {
	for _, engine := range []Engine{Classic, Gen2} {
		t.Run(engine.String(), func(t *testing.T) {
			now := newClock()
			o, c := simulate(t, Config{Engine: engine, Clock: now.Now, Memory: Memory{Devices: true, AskToStay: true}})
			c.get(o.EmbedURL())
			for _, step := range []struct{ stay, known bool }{{false, false}, {true, false}, {true, true}} {
				o.EndSessions()
				r := c.again()
				if r.finished() != step.known || o.Count(DeviceKnown, testUser) != map[bool]int{true: 1}[step.known] {
					t.Fatalf("%+v: %+v", step, r)
				}
				if !step.known {
					response(t, c.verified(r, step.stay))
				}
				now.add(time.Minute)
			}
			if r := newClient(t, o).again(); r.finished() {
				t.Errorf("another device: %+v", r)
			}
			stays := 0
			for _, e := range o.Log() {
				if e.Kind == Stay && e.OK {
					stays++
				}
			}
			if stays != 1 {
				t.Errorf("%d answers of yes", stays)
			}
		})
	}
}

// TestSignOut: by the API and by the page, whatever cookie is shown.
func TestSignOut(t *testing.T) {
	for _, engine := range []Engine{Classic, Gen2} {
		t.Run(engine.String(), func(t *testing.T) {
			o, c := simulate(t, Config{Engine: engine, Users: []User{jane(noMFA)}})
			signIn := func() {
				t.Helper()
				if r := c.again(); engine == Classic {
					response(t, c.redeem(r))
				} else {
					_, page := c.get(r.Success.Href)
					response(t, page)
				}
			}
			send := func(method, path string) int {
				t.Helper()
				r, err := http.NewRequest(method, o.URL()+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := c.http.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				return answer.StatusCode
			}
			signIn()
			for i, want := range []int{http.StatusNoContent, http.StatusNotFound} {
				if got := send(http.MethodDelete, "/api/v1/sessions/me"); got != want {
					t.Errorf("the %d. time: %d", i+1, got)
				}
			}
			signIn()
			if got := send(http.MethodGet, "/login/signout"); got != http.StatusOK {
				t.Error(got)
			}
			if n := o.Count(SignedOut, testUser); n != 2 || len(o.sessions) != 0 {
				t.Errorf("%d signed out, %d left", n, len(o.sessions))
			}
		})
	}
}

func TestGiveSessionsTo(t *testing.T) {
	joe := jane(noMFA)
	joe.Name = "joe@stsx.test"
	o, c := simulate(t, Config{Users: []User{jane(noMFA), joe}})
	_, r := c.identify(c.introspect(), testPassword)
	c.get(r.Success.Href)
	o.GiveSessionsTo(joe.Name)
	c.get(o.EmbedURL())
	if o.Count(Asserted, joe.Name) != 1 {
		t.Error(o.Log())
	}
}
