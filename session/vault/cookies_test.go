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

func acme() session.Org {
	return session.Org{Name: "acme", URL: "https://acme.okta.com/home/aws/1", Username: "jane"}
}

// sampleCookies is what is remembered, with every field of a cookie filled.
func sampleCookies(t *testing.T) session.Remembered {
	var c session.Cookie
	v := reflect.ValueOf(&c).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Bool {
			v.Field(i).SetBool(true)
			continue
		}
		fill(t, v.Field(i), "cookie."+v.Type().Field(i).Name)
	}
	c.Value = session.NewSecret(canarySecret)
	return session.Remembered{Username: "jane", Subject: "jane\njane", Agent: "Mozilla/5.0", Bound: true, Cookies: []session.Cookie{c,
		{Name: "sid", Value: session.NewSecret("x")}}}
}

func mustKeep(t *testing.T, s *Store, o session.Org, r session.Remembered) {
	t.Helper()
	if err := s.Jar().Keep(background, o, r); err != nil {
		t.Fatal(err)
	}
}

func TestJar(t *testing.T) {
	for name, s := range map[string]*Store{
		"kernel keyring": newStore(t, &fakeKeyring{err: errors.New("none")}, &fakeRing{}),
		"OS keyring":     newStore(t, &fakeKeyring{}, noRing{}),
	} {
		t.Run(name, func(t *testing.T) {
			none := func(o session.Org) {
				t.Helper()
				if r, err := storeAt(s).Jar().Remembered(background, o); err != nil || !r.IsZero() {
					t.Errorf("%v, %v", r, err)
				}
			}
			none(acme())
			want := sampleCookies(t)
			mustKeep(t, s, acme(), want)
			want.Org, want.URL = "acme", acme().URL
			got, err := storeAt(s).Jar().Remembered(background, acme())
			want.Kept = got.Kept
			if err != nil || !reflect.DeepEqual(got, want) || time.Since(got.Kept) > time.Hour {
				t.Errorf("%+v, %v\nwant %+v", got, err, want)
			}
			// Another app of the same org, another user: the driver decides.
			app := acme()
			app.URL, app.Username = "https://ACME.okta.com:443/home/aws/2", "joe"
			if r, err := s.Jar().Remembered(background, app); err != nil || r.Username != "jane" {
				t.Errorf("%v, %v", r, err)
			}
			for _, other := range []session.Org{
				{Name: "acme", URL: "https://evil.example/home/aws/1"}, {Name: "acme", URL: "http://acme.okta.com/home/aws/1"},
				{Name: "acme", URL: "https://acme.okta.com:8443/home/aws/1"}, {Name: "other", URL: acme().URL},
			} {
				none(other)
				if err := s.Jar().Discard(background, other); err != nil {
					t.Error(err)
				}
			}
			if list, err := s.Jar().List(background); err != nil || len(list) != 1 || list[0].Org != "acme" {
				t.Errorf("%v, %v", list, err)
			}
			if err := errors.Join(s.Jar().Discard(background, acme()), s.Jar().Discard(background, acme())); err != nil {
				t.Error(err)
			}
			none(acme())
			mustKeep(t, s, acme(), want)
			if err := s.DeleteAll(background, false); err != nil {
				t.Error(err)
			}
			none(acme())
		})
	}
}

// TestJarAtRest: one file for its owner alone, in which nothing can be read and
// whose name says nothing.
func TestJarAtRest(t *testing.T) {
	s := newStore(t, &fakeKeyring{}, &fakeRing{})
	mustKeep(t, s, acme(), sampleCookies(t))
	files := fileNames(s.Jar().Dir())
	if len(files) != 1 {
		t.Fatal(files)
	}
	path := filepath.Join(s.Jar().Dir(), files[0])
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{canarySecret, "jane", "acme", "cookie.", "Mozilla"} {
		if bytes.Contains(data, []byte(secret)) || bytes.Contains([]byte(files[0]), []byte(secret)) {
			t.Errorf("the file holds %q", secret)
		}
	}
}

// TestJarOfNoUse: what is damaged, foreign, moved or old is as none.
func TestJarOfNoUse(t *testing.T) {
	for name, spoil := range map[string]struct {
		do   func(s *Store, path string) error
		stay bool // the file: its key may only be out of reach
	}{
		"flipped": {do: func(_ *Store, path string) error {
			return change(path, func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
		}},
		"cut":     {do: func(_ *Store, path string) error { return change(path, func(b []byte) []byte { return b[:20] }) }},
		"empty":   {do: func(_ *Store, path string) error { return change(path, func([]byte) []byte { return nil }) }},
		"text":    {do: func(_ *Store, path string) error { return os.WriteFile(path, []byte(`{"org":"acme"}`), 0o600) }},
		"version": {do: func(_ *Store, path string) error { return change(path, func(b []byte) []byte { b[4]++; return b }) }},
		"old": {do: func(s *Store, _ string) error {
			s.now = func() time.Time { return noon().Add(cookiesLife + time.Minute) }
			return nil
		}},
		"other key": {stay: true, do: func(s *Store, _ string) error { s.keys.kernel.(*fakeRing).put(makeKey()); return nil }},
		"another's": {do: func(s *Store, path string) error {
			other := acme()
			other.Name = "other"
			if err := s.Jar().Keep(background, other, session.Remembered{Cookies: []session.Cookie{{Name: "x"}}}); err != nil {
				return err
			}
			k, _ := s.keys.nearKey()
			data, err := os.ReadFile(filepath.Join(s.Jar().Dir(), s.Jar().folder.fileName(k, cookiesOf(other))))
			if err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o600)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, &fakeKeyring{err: errors.New("none")}, &fakeRing{})
			mustKeep(t, s, acme(), sampleCookies(t))
			k, _ := s.keys.nearKey()
			path := filepath.Join(s.Jar().Dir(), s.Jar().folder.fileName(k, cookiesOf(acme())))
			if err := spoil.do(s, path); err != nil {
				t.Fatal(err)
			}
			if r, err := s.Jar().Remembered(background, acme()); err != nil || !r.IsZero() {
				t.Errorf("%v, %v", r, err)
			}
			if _, err := os.Stat(path); (err == nil) != spoil.stay {
				t.Errorf("the file: %v", err)
			}
			s.now = time.Now
			mustKeep(t, s, acme(), sampleCookies(t))
			if r, err := s.Jar().Remembered(background, acme()); err != nil || r.IsZero() {
				t.Errorf("%v, %v", r, err)
			}
		})
	}
}

func change(path string, how func([]byte) []byte) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, how(data), 0o600)
}

// TestJarAsksNoKeyring: who keeps no cookies pays nothing for it.
func TestJarAsksNoKeyring(t *testing.T) {
	k := &fakeKeyring{}
	s := newStore(t, k, noRing{})
	_, err := s.Jar().Remembered(background, acme())
	_, err2 := s.Jar().List(background)
	if err := errors.Join(err, err2, s.Jar().Discard(background, acme())); err != nil || k.calls != 0 {
		t.Errorf("%v, %d calls", err, k.calls)
	}
	if _, err := os.Stat(string(s.home)); err == nil {
		t.Error("it made a directory")
	}
}

func TestJarWithoutAKey(t *testing.T) {
	s := newStore(t, &fakeKeyring{err: errors.New("locked")}, noRing{})
	if err := s.Jar().Keep(background, acme(), sampleCookies(t)); !errors.Is(err, session.ErrNoKeyring) {
		t.Error(err)
	}
}
