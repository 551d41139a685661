package okta

import (
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

const totpStep = 30 * time.Second

// codeAt is the RFC 6238 code of the time step: six digits, SHA-1, 30 s, as
// Google Authenticator and Okta Verify have it.
func codeAt(secret string, step int64) (string, error) {
	return totp.GenerateCodeCustom(secret, time.Unix(step*int64(totpStep/time.Second), 0), totp.ValidateOpts{
		Period: uint(totpStep / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
}

func stepOf(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// Code returns a code that the org accepts now for this factor: the one an app
// would show, or the next one (a clock a little fast) when that one is spent
// already, so that two sign-ins in one test need not wait. Of what Okta sends it
// is the code sent last, an error while there is none.
func (o *Org) Code(user string, factor Factor) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.accounts.find(user)
	if a == nil {
		return "", fmt.Errorf("no user %q", user)
	}
	secret := a.secret(factor)
	if secret == "" {
		return a.codeNow(factor)
	}
	now := stepOf(o.cfg.Clock())
	for _, step := range []int64{now, now + 1, now - 1} {
		if !a.spent[spentCode{factor, step}] {
			return codeAt(secret, step)
		}
	}
	return "", fmt.Errorf("every %s code of %s that is valid now is spent: wait for the next step", factor, user)
}

// codeResult is what the org thinks of a secret it was sent.
type codeResult string

const (
	right       codeResult = "right"
	wrong       codeResult = "wrong"
	used        codeResult = "used" // a right code, but sent before
	locked      codeResult = "locked"
	rateLimited codeResult = "rate limited"
)

// matchCode looks one step back and one ahead, as Okta does, and spends the
// step that matched.
func (a *account) matchCode(factor Factor, code string, now time.Time) codeResult {
	secret := a.secret(factor)
	if secret == "" {
		return a.match(factor, code)
	}
	for step := stepOf(now) - 1; step <= stepOf(now)+1; step++ {
		want, err := codeAt(secret, step)
		if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 {
			continue
		}
		key := spentCode{factor, step}
		if a.spent[key] {
			return used
		}
		a.spent[key] = true
		return right
	}
	return wrong
}
