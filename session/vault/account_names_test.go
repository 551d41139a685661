package vault

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "stsx")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := func() time.Time { return now }
	const one, two = "123456789012", "210987654321"
	n := NewAccountNames(dir, clock)
	if n.Name(one) != "" {
		t.Error("a name before any was learnt")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a look made the directory")
	}
	n.Learn(map[string]string{one: "acme-prod", two: "Größe 7", "3": "a\x1b[2J", "4": "a\u202eb", "5": strings.Repeat("x", 65),
		"6": "\xff", "7": ""})
	for _, n := range []*AccountNames{n, NewAccountNames(dir, clock)} {
		if n.Name(one) != "acme-prod" || n.Name(two) != "Größe 7" {
			t.Errorf("%q, %q", n.Name(one), n.Name(two))
		}
		for _, hostile := range []string{"3", "4", "5", "6", "7"} {
			if n.Name(hostile) != "" {
				t.Errorf("%q", n.Name(hostile))
			}
		}
	}
	now = now.Add(namesLife / 2)
	n.Learn(map[string]string{two: "other"})
	now = now.Add(namesLife/2 + time.Hour)
	if n := NewAccountNames(dir, clock); n.Name(one) != "" || n.Name(two) != "other" {
		t.Errorf("%q, %q", n.Name(one), n.Name(two))
	}
	written := `{"123456789012": {"name": "a\u001b", "seen": "2026-04-01T00:00:00Z"}}`
	if err := os.WriteFile(filepath.Join(dir, namesFile), []byte(written), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := NewAccountNames(dir, clock); n.Name(one) != "" {
		t.Errorf("%q from a file that somebody wrote", n.Name(one))
	}
}
