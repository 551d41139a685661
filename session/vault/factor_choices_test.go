package vault

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func TestChoices(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "stsx")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	choices := NewFactorChoices(dir, func() time.Time { return now })
	acme := session.Org{URL: "https://acme.example", Username: "jane@acme.example"}
	beta := session.Org{URL: "https://beta.example", Username: "jane@acme.example"}
	if got := choices.Last(acme, "authenticator"); got != "" {
		t.Errorf("before any choice: %q", got)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a look made the directory")
	}
	choices.Made(acme, "authenticator", "Phone")
	choices.Made(acme, "phone", "call")
	choices.Made(acme, "authenticator", "Email")
	for what, want := range map[string]string{"authenticator": "Email", "phone": "call", "": ""} {
		if got := choices.Last(acme, what); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	if got := choices.Last(beta, "authenticator"); got != "" {
		t.Errorf("of another org: %q", got)
	}
	text, err := os.ReadFile(filepath.Join(dir, choicesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"jane", "acme"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file says %q:\n%s", secret, text)
		}
	}
	now = now.Add(choicesLife + time.Hour)
	if got := choices.Last(acme, "phone"); got != "" {
		t.Errorf("after %s: %q", choicesLife, got)
	}
	if err := os.WriteFile(filepath.Join(dir, choicesFile), []byte(`{"x": 3`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := choices.Last(acme, "phone"); got != "" {
		t.Errorf("from a broken file: %q", got)
	}
}
