package okta

import (
	"net/http"
	"testing"
)

func others(all ...Factor) func(*User) {
	return func(u *User) { onlyGoogle(u); u.Others = all }
}

// TestPhone: the channel is asked for, a code is good once, and one sent again
// takes the last one out of force.
func TestPhone(t *testing.T) {
	o, c := simulate(t, Config{Users: []User{jane(others(SMS, Voice))}})
	_, r := c.identify(c.introspect(), testPassword)
	r = c.choose(r, PhoneNumber)
	if r.page() != "authenticator-verification-data" {
		t.Fatalf("page %s", r.page())
	}
	if _, err := o.Code(testUser, SMS); err == nil {
		t.Error("a code before any was sent")
	}
	_, r = c.post("/idp/idx/challenge", object{"stateHandle": r.StateHandle,
		"authenticator": object{"id": authenticatorOf(PhoneNumber).id, "methodType": "sms"}})
	first := c.code(SMS)
	_, r = c.post("/idp/idx/challenge/resend", object{"stateHandle": r.StateHandle})
	if status, r := c.answerCode(r, SMS, first); status != http.StatusUnauthorized || r.complaint() != "api.authn.error.PASSCODE_INVALID" {
		t.Errorf("the first code: %d %s", status, r.complaint())
	}
	if status, r := c.answerCode(r, SMS, c.code(SMS)); status != http.StatusOK || r.Success.Href == "" {
		t.Errorf("the second code: %d", status)
	}
	if o.Count(CodeSent, testUser) != 2 || o.Count(CodeTried, testUser) != 2 {
		t.Errorf("log %+v", o.Log())
	}
}

// TestEmailLink: the next poll tells that the link was clicked.
func TestEmailLink(t *testing.T) {
	o, c := simulate(t, Config{Users: []User{jane(others(Email))}})
	if o.ClickEmailLink(testUser) == nil {
		t.Error("a link before any was sent")
	}
	_, r := c.identify(c.introspect(), testPassword)
	r = c.choose(r, Email)
	if _, r := c.post("/idp/idx/challenge/poll", object{"stateHandle": r.StateHandle}); r.page() != "challenge-authenticator" {
		t.Errorf("page %s", r.page())
	}
	if err := o.ClickEmailLink(testUser); err != nil {
		t.Fatal(err)
	}
	if _, r := c.post("/idp/idx/challenge/poll", object{"stateHandle": r.StateHandle}); r.Success.Href == "" {
		t.Errorf("after the click: %s", r.page())
	}
}

// TestPasswordLast: a factor first, the password second, and neither alone.
func TestPasswordLast(t *testing.T) {
	for _, f := range []Factor{SecurityQuestion, YubiKey, Symantec, RSA, OnPrem, CustomOTP} {
		o, c := simulate(t, Config{PasswordLast: true, Users: []User{jane(others(f))}})
		_, r := c.post("/idp/idx/identify", object{"stateHandle": c.introspect().StateHandle, "identifier": testUser})
		r = c.choose(r, f)
		field := "passcode"
		if f == SecurityQuestion {
			field = "answer"
		}
		_, r = c.post("/idp/idx/challenge/answer", object{"stateHandle": r.StateHandle, "credentials": object{field: c.code(f)}})
		if r.page() != "challenge-authenticator" || r.Success.Href != "" {
			t.Errorf("%s: after the factor %s", f, r.page())
		}
		status, r := c.answerCode(r, Password, testPassword)
		if status != http.StatusOK || r.Success.Href == "" || o.Count(CodeTried, testUser) != 1 || o.Count(PasswordTried, testUser) != 1 {
			t.Errorf("%s: %d, log %+v", f, status, o.Log())
		}
	}
}

func TestClassicPhone(t *testing.T) {
	_, c := simulate(t, Config{Engine: Classic, Users: []User{jane(others(SMS))}})
	_, r := c.authn(testPassword)
	href := r.Embedded.Factors[1].Links.Verify.Href
	verify := func(path, code string) (int, string) {
		status, answer := c.post(href+path, object{"stateToken": r.StateToken, "passCode": code})
		return status, answer.Status + answer.ErrorCode
	}
	for _, step := range []struct{ path, code, want string }{{"", "", "MFA_CHALLENGE"}, {"", "000000x", "E0000068"},
		{"/resend", "", "MFA_CHALLENGE"}} {
		if status, got := verify(step.path, step.code); got != step.want {
			t.Errorf("%q: %d %s, want %s", step.path+step.code, status, got, step.want)
		}
	}
	if _, got := verify("", c.code(SMS)); got != "SUCCESS" {
		t.Errorf("the code: %s", got)
	}
}
