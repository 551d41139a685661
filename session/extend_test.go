package session

import (
	"errors"
	"testing"
	"time"
)

// TestExtend: a session of another process, else a new one, and nobody is asked.
func TestExtend(t *testing.T) {
	p := prod()
	p.Confirm = true
	b := newBench(admin, dev)
	held := Session{Profile: "prod", Role: granted(admin), Issued: noon(),
		Credentials: Credentials{AccessKeyID: "held", Expires: noon().Add(time.Hour)}}
	b.store.kept[p.Key()] = held
	b.now = noon().Add(48 * time.Minute)
	if _, ok := b.ExtendFromStore(background, p, held); ok {
		t.Error("what is due takes its own place")
	}
	b.idp.assertion.NotOnOrAfter = b.now.Add(time.Hour)
	s, err := b.Extend(background, p, held)
	if err != nil || s.Credentials.AccessKeyID != "ASIA1" || !b.idp.last.Org.Unattended || b.idp.last.Org.Anew {
		t.Fatalf("%+v, %v; the org was %+v", s, err, b.idp.last.Org)
	}
	// The one renewed serves whoever comes next.
	if other, ok := b.ExtendFromStore(background, p, held); !ok || other.Credentials.AccessKeyID != "ASIA1" {
		t.Errorf("%+v, %v", other, ok)
	}
	if again, err := b.Extend(background, p, held); err != nil || again.Credentials.AccessKeyID != "ASIA1" || b.idp.times != 1 {
		t.Errorf("%+v, %v", again, err)
	}
	if len(b.person.asked) > 0 {
		t.Errorf("asked %q", b.person.asked)
	}
}

// TestExtendSameRole: whatever the profile leaves open, the role stays.
func TestExtendSameRole(t *testing.T) {
	p := Profile{Name: "any", Org: acme()}
	b := newBench(admin, dev)
	held := Session{Profile: "any", Role: granted(dev)}
	// In another terminal they have chosen another.
	b.store.kept[p.Key()] = Session{Role: granted(admin), Issued: b.now,
		Credentials: Credentials{AccessKeyID: "other", Expires: b.now.Add(time.Hour)}}
	if s, ok := b.ExtendFromStore(background, p, held); ok {
		t.Errorf("it took %+v", s)
	}
	if s, err := b.Extend(background, p, held); err != nil || s.Role.ARN != dev {
		t.Errorf("%+v, %v", s, err)
	}
	b = newBench(admin)
	var role *RoleError
	if _, err := b.Extend(background, p, held); !errors.As(err, &role) {
		t.Errorf("got %v", err)
	}
}

// TestExtendChain: a source that is good for it is used, one that is over is
// renewed first, unattended too.
func TestExtendChain(t *testing.T) {
	source := prod()
	p := Profile{Name: "audit", Org: acme(), Role: audit, Source: &source}
	b := newBench(admin)
	held := b.opens(t, p)
	b.now = held.Credentials.Expires.Add(-10 * time.Minute)
	b.idp.assertion.NotOnOrAfter = b.now.Add(9 * time.Hour)
	if s, err := b.Extend(background, p, held); err != nil || b.idp.times != 1 || s.Credentials.AccessKeyID != "ASIA3" {
		t.Errorf("%+v, %v, %d sign-ins", s, err, b.idp.times)
	}
	b.now = b.now.Add(2 * time.Hour)
	if s, err := b.Extend(background, p, held); err != nil || b.idp.times != 2 || s.Role.ARN != audit || !b.idp.last.Org.Unattended {
		t.Errorf("%+v, %v, %d sign-ins", s, err, b.idp.times)
	}
}

func TestDue(t *testing.T) {
	s := Session{Issued: noon(), Credentials: Credentials{Expires: noon().Add(time.Hour)}}
	for minute, want := range map[int]bool{0: false, 47: false, 48: true, 61: true} {
		if s.Due(noon().Add(time.Duration(minute)*time.Minute)) != want {
			t.Errorf("after %d minutes", minute)
		}
	}
	for _, s := range []Session{{}, {Issued: noon()}, {Credentials: Credentials{Expires: noon()}},
		{Issued: noon().Add(time.Hour), Credentials: Credentials{Expires: noon()}}} {
		if !s.Due(noon()) {
			t.Errorf("%+v is not due", s)
		}
	}
}
