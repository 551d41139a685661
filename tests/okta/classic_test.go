package okta

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (c *client) authn(password string) (int, reply) {
	c.Helper()
	return c.post("/api/v1/authn", object{"username": testUser, "password": password, "options": object{}})
}

// redeem turns a session token into the app's page.
func (c *client) redeem(r reply) string {
	c.Helper()
	_, page := c.get(c.org.URL() + "/login/sessionCookieRedirect?" + url.Values{
		"checkAccountSetupComplete": {"true"}, "token": {r.SessionToken}, "redirectUrl": {c.org.EmbedURL()},
	}.Encode())
	return page
}

func TestClassicSignIn(t *testing.T) {
	o, c := simulate(t, Config{Engine: Classic})
	resp, _ := c.get(o.EmbedURL())
	if resp.Request.URL.Path != "/login/login.htm" || resp.Request.URL.Query().Get("fromURI") != embedPath {
		t.Errorf("login page at %s", resp.Request.URL)
	}
	if status, r := c.authn("wrong"); status != http.StatusUnauthorized || r.ErrorCode != "E0000004" {
		t.Errorf("wrong password: %d %s", status, r.ErrorCode)
	}
	_, r := c.authn(testPassword)
	if r.Status != "MFA_REQUIRED" || len(r.Embedded.Factors) != 4 {
		t.Fatalf("right password: %+v", r)
	}
	google := r.Embedded.Factors[1]
	if google.FactorType != "token:software:totp" || google.Provider != "GOOGLE" {
		t.Fatalf("second factor: %+v", google)
	}
	verify := func(code string) (int, reply) {
		return c.post(google.Links.Verify.Href+"?rememberDevice=false", object{"stateToken": r.StateToken, "passCode": code})
	}
	if status, r := verify("000000"); status != http.StatusForbidden || r.ErrorCode != "E0000068" {
		t.Errorf("wrong code: %d %s", status, r.ErrorCode)
	}
	code := c.code(GoogleTOTP)
	_, done := verify(code)
	if done.Status != "SUCCESS" || done.SessionToken == "" {
		t.Fatalf("right code: %+v", done)
	}
	response(t, c.redeem(done))
	if status, r := verify(code); status != http.StatusUnauthorized || r.ErrorCode != "E0000011" {
		t.Errorf("after the end: %d %s", status, r.ErrorCode)
	}
	stranger := newClient(t, o)
	if page := stranger.redeem(done); strings.Contains(page, "SAMLResponse") {
		t.Error("a session token was good twice")
	}
}

func TestClassicAfterPassword(t *testing.T) {
	for name, test := range map[string]struct {
		cfg    Config
		change func(*User)
		code   int
		status string // or error code
	}{
		"no factor":    {Config{}, noMFA, 200, "SUCCESS"},
		"locked":       {Config{}, func(u *User) { u.Locked = true }, 200, "LOCKED_OUT"},
		"expired":      {Config{}, func(u *User) { u.PasswordExpired = true }, 200, "PASSWORD_EXPIRED"},
		"expires soon": {Config{}, func(u *User) { u.PasswordWarn = true }, 200, "PASSWORD_WARN"},
		"rate limited": {Config{}, func(u *User) { u.RateLimited = true }, 429, "E0000047"},
		"expire once":  {Config{ExpireOnce: true}, noMFA, 401, "E0000011"},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.Engine, test.cfg.Users = Classic, []User{jane(test.change)}
			_, c := simulate(t, test.cfg)
			code, r := c.authn(testPassword)
			if code != test.code || r.Status+r.ErrorCode != test.status {
				t.Errorf("got %d %s%s", code, r.Status, r.ErrorCode)
			}
		})
	}
}

func TestClassicCodes(t *testing.T) {
	now := newClock()
	o, c := simulate(t, Config{Engine: Classic, Clock: now.Now, MaxFailures: 2, StateLifetime: time.Minute,
		Users: []User{jane(onlyGoogle)}})
	verify := func(r reply, code string) (int, string) {
		status, answer := c.post(r.Embedded.Factors[0].Links.Verify.Href, object{"stateToken": r.StateToken, "passCode": code})
		return status, answer.Status + answer.ErrorCode
	}
	_, r := c.authn(testPassword)
	code := c.code(GoogleTOTP)
	verify(r, code)
	_, r = c.authn(testPassword)
	if status, got := verify(r, code); status != http.StatusForbidden || got != "E0000082" {
		t.Errorf("used code: %d %s", status, got)
	}
	if status, got := verify(r, "000000"); status != http.StatusForbidden || got != "E0000069" {
		t.Errorf("second miss: %d %s", status, got)
	}
	if err := o.Update(testUser, func(u *User) { u.Locked = false }); err != nil {
		t.Fatal(err)
	}
	_, r = c.authn(testPassword)
	now.add(2 * time.Minute)
	if status, got := verify(r, c.code(GoogleTOTP)); status != http.StatusUnauthorized || got != "E0000011" {
		t.Errorf("expired: %d %s", status, got)
	}
}

func TestClassicPasswordPages(t *testing.T) {
	o, c := simulate(t, Config{Engine: Classic, Users: []User{jane(noMFA, func(u *User) { u.PasswordWarn = true })}})
	_, r := c.authn(testPassword)
	if _, r := c.post("/api/v1/authn/skip", object{"stateToken": r.StateToken}); r.Status != "SUCCESS" {
		t.Errorf("skip: %+v", r)
	}
	if err := o.Update(testUser, func(u *User) { u.PasswordExpired = true }); err != nil {
		t.Fatal(err)
	}
	_, r = c.authn(testPassword)
	change := func(old string) reply {
		_, answer := c.post("/api/v1/authn/credentials/change_password",
			object{"stateToken": r.StateToken, "oldPassword": old, "newPassword": "New-horse-10"})
		return answer
	}
	if r := change("wrong"); r.ErrorCode != "E0000014" {
		t.Errorf("wrong old password: %+v", r)
	}
	if r := change(testPassword); r.Status != "SUCCESS" || o.Count(PasswordChanged, testUser) != 1 {
		t.Errorf("change: %+v", r)
	}
}

func TestWebfinger(t *testing.T) {
	o, c := simulate(t, Config{Engine: Classic, IdentifierFirst: true})
	_, body := c.get(o.URL() + "/.well-known/webfinger?resource=okta:acct:" + url.QueryEscape(testUser))
	if !strings.Contains(body, `"okta:idp:type":"OKTA"`) || o.Count(Identified, testUser) != 1 {
		t.Errorf("got %s", body)
	}
}
