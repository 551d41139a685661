package bundle

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func members(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

func TestBundle(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.zip")
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	b := New(path, func() time.Time { at = at.Add(250 * time.Millisecond); return at })
	if err := b.CheckPath(); err != nil {
		t.Fatal(err)
	}
	b.Fact("browser", "one")
	b.Fact("browser", "Chrome/156")
	b.Step("step      jane@acme.example types Hunter\"2 & 'more'")
	b.Hide(session.NewSecret("jane@acme.example"), "[username]")
	b.Hide(session.NewSecret(`Hunter"2 & 'more'`), "[password]")
	b.Hide(session.NewSecret(""), "[empty]")
	b.Hide(session.NewSecret("x"), "[short]")
	b.Request("POST", "https://acme.okta.com/idp/idx/identify", "Fetch", 401, "")
	b.Request("GET", "https://acme.okta.com/x", "XHR", 0, "net::ERR_FAILED")
	b.Screen("Okta Verify, refused", []byte("\x89PNG"), "<p>JANE@acme.example Hunter&#34;2 &amp; &#39;more&#39; eyJhbGciOiJIUzI1NiJ9abc "+
		"<script src=/assets/js/sdk/okta-signin-widget/7.49.0/js/okta-sign-in.min.js>")
	if err := b.WriteZip("stsx: error: no, jane%40acme.example"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	got := members(t, path)
	for name, want := range map[string][]string{
		"README.txt": {"What stsx saw"},
		"error.txt":  {"stsx: error: no, [username]"},
		"facts.txt":  {"Chrome/156", "widget", "7.49.0"},
		"timeline.txt": {"[username] types [password]", "network   POST   https://acme.okta.com/idp/idx/identify (fetch): 401",
			"(xhr): net::ERR_FAILED", "screens/01-okta-verify-refused"},
		"screens/01-okta-verify-refused.html.txt": {"<p>[username] [password] [token] ", "okta-sign-in.min.js"},
		"screens/01-okta-verify-refused.png":      {"\x89PNG"},
	} {
		for _, part := range want {
			if !strings.Contains(got[name], part) {
				t.Errorf("%s: want %q in:\n%s", name, part, got[name])
			}
		}
	}
	if strings.Contains(got["facts.txt"], "one") {
		t.Error("the older fact is there too")
	}
	// A second one takes its place, and nothing is left beside it.
	if err := b.WriteZip("later"); err != nil || members(t, path)["error.txt"] != "later" {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%v", left)
	}
}

// TestOthersFile: another's file is neither overwritten at the start nor at the end.
func TestOthersFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.zip")
	b := New(path, time.Now)
	if err := b.CheckPath(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.CheckPath(); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Error(err)
	}
	if err := b.WriteZip(""); err == nil {
		t.Error("written")
	}
	if text, _ := os.ReadFile(path); string(text) != "theirs" {
		t.Errorf("%q", text)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%v", left)
	}
	for _, nowhere := range []string{filepath.Join(t.TempDir(), "none", "b.zip"), filepath.Join(path, "b.zip")} {
		if err := New(nowhere, time.Now).CheckPath(); err == nil {
			t.Errorf("%s can be written", nowhere)
		}
	}
}

func TestManyScreens(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "b.zip")
	b := New(path, time.Now)
	for range maxScreens + 3 {
		b.Screen("a", nil, "x")
	}
	if err := b.WriteZip(""); err != nil {
		t.Fatal(err)
	}
	if got := members(t, path); len(got) != 4+maxScreens || !strings.Contains(got["timeline.txt"], "3 more screens") ||
		!strings.Contains(got["error.txt"], "nothing went wrong") {
		t.Errorf("%d members", len(got))
	}
}

func TestNil(t *testing.T) {
	t.Parallel()
	var b *Bundle
	b.Hide(session.NewSecret("something"), "x")
	b.Fact("a", "b")
	b.Step("x")
	b.Request("GET", "x", "y", 0, "")
	b.Screen("a", nil, "")
}

func TestScrub(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"challenge-authenticator--okta_password primary-auth": "challenge-authenticator--okta_password primary-auth",
		"/js/okta-sign-in.7.49.0.min.js":                      "/js/okta-sign-in.7.49.0.min.js",
		"/api/v1/authn/factors/ost1f2g3h4j5k6l7m8/verify":     "/api/v1/authn/factors/[token]/verify",
		"02.id.Zm9vYmFyYmF6cXV4MTIz~c.AbCdEf0123456789":       "[token]",
		"JBSW Y3DP EHPK 3PXP":                                 "JBSW Y3DP EHPK 3PXP", // in groups it is no run
		"otpauth secret JBSWY3DPEHPK3PXP":                     "otpauth secret [token]",
		"2026-11-24T09:00:00Z":                                "2026-11-24T09:00:00Z",
		"gleiche Länge in Buchstaben: Donaudampfschifffahrt":  "gleiche Länge in Buchstaben: Donaudampfschifffahrt",
	} {
		if got := strikeTokens(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// TestHiddenIsNoPattern: a secret that is no UTF-8, or looks like a pattern, is
// hidden as any other, in every spelling.
func TestHiddenIsNoPattern(t *testing.T) {
	t.Parallel()
	for secret, outline := range map[string]string{
		"Caf\xe9":      "<p>You typed Caf\xe9 or Caf\ufffd</p>",
		"a(b[c*":       "<p>You typed a(b[c*</p>",
		"x\"y<z&w'v":   `<p title="x&quot;y&lt;z&amp;w&apos;v">x%22y%3Cz%26w%27v {"was":"x\"y\u003cz\u0026w'v"}</p>`,
		"\xff\xfe\xfd": "<p>\xff\xfe\xfd</p>",
	} {
		path := filepath.Join(t.TempDir(), "b.zip")
		b := New(path, time.Now)
		b.Screen("sign in", nil, outline)
		b.Step("it shows " + secret)
		b.Hide(session.NewSecret(secret), "[password]")
		if err := b.WriteZip("the page shows: " + secret); err != nil {
			t.Fatal(err)
		}
		for name, text := range members(t, path) {
			if strings.Contains(text, "Caf") || strings.Contains(text, secret) || strings.Contains(text, "y&lt;z") ||
				strings.Contains(text, "y%3Cz") {
				t.Errorf("%q: %s holds\n%s", secret, name, text)
			}
			shown := strings.HasPrefix(name, "screens/") || name == "error.txt" || name == "timeline.txt"
			if shown && !strings.Contains(text, "[password]") {
				t.Errorf("%q: %s holds\n%s", secret, name, text)
			}
		}
	}
}
