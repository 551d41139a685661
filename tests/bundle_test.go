//go:build unix

package tests

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stsx/tests/okta"
)

// bundleMembers is a debug bundle's members. The file is whole and its owner's.
func (d *desk) bundleMembers(path string) map[string]string {
	d.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		d.Fatalf("%v, %v", info, err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		d.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			d.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			d.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

// bundleWithoutSecrets fails the test if a secret, a token or the username is in the bundle
// at path, and returns its members.
func (c *canaryDesk) bundleWithoutSecrets(path string) map[string]string {
	c.Helper()
	for _, cookie := range c.org.Cookies() {
		c.addSecret("a cookie", cookie)
	}
	for _, token := range c.org.Tokens() {
		c.addSecret("a state token", token)
	}
	c.addSecret("the username", jane)
	raw, err := os.ReadFile(path)
	if err != nil {
		c.Fatal(err)
	}
	members := c.bundleMembers(path)
	for name, text := range maps.All(members) {
		if found := c.secretsIn([]byte(text)); found != nil {
			c.Errorf("%q in %s", found, name)
		}
	}
	if found := c.secretsIn(raw); found != nil {
		c.Errorf("%q in the file", found)
	}
	// That the search finds: what is looked for in them would be found there.
	for needle, what := range c.needles {
		if c.secretsIn([]byte(members["timeline.txt"]+needle)) == nil {
			c.Errorf("%s would not be found", what)
		}
	}
	return members
}

// wantPictures fails the test unless the bundle shows each of screens, in this order.
func (d *desk) wantPictures(members map[string]string, screens ...string) {
	d.Helper()
	names := slices.Sorted(maps.Keys(members))
	at := -1
	for _, screen := range screens {
		i := slices.IndexFunc(names, func(name string) bool {
			return regexp.MustCompile(`^screens/\d\d-` + screen + `\.png$`).MatchString(name)
		})
		if i <= at {
			d.Errorf("want %s after %d in %q", screen, at, names)
			continue
		}
		at = i
		if !bytes.HasPrefix([]byte(members[names[i]]), []byte("\x89PNG")) {
			d.Errorf("%s is no picture", names[i])
		}
		if outline := members[strings.TrimSuffix(names[i], ".png")+".html.txt"]; !strings.Contains(outline, "<body") {
			d.Errorf("%s has no outline: %q", screen, outline)
		}
	}
}

// TestBundle: what a sign-in looked like, whether it went well or not, and no
// secret in it.
func TestBundle(t *testing.T) {
	t.Parallel()
	for _, engine := range allEngines() {
		t.Run("well/"+engine.String(), func(t *testing.T) {
			t.Parallel()
			c := newCanaryDesk(t, okta.Config{Engine: engine, IdentifierFirst: engine == okta.Gen2})
			d := c.withPasswordAndCode()
			path := filepath.Join(d.home, "well.zip")
			r := d.wantStatus(d.run("exec", "prod", "--debug-bundle", path, "--", "sh", "-c",
				`echo "$AWS_SECRET_ACCESS_KEY"; echo "$AWS_SESSION_TOKEN"`), 0)
			keys := strings.Fields(r.stdout)
			c.addSecret("the secret key", keys[0])
			c.addSecret("the session token", keys[1])
			d.wantText(r.stderr, "stsx: the debug bundle is in "+path)
			c.wantNoSecrets(r.stderr)
			members := c.bundleWithoutSecrets(path)
			d.wantPictures(members, "sign-in", "google-authenticator")
			d.wantText(members["error.txt"], "nothing went wrong")
			d.wantText(members["facts.txt"], "stsx ", "browser version ", "Chrome/", "widget ", "STSX_PASSWORD", "go1.")
			verify := map[okta.Engine]string{okta.Classic: "/verify"}[engine]
			if verify == "" {
				verify = "/idp/idx/challenge/answer"
			}
			d.wantText(members["timeline.txt"], d.org.URL()+"/", verify, "the page is “sign in”", "Okta posted its SAML response")
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		t.Parallel()
		c := newCanaryDesk(t, okta.Config{Engine: okta.Gen3})
		c.addSecret("the wrong password", "CanaryWrong-81x")
		d := c.with("STSX_PASSWORD=CanaryWrong-81x")
		r := d.wantStatus(d.run("login", "prod", "--debug-bundle=wrong.zip"), 4)
		members := c.bundleWithoutSecrets(filepath.Join(d.home, "wrong.zip"))
		d.wantText(members["error.txt"], "stsx: error: Okta said: Unable to sign in (at the page “sign in”)",
			"stsx: hint: check your password")
		d.wantText(members["timeline.txt"], "HTTP 401", "E0000004")
		d.wantPictures(members, "sign-in", "sign-in-refused", "the-end")
		d.wantText(r.stderr, members["error.txt"], "stsx: the debug bundle is in wrong.zip")
	})
	t.Run("unknown page", func(t *testing.T) {
		t.Parallel()
		c := newCanaryDesk(t, okta.Config{Engine: okta.Classic, Detour: okta.SurveyPage})
		d := c.withPasswordAndCode()
		path := filepath.Join(d.home, "unknown.zip")
		d.wantStatus(d.run("exec", "prod", "--debug-bundle", path, "--", "true"), 125)
		members := c.bundleWithoutSecrets(path)
		d.wantText(members["error.txt"], "does not know the page", "it shows: ")
		d.wantPictures(members, "sign-in", "unknown-page")
	})
	t.Run("Ctrl-C", func(t *testing.T) {
		t.Parallel()
		c := newCanaryDesk(t, okta.Config{Engine: okta.Gen2})
		d := c.with("STSX_PASSWORD=" + canaryPassword)
		path := filepath.Join(d.home, "stopped.zip")
		term := d.openTerminal("exec", "prod", "--debug-bundle", path, "--", "true")
		term.waitFor("Code from Google Authenticator")
		term.typeText("\x03")
		if r := term.wait(); r.status != 130 {
			t.Fatal(r)
		}
		members := c.bundleWithoutSecrets(path)
		d.wantText(members["error.txt"], "stsx: interrupted")
		d.wantPictures(members, "sign-in", "google-authenticator")
		d.wantNoBrowserProfile()
	})
}

// TestBundleOfNothing: a session that is there needs no sign-in, and a file that
// is there is not overwritten: nobody signs in for nothing.
func TestBundleOfNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, okta.Config{Engine: okta.Gen2}).withPasswordAndCode()
	d.wantStatus(d.run("login", "prod"), 0)
	path := filepath.Join(d.home, "none.zip")
	d.wantStatus(d.run("exec", "prod", "--debug-bundle", path, "--", "true"), 0)
	members := d.bundleMembers(path)
	if len(members) != 4 {
		t.Errorf("%q", slices.Sorted(maps.Keys(members)))
	}
	r := d.wantStatus(d.run("login", "--force", "prod", "--debug-bundle", path), 1)
	d.wantText(r.stderr, path+" exists already; name another file")
	r = d.wantStatus(d.run("login", "--force", "prod", "--debug-bundle", filepath.Join(d.home, "no", "such.zip")), 1)
	d.wantText(r.stderr, "the debug bundle can't be written")
	if n := d.countEvents(okta.PasswordTried); n != 1 {
		t.Errorf("%d passwords were sent", n)
	}
}
