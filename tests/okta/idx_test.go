package okta

import (
	"net/http"
	"testing"
	"time"
)

func TestIdentityEngineSignIn(t *testing.T) {
	o, c := simulate(t, Config{})
	r := c.introspect()
	if r.page() != "identify" {
		t.Fatalf("first page: %s", r.page())
	}
	if status, r := c.identify(r, "wrong"); status != http.StatusUnauthorized || r.complaint() != "errors.E0000004" ||
		r.page() != "identify" {
		t.Errorf("wrong password: %d %s on %s", status, r.complaint(), r.page())
	}
	status, r := c.identify(r, testPassword)
	if status != http.StatusOK || r.page() != "select-authenticator-authenticate" {
		t.Fatalf("right password: %d, %s", status, r.page())
	}
	r = c.choose(r, OktaVerifyTOTP)
	if status, r := c.answerCode(r, OktaVerifyTOTP, "000000"); status != http.StatusUnauthorized ||
		r.complaint() != "api.authn.error.PASSCODE_INVALID" {
		t.Errorf("wrong code: %d %s", status, r.complaint())
	}
	r = c.choose(r, GoogleTOTP) // by "verify with something else"
	if status, r := c.answerCode(r, GoogleTOTP, "000000"); status != http.StatusUnauthorized ||
		r.complaint() != "authfactor.challenge.soft_token.invalid_passcode" {
		t.Errorf("wrong code: %d %s", status, r.complaint())
	}
	_, r = c.answerCode(r, GoogleTOTP, c.code(GoogleTOTP))
	resp, page := c.get(r.Success.Href)
	response(t, page)
	if resp.Request.URL.Path != embedPath {
		t.Errorf("ended at %s", resp.Request.URL)
	}
	for kind, want := range map[Kind]int{PasswordTried: 2, CodeTried: 3, FactorChosen: 2, SignedIn: 1, Asserted: 1, Locked: 0} {
		if got := o.Count(kind, testUser); got != want {
			t.Errorf("%s: %d, want %d", kind, got, want)
		}
	}
	if _, page := c.get(r.Success.Href); o.Count(SignedIn, "") != 1 {
		t.Errorf("the state token opened a second session: %.200s", page)
	}
}

func TestIdentifierFirst(t *testing.T) {
	_, c := simulate(t, Config{IdentifierFirst: true, Users: []User{jane(onlyGoogle)}})
	for _, name := range []string{testUser, "nobody@example.com"} {
		_, r := c.post("/idp/idx/identify", object{"stateHandle": c.introspect().StateHandle, "identifier": name})
		if r.page() != "challenge-authenticator" {
			t.Fatalf("%s: %s", name, r.page())
		}
		status, r := c.post("/idp/idx/challenge/answer", object{"stateHandle": r.StateHandle, "credentials": object{"passcode": "wrong"}})
		if status != http.StatusUnauthorized || r.complaint() != "incorrectPassword" {
			t.Errorf("%s: %d %s", name, status, r.complaint())
		}
	}
}

// TestAfterPassword is where each kind of user comes out.
func TestAfterPassword(t *testing.T) {
	for name, test := range map[string]struct {
		cfg       Config
		user      User
		status    int
		page      string
		complaint string
		success   bool
	}{
		"several factors": {Config{}, jane(), 200, "select-authenticator-authenticate", "", false},
		"one factor":      {Config{}, jane(onlyGoogle), 200, "challenge-authenticator", "", false},
		"no factor":       {Config{}, jane(noMFA), 200, "", "", true},
		"locked":          {Config{}, jane(func(u *User) { u.Locked = true }), 403, "identify", "errors.E0000119", false},
		"expired":         {Config{}, jane(func(u *User) { u.PasswordExpired = true }), 200, "reenroll-authenticator", "", false},
		"expires soon":    {Config{}, jane(func(u *User) { u.PasswordWarn = true }), 200, "reenroll-authenticator-warning", "", false},
		"not assigned": {Config{}, jane(func(u *User) { u.Unassigned = true }), 400, "identify", "idx.error.user.not.assigned.to.app",
			false},
		"rate limited": {Config{}, jane(func(u *User) { u.RateLimited = true }), 429, "", "tooManyRequests", false},
		"unknown form": {Config{Detour: TermsForm}, jane(noMFA), 200, "accept-terms-of-use", "", false},
		"expire once":  {Config{ExpireOnce: true}, jane(), 401, "", "idx.session.expired", false},
	} {
		t.Run(name, func(t *testing.T) {
			test.cfg.Users = []User{test.user}
			_, c := simulate(t, test.cfg)
			status, r := c.identify(c.introspect(), testPassword)
			if status != test.status || r.page() != test.page || r.complaint() != test.complaint || (r.Success.Href != "") != test.success {
				t.Errorf("got %d %q %q %q", status, r.page(), r.complaint(), r.Success.Href)
			}
		})
	}
}

func TestLockOut(t *testing.T) {
	o, c := simulate(t, Config{MaxFailures: 3})
	r := c.introspect()
	for i, want := range []int{401, 401, 403, 403} {
		if status, _ := c.identify(r, "wrong"); status != want {
			t.Errorf("try %d: %d, want %d", i+1, status, want)
		}
	}
	if status, _ := c.identify(r, testPassword); status != http.StatusForbidden {
		t.Errorf("a locked account took the right password: %d", status)
	}
	if o.Count(Locked, testUser) != 1 {
		t.Errorf("locked %d times", o.Count(Locked, testUser))
	}
	if err := o.Update(testUser, func(u *User) { u.Locked = false }); err != nil {
		t.Fatal(err)
	}
	if status, _ := c.identify(r, testPassword); status != http.StatusOK {
		t.Errorf("an unlocked account was refused: %d", status)
	}
}

// TestDigest proves what the log is for: the same wrong password shows.
func TestDigest(t *testing.T) {
	o, c := simulate(t, Config{})
	r := c.introspect()
	for _, p := range []string{"one", "two", "one"} {
		c.identify(r, p)
	}
	var digests []string
	for _, e := range o.Log() {
		if e.Kind == PasswordTried {
			digests = append(digests, e.Digest)
		}
	}
	if len(digests) != 3 || digests[0] != digests[2] || digests[0] == digests[1] {
		t.Errorf("digests %v", digests)
	}
}

func TestStateExpires(t *testing.T) {
	now := newClock()
	o, c := simulate(t, Config{Clock: now.Now, StateLifetime: time.Minute})
	r := c.introspect()
	now.add(time.Minute)
	status, r := c.identify(r, testPassword)
	if status != http.StatusUnauthorized || r.complaint() != "idx.session.expired" || r.page() != "" {
		t.Errorf("got %d %s %s", status, r.complaint(), r.page())
	}
	if o.Count(PasswordTried, "") != 0 || o.Count(StateExpired, "") != 1 {
		t.Errorf("log %+v", o.Log())
	}
	if c.introspect().page() != "identify" {
		t.Error("no new sign-in")
	}
}

func TestCancelStartsAnew(t *testing.T) {
	_, c := simulate(t, Config{})
	_, r := c.identify(c.introspect(), testPassword)
	status, next := c.post("/idp/idx/cancel", object{"stateHandle": r.StateHandle})
	if status != http.StatusOK || next.page() != "identify" || next.StateHandle == r.StateHandle {
		t.Errorf("cancel: %d %s", status, next.page())
	}
	if status, _ := c.answerCode(r, GoogleTOTP, "000000"); status != http.StatusUnauthorized {
		t.Errorf("a cancelled sign-in answered %d", status)
	}
}

func TestSkipAndAccept(t *testing.T) {
	_, c := simulate(t, Config{Detour: TermsForm, Users: []User{jane(noMFA, func(u *User) { u.PasswordWarn = true })}})
	_, r := c.identify(c.introspect(), testPassword)
	_, r = c.post("/idp/idx/skip", object{"stateHandle": r.StateHandle})
	if r.page() != "accept-terms-of-use" {
		t.Fatalf("after skip: %s", r.page())
	}
	_, r = c.post(r.Remediation.Value[0].Href, object{"stateHandle": r.StateHandle})
	_, page := c.get(r.Success.Href)
	response(t, page)
}

func TestExpiredPasswordCanBeChanged(t *testing.T) {
	o, c := simulate(t, Config{Users: []User{jane(noMFA, func(u *User) { u.PasswordExpired = true })}})
	_, r := c.identify(c.introspect(), testPassword)
	_, r = c.answerCode(r, Password, "New-horse-10")
	if r.Success.Href == "" || o.Count(PasswordChanged, testUser) != 1 {
		t.Fatalf("got %+v", r)
	}
	if status, _ := c.identify(c.introspect(), testPassword); status != http.StatusUnauthorized {
		t.Errorf("the old password is good still: %d", status)
	}
}
