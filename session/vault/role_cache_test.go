package vault

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"stsx/session"
)

func TestRoles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "stsx")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	roles := NewRoleCache(dir, func() time.Time { return now })
	acme := session.Org{URL: "https://acme.example", Username: "jane@acme.example"}
	beta := session.Org{URL: "https://beta.example", Username: "jane@acme.example"}
	admin := session.Role{ARN: "arn:aws:iam::123456789012:role/Admin", Provider: "one"}
	again := session.Role{ARN: admin.ARN, Provider: "two"}
	dev := session.Role{ARN: "arn:aws:iam::123456789012:role/Dev"}

	if got := roles.Seen(); got != nil {
		t.Errorf("seen before any sign-in: %v", got)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a look made the directory")
	}
	roles.See(acme, []session.Role{admin, again, dev})
	roles.See(beta, nil)
	if got, want := roles.Seen(), []session.Role{{ARN: admin.ARN}, dev}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, rolesFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"jane", "acme", "one", "two"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the file says %q:\n%s", secret, text)
		}
	}
	roles.See(acme, []session.Role{dev}) // no longer granted
	if got, want := roles.Seen(), []session.Role{dev}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	now = now.Add(rolesLife + time.Hour)
	if got := roles.Seen(); got != nil {
		t.Errorf("after %s: %v", rolesLife, got)
	}
	if err := os.WriteFile(filepath.Join(dir, rolesFile), []byte(`{"x": 3`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := roles.Seen(); got != nil {
		t.Errorf("from a broken file: %v", got)
	}
}
