package okta

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// speaking is an org whose widget has a few words of German.
func speaking(t *testing.T, cfg Config) (*Org, *client) {
	t.Helper()
	o, c := simulate(t, cfg)
	for name, text := range map[string]string{
		"login.json":    `{"errors.E0000004":"Unable to sign in","days":"Your {0} password has expired","code":"Enter <$1>code</$1>"}`,
		"login_de.json": `{"errors.E0000004":"Anmelden nicht möglich","days":"Ihr {0}-Passwort ist abgelaufen","code":"<$1>Code</$1> eingeben"}`,
	} {
		file := filepath.Join(o.widget.dist, "labels", "json", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return o, c
}

// TestLanguageAsked: without one of its own the org speaks the first language
// that the visitor asks for and the widget has.
func TestLanguageAsked(t *testing.T) {
	o, _ := speaking(t, Config{})
	for accept, want := range map[string]string{
		"": "en", "en-US,en": "en", "de": "de", "de-DE,de;q=0.9,en;q=0.8": "de", "xx,de": "de", "en,de": "en", "../login_de": "en",
	} {
		request, err := http.NewRequest(http.MethodGet, o.EmbedURL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Language", accept)
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		page := string(raw)
		if !strings.Contains(page, `<html lang="`+want+`">`) || !strings.Contains(page, `"language":"`+want+`"`) {
			t.Errorf("asked for %q: %.300s", accept, page)
		}
		if english := strings.Contains(page, "Connecting to AWS"); english != (want == "en") {
			t.Errorf("asked for %q: the page in English: %t", accept, english)
		}
	}
}

// TestAnswersTranslated: the widget's words where it has any, strange ones
// elsewhere, the keys untouched.
func TestAnswersTranslated(t *testing.T) {
	_, c := speaking(t, Config{Language: "de", Users: []User{jane(onlyGoogle)}})
	_, r := c.identify(c.introspect(), "wrong")
	if r.complaint() != "errors.E0000004" || r.said() != "Anmelden nicht möglich" {
		t.Errorf("a wrong password: %s, %q", r.complaint(), r.said())
	}
	_, r = c.identify(r, testPassword)
	if _, r = c.answerCode(r, GoogleTOTP, "000000"); strings.Contains(r.said(), "match our records") ||
		!strings.Contains(r.said(), "mätch öür récörds") {
		t.Errorf("a wrong code: %q", r.said())
	}
}

func TestWords(t *testing.T) {
	for _, try := range []struct{ language, english, want string }{
		{"", "Unable to sign in", "Unable to sign in"},
		{"de", "Unable to sign in", "Anmelden nicht möglich"},
		{"de", "Your stsx-test password has expired", "-Passwort ist abgelaufen"},
		{"de", "password has expired", "-Passwort ist abgelaufen"},
		{"de", "Okta has no words for this", "Öktä häs nö wörds för thïs"},
		{"ja", "Too many", "Ｔｏｏ ｍａｎｙ"},
	} {
		o, _ := speaking(t, Config{Language: try.language})
		words, err := o.Words(try.english)
		if err != nil || !slices.Contains(words, try.want) {
			t.Errorf("%q in %q: %q, %v", try.english, try.language, words, err)
		}
		if try.language != "" && slices.Contains(words, try.english) {
			t.Errorf("%q in %q stays English", try.english, try.language)
		}
	}
}
