package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"stsx/session"
)

// FuzzSealedFile: only what was sealed under that key and name opens; anything
// else is one of three errors.
func FuzzSealedFile(f *testing.F) {
	k, name := makeKey(), "0123456789abcdef0123456789abcdef"
	sealed := k.seal(name, []byte("plain"))
	f.Add([]byte(nil), name)
	f.Add([]byte(sealMagic), name)
	f.Add(k.head(), name)
	f.Add(sealed[:len(sealed)-1], name)
	f.Add(sealed, name+"x")
	f.Add(append(bytes.Clone(sealed), 0), name)
	f.Fuzz(func(t *testing.T, file []byte, name string) {
		plain, err := k.open(name, file)
		if err == nil {
			t.Errorf("%q opened as %q", file, plain)
		}
		if !errors.Is(err, errDamaged) && !errors.Is(err, errForeign) && !errors.Is(err, errVersion) {
			t.Error(err)
		}
		if back, err := k.open(name, k.seal(name, file)); err != nil || !bytes.Equal(back, file) {
			t.Errorf("%q came back as %q, %v", file, back, err)
		}
	})
}

// FuzzRecords: what is inside a seal is read or damaged, and what was read is
// written as it was.
func FuzzRecords(f *testing.F) {
	kept, _ := encodeSession(keptSession{canarySession("dev", noon()), "key", moment{noon(), "boot", time.Hour}})
	cookies, _ := encodeCookies(session.Remembered{Org: "acme", URL: "https://acme.okta.com", Kept: noon(),
		Cookies: []session.Cookie{{Name: "sid", Value: session.NewSecret("x")}}})
	for _, plain := range [][]byte{kept, cookies, nil, []byte("null"), []byte("[]"), []byte(`{"cookies":[null]}`),
		[]byte(`{"expires":"0000-00-00"}`), []byte(`{"kept":1}`)} {
		f.Add(plain)
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		one, err := decodeSession(plain)
		if err != nil && !errors.Is(err, errDamaged) {
			t.Error(err)
		}
		if err == nil {
			again, err := encodeSession(one)
			if err != nil {
				return // a time that JSON can't write
			}
			if two, err := decodeSession(again); err != nil || !two.Credentials.Expires.Equal(one.Credentials.Expires) ||
				two.key != one.key {
				t.Errorf("%q came back as %q, %v", plain, again, err)
			}
		}
		remembered, err := decodeCookies(plain)
		if err != nil && !errors.Is(err, errDamaged) {
			t.Error(err)
		}
		if err == nil {
			again, err := encodeCookies(remembered)
			if err != nil {
				return
			}
			if two, err := decodeCookies(again); err != nil || len(two.Cookies) != len(remembered.Cookies) || two.Org != remembered.Org {
				t.Errorf("%q came back as %q, %v", plain, again, err)
			}
		}
	})
}

// FuzzCaches: whatever the files hold, nothing that can't be shown or is out of
// date comes out of them, and they can be written again.
func FuzzCaches(f *testing.F) {
	for _, text := range []string{"", "null", "{", `{"a":null}`, `{"1":{"name":"\u001b[2J","seen":"2026-01-02T03:04:05Z"}}`,
		`{"r":{"seconds":99999999999,"learnt":"2026-01-02T03:04:05Z"}}`,
		`{"o":{"roles":["arn:aws:iam::1:role/x",""],"seen":"2026-01-02T03:04:05Z"}}`} {
		f.Add([]byte(text), "r")
	}
	now := func() time.Time { return noon() }
	f.Fuzz(func(t *testing.T, text []byte, key string) {
		dir := t.TempDir()
		for _, name := range []string{durationsFile, rolesFile, namesFile, choicesFile} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		durations, roles, names := NewDurationCache(dir, now), NewRoleCache(dir, now), NewAccountNames(dir, now)
		if d := durations.Longest(key); d < 0 || d > longestDuration {
			t.Errorf("a role may last %s", d)
		}
		if name := names.Name(key); name != "" && !isShowable(name) {
			t.Errorf("a name is %q", name)
		}
		for _, role := range roles.Seen() {
			if _, err := session.ParseRole(role.ARN); err != nil {
				t.Error(err)
			}
		}
		NewFactorChoices(dir, now).Last(session.Org{}, key)
		durations.Learn("role", time.Hour)
		roles.See(session.Org{}, []session.Role{{ARN: "arn:aws:iam::123456789012:role/A"}})
		if durations.Longest("role") != time.Hour || len(roles.Seen()) == 0 {
			t.Error("nothing can be learnt any more")
		}
	})
}

// TestClockIsNoProlongation: what was kept at a time to come, as after a clock
// was set back, counts for no longer than it would have.
func TestClockIsNoProlongation(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	s.uptime = func() (string, time.Duration) { return "", 0 } // as where there is no other clock
	now := noon()
	s.now = func() time.Time { return now }
	mustKeep(t, s, acme(), sampleCookies(t))
	want := canarySession("dev", noon().Add(time.Hour))
	mustPut(t, s, "dev", want)
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour, 30 * 24 * time.Hour} {
		now = noon().Add(-back)
		if got, err := s.Get(background, "dev"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s back: %v, %v", back, got, err) // when it ends is AWS's word, not the clock's
		}
	}
	now = noon().Add(-cookiesLife - time.Hour)
	if r, err := s.Jar().Remembered(background, acme()); err != nil || !r.IsZero() {
		t.Errorf("cookies of a time to come: %v, %v", r, err)
	}
}
