package okta

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func withPhone(p Phone) func(*User) {
	return func(u *User) { u.Phone, u.GoogleTOTP, u.OktaVerifyTOTP, u.Others = &p, "", verifySecret, nil }
}

func TestPush(t *testing.T) {
	clock := newClock()
	o, c := simulate(t, Config{Clock: clock.Now, Users: []User{jane(withPhone(Phone{Number: true}))}, PollInterval: 50 * time.Millisecond})
	_, r := c.identify(c.introspect(), testPassword)
	poll := func() (int, reply) {
		return c.post("/idp/idx/authenticators/poll", object{"stateHandle": r.StateHandle, "autoChallenge": true})
	}
	number := func(n int) string {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		number, err := o.AwaitPush(ctx, testUser, n)
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	r = c.choose(r, OktaVerifyPush)
	first := number(1)
	if got := r.CurrentAuthenticator.Value.ContextualData.CorrectAnswer; r.page() != "challenge-poll" || got != first || len(first) != 2 ||
		r.Remediation.Value[0].Refresh != 50 {
		t.Fatalf("%s with %q for %q", r.page(), got, first)
	}
	if _, r := poll(); r.page() != "challenge-poll" {
		t.Errorf("before an answer: %s", r.page())
	}
	for name, answer := range map[string]func() error{
		"no":           func() error { return o.Reject(testUser) },
		"wrong number": func() error { return o.Approve(testUser, "1") },
	} {
		if err := answer(); err != nil {
			t.Fatal(err)
		}
		if err := answer(); err == nil {
			t.Error("one push was answered twice")
		}
		if status, r := poll(); status != http.StatusBadRequest || r.page() != "resend" ||
			r.complaint() != "api.authn.poll.error.push_rejected" {
			t.Errorf("%s: %d, %s on %s", name, status, r.complaint(), r.page())
		}
		r = c.choose(r, OktaVerifyPush)
	}
	clock.add(5 * time.Minute)
	if status, r := poll(); status != http.StatusBadRequest || r.page() != "resend" {
		t.Errorf("out of time: %d on %s", status, r.page())
	}
	r = c.choose(r, OktaVerifyPush)
	if err := o.Approve(testUser, number(4)); err != nil {
		t.Fatal(err)
	}
	_, r = poll()
	_, page := c.get(r.Success.Href)
	response(t, page)
	if o.Count(PushSent, testUser) != 4 || o.Count(PushAnswered, testUser) != 4 {
		t.Errorf("%v", o.Log())
	}

	// Ticked at the first sign-in: the push goes out by itself, if there is nothing to choose from.
	if err := o.Update(testUser, func(u *User) { u.OktaVerifyTOTP = "" }); err != nil {
		t.Fatal(err)
	}
	if _, r := newClient(t, o).identify(newClient(t, o).introspect(), testPassword); r.page() != "challenge-poll" ||
		o.Count(PushSent, testUser) != 5 {
		t.Errorf("not sent by itself: %s", r.page())
	}
}

func TestClassicPush(t *testing.T) {
	o, c := simulate(t, Config{Engine: Classic, Users: []User{jane(withPhone(Phone{Number: true}))}})
	_, r := c.authn(testPassword)
	if f := r.Embedded.Factors; len(f) != 2 || f[0].FactorType != "push" {
		t.Fatalf("%+v", f)
	}
	url, token := r.Embedded.Factors[0].Links.Verify.Href, r.StateToken
	verify := func(path string) reply {
		_, r := c.post(url+path, object{"stateToken": token})
		return r
	}
	latest := func() string {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.accounts.find(testUser).push.number
	}
	if r := verify(""); r.FactorResult != "WAITING" || string(r.Embedded.Factor.Embedded.Challenge.CorrectAnswer) != latest() {
		t.Errorf("%+v for %s", r, latest())
	}
	if err := o.Reject(testUser); err != nil {
		t.Fatal(err)
	}
	if r := verify(""); r.FactorResult != "REJECTED" || r.Status != "MFA_CHALLENGE" {
		t.Errorf("a no: %+v", r)
	}
	verify("")
	if err := o.ExpirePush(testUser); err != nil {
		t.Fatal(err)
	}
	if r := verify(""); r.FactorResult != "TIMEOUT" {
		t.Errorf("out of time: %+v", r)
	}
	verify("")
	verify("/resend")
	if err := o.Approve(testUser, latest()); err != nil {
		t.Fatal(err)
	}
	response(t, c.redeem(verify("?autoPush=true&rememberDevice=false")))
	if o.Count(PushSent, testUser) != 4 {
		t.Errorf("%v", o.Log())
	}
	if _, r := newClient(t, o).authn(testPassword); !strings.Contains(string(r.Embedded.Policy), `"autoPushEnabled":true`) {
		t.Errorf("the tick was forgotten: %s", r.Embedded.Policy)
	}
}
