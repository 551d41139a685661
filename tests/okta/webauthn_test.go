package okta

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// TestKeyAssertion: only what the enrolled key signed for this page and the last
// challenge is taken, and once.
func TestKeyAssertion(t *testing.T) {
	key, err := NewSecurityKey()
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSecurityKey()
	if err != nil {
		t.Fatal(err)
	}
	o := start(t, Config{Host: "localhost", Users: []User{{Name: testUser, Password: testPassword, Key: key, Others: []Factor{WebAuthn}}}})
	encode := base64.RawURLEncoding.EncodeToString
	type claim struct {
		kind, challenge, origin, host string
		flags                         byte
		key                           *SecurityKey
	}
	sign := func(c claim) assertion {
		client, _ := json.Marshal(object{"type": c.kind, "challenge": c.challenge, "origin": c.origin})
		party, hash := sha256.Sum256([]byte(c.host)), sha256.Sum256(client)
		data := append(party[:], c.flags, 0, 0, 0, 1)
		signed := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
		signature, err := ecdsa.SignASN1(rand.Reader, c.key.key, signed[:])
		if err != nil {
			t.Fatal(err)
		}
		return assertion{encode(client), encode(data), encode(signature)}
	}
	for name, change := range map[string]func(*claim){
		"":                  func(*claim) {},
		"another challenge": func(c *claim) { c.challenge = encode([]byte("another challenge")) },
		"another origin":    func(c *claim) { c.origin = strings.Replace(c.origin, "localhost", "evil.example", 1) },
		"another host":      func(c *claim) { c.host = "evil.example" },
		"another ceremony":  func(c *claim) { c.kind = "webauthn.create" },
		"nobody touched it": func(c *claim) { c.flags = 0 },
		"another key":       func(c *claim) { c.key = other },
	} {
		o.mu.Lock()
		s := o.begin(embedPath)
		s.user = o.accounts.find(testUser)
		c := claim{"webauthn.get", s.newNonce(), o.url, "localhost", 1, key}
		change(&c)
		in := sign(c)
		if got := o.tryAssertion(s, in); (got == right) != (name == "") {
			t.Errorf("%s: %s", name, got)
		}
		if got := o.tryAssertion(s, in); got == right {
			t.Errorf("%s: right twice", name)
		}
		o.mu.Unlock()
	}
}

// TestDevice: only an enrolled device's answer to a challenge that is under way
// signs anybody in, and once.
func TestDevice(t *testing.T) {
	device, err := NewDevice()
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewDevice()
	if err != nil {
		t.Fatal(err)
	}
	o := start(t, Config{Reach: Reach{Method: "LOOPBACK", Silent: true}, Users: []User{{Name: testUser, Device: device}}})
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.begin(embedPath)
	nonce := s.newNonce()
	for _, c := range []struct {
		name   string
		by     *Device
		answer deviceResponse
		want   bool
	}{
		{"another device", other, deviceResponse{nonce, testUser}, false},
		{"another challenge", device, deviceResponse{"nonce", testUser}, false},
		{"another user", device, deviceResponse{nonce, "eve"}, false},
		{"right", device, deviceResponse{nonce, testUser}, true},
		{"once more", device, deviceResponse{nonce, testUser}, false},
	} {
		text, err := c.by.sign(c.answer)
		if err != nil || o.deviceAnswered(text) != c.want {
			t.Errorf("%s: not %t, %v", c.name, c.want, err)
		}
	}
	if s.stage != stageDone {
		t.Errorf("it stands at %d", s.stage)
	}
}
