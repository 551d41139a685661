package vault

import (
	"errors"
	"strings"
	"testing"

	"stsx/session"
)

func TestPasswords(t *testing.T) {
	k := &fakeKeyring{}
	p := newStore(t, k, &fakeRing{}).Passwords()
	org := session.Org{URL: "https://Acme.okta.com/home/amazon_aws/x/272", Username: "jane@acme.example"}
	other := org
	other.Username = "john@acme.example"
	if _, err := p.Password(background, org); !errors.Is(err, session.ErrNoPassword) {
		t.Errorf("got %v", err)
	}
	if forgot, err := p.Forget(background, org); err != nil || forgot {
		t.Errorf("forgetting what isn't there: %v, %v", forgot, err)
	}
	if p.Declined(background, org) {
		t.Error("declined before it was asked")
	}
	for range 2 {
		if err := p.Decline(background, org); err != nil {
			t.Fatal(err)
		}
	}
	if !p.Declined(background, org) || p.Declined(background, other) {
		t.Error("declining is one org's")
	}
	want := session.NewSecret("pässword\n'\"\\ ")
	if err := p.Remember(background, org, want); err != nil {
		t.Fatal(err)
	}
	if p.Declined(background, org) {
		t.Error("still declined after Remember")
	}
	if got, err := p.Password(background, org); err != nil || !got.Equal(want) {
		t.Errorf("got %q, %v", got.Reveal(), err)
	}
	if _, ok := k.items["stsx/password:acme.okta.com:jane@acme.example"]; !ok {
		t.Errorf("kept under %v", k.items)
	}
	if _, err := p.Password(background, other); !errors.Is(err, session.ErrNoPassword) {
		t.Errorf("got %v", err)
	}
	if forgot, err := p.Forget(background, org); err != nil || !forgot {
		t.Fatal(forgot, err)
	}
	if _, err := p.Password(background, org); !errors.Is(err, session.ErrNoPassword) {
		t.Errorf("got %v", err)
	}
}

func TestPasswordsRefuse(t *testing.T) {
	org := session.Org{URL: "https://acme.okta.com", Username: "jane"}
	k := &fakeKeyring{}
	p := newStore(t, k, &fakeRing{}).Passwords()
	secret := strings.Repeat("x", 2001)
	if err := p.Remember(background, org, session.NewSecret(secret)); err == nil || !strings.Contains(err.Error(), "2001 bytes") ||
		strings.Contains(err.Error(), "xxx") {
		t.Errorf("got %v", err)
	}
	if err := p.Remember(background, org, session.NewSecret(secret[1:])); err != nil {
		t.Error(err)
	}
	for _, bad := range []session.Org{{URL: "nowhere", Username: "jane"}, {URL: org.URL, Username: "a\nb"}, {URL: org.URL}} {
		if err := p.Remember(background, bad, session.NewSecret("x")); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	k.err = errors.New("locked")
	_, unread := p.Password(background, org)
	_, kept := p.Forget(background, org)
	for _, err := range []error{unread, p.Remember(background, org, session.NewSecret("x")), kept} {
		if !errors.Is(err, session.ErrNoKeyring) || !strings.Contains(err.Error(), "locked") {
			t.Errorf("got %v", err)
		}
	}
}

// TestPasswordUser: each account has an item of its own, named so that macOS's security
// reads the name as go-keyring writes it.
func TestPasswordUser(t *testing.T) {
	seen := map[string]string{}
	for _, username := range []string{"jane.roe@acme.example", "o'brien@acme.example", "o%27brien@acme.example", "obrien@acme.example",
		`ACME\jane`, "ACMEjane", "ACME%5Cjane", "jürgen müller", `"jane"`, "$(id) `id` ; | & #", "-x"} {
		user, err := passwordUser(session.Org{URL: "https://acme.okta.com/home", Username: username})
		if err != nil || strings.ContainsAny(user, `'\`) {
			t.Errorf("%s: %q, %v", username, user, err)
		}
		if other, twice := seen[user]; twice {
			t.Errorf("%s and %s are both %q", username, other, user)
		}
		seen[user] = username
	}
}
