package okta

import (
	"net/http"
	"testing"
	"time"
)

// TestCodeRFC6238 holds the algorithm to the RFC's own values, cut to six digits.
func TestCodeRFC6238(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"} {
		if got, err := codeAt(secret, stepOf(time.Unix(at, 0))); err != nil || got != want {
			t.Errorf("at %d: %s %v, want %s", at, got, err, want)
		}
	}
}

func TestCodeWindow(t *testing.T) {
	for name, test := range map[string]struct {
		steps int64
		right bool
	}{"now": {0, true}, "one behind": {-1, true}, "one ahead": {1, true}, "two behind": {-2, false}, "two ahead": {2, false}} {
		t.Run(name, func(t *testing.T) {
			now := newClock()
			_, c := simulate(t, Config{Clock: now.Now, Users: []User{jane(onlyGoogle)}})
			_, r := c.identify(c.introspect(), testPassword)
			code, err := codeAt(googleSecret, stepOf(now.Now())+test.steps)
			if err != nil {
				t.Fatal(err)
			}
			status, _ := c.answerCode(r, GoogleTOTP, code)
			if (status == http.StatusOK) != test.right {
				t.Errorf("got %d", status)
			}
		})
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	now := newClock()
	o, c := simulate(t, Config{Clock: now.Now, Users: []User{jane(onlyGoogle)}})
	code := c.code(GoogleTOTP)
	_, r := c.identify(c.introspect(), testPassword)
	if status, _ := c.answerCode(r, GoogleTOTP, code); status != http.StatusOK {
		t.Fatalf("first: %d", status)
	}
	_, r = c.identify(c.introspect(), testPassword)
	if status, r := c.answerCode(r, GoogleTOTP, code); status != http.StatusUnauthorized ||
		r.complaint() != "authfactor.challenge.soft_token.used_passcode" {
		t.Errorf("second: %d %s", status, r.complaint())
	}
	for range 2 { // the step ahead, then the one behind
		next := c.code(GoogleTOTP)
		if next == code {
			t.Error("Code gave a spent code")
		}
		if err := o.spend(testUser, GoogleTOTP, next); err != nil {
			t.Error(err)
		}
	}
	if _, err := o.Code(testUser, GoogleTOTP); err == nil {
		t.Error("Code gave a fourth code")
	}
	now.add(time.Minute)
	if next := c.code(GoogleTOTP); next == code {
		t.Error("Code gave a spent code")
	}
}
