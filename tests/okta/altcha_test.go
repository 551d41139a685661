package okta

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"
)

// TestProofOfWork: the org takes a right proof once, and no other.
func TestProofOfWork(t *testing.T) {
	now := newClock()
	org, _ := simulate(t, Config{Clock: now.Now, Users: []User{jane(onlyGoogle)}, ProofOfWork: &ProofOfWork{Difficulty: 500}})
	challenge := org.newChallenge()
	number := 0
	for ; hashOf(challenge.Salt, number) != challenge.Challenge; number++ {
		if number > challenge.MaxNumber {
			t.Fatal("there is no number")
		}
	}
	token := func(change func(*altchaProof)) string {
		proof := altchaProof{challenge, number}
		change(&proof)
		raw, err := json.Marshal(proof)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(raw)
	}
	for _, c := range []struct {
		name, token, want string
	}{
		{"nothing", "", "no proof"},
		{"what the widget has before it works", "tempToken", "no proof"},
		{"another number", token(func(p *altchaProof) { p.Number++ }), "another number"},
		{"another salt", token(func(p *altchaProof) { p.Salt += "0" }), "another number"},
		{"a challenge of one's own", token(func(p *altchaProof) { p.Challenge = hashOf(p.Salt, p.Number+1) }), "not ours"},
		{"another signature", token(func(p *altchaProof) { p.Signature = p.Challenge }), "not ours"},
		{"another hash", token(func(p *altchaProof) { p.Algorithm = "SHA-512" }), "not ours"},
		{"the right one", token(func(*altchaProof) {}), ""},
		{"the right one again", token(func(*altchaProof) {}), "used"},
	} {
		if got := org.altcha.check(c.token, now.Now()); got != c.want {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

// TestProofOfWorkExpires: a proof is good for as long as its challenge says.
func TestProofOfWorkExpires(t *testing.T) {
	now := newClock()
	org, _ := simulate(t, Config{Clock: now.Now, ProofOfWork: &ProofOfWork{Expiring: 1, Number: 1}})
	proof := altchaProof{org.newChallenge(), endlessWork}
	raw, err := json.Marshal(proof)
	if err != nil {
		t.Fatal(err)
	}
	token := base64.StdEncoding.EncodeToString(raw)
	if got := org.altcha.check(token, now.Now().Add(expiringLife+2*time.Second)); got != "expired" {
		t.Errorf("late: %q", got)
	}
	if got := org.altcha.check(token, now.Now()); got != "" {
		t.Errorf("in time: %q", got)
	}
}
