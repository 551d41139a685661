package session

import (
	"slices"
	"testing"
)

func TestNear(t *testing.T) {
	names := []string{"prod", "prod-eu", "preprod", "dev", "Staging", "prod-us", "prod-ap", "dev", "", "prod-sa", "prod-af"}
	for name, want := range map[string][]string{
		"PROD": {"prod", "prod-eu", "prod-us", "prod-ap", "prod-sa"}, "porf": {"prod"}, "prd": {"prod"}, "staging": {"Staging"},
		"stag": {"Staging"}, "dve": {"dev"}, "eu": {"prod-eu"}, "nothing": nil, "": nil, "d": {"dev"},
	} {
		if got := NearestNames(name, names); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// FuzzNear: nothing comes out that did not go in, and nothing twice.
func FuzzNear(f *testing.F) {
	f.Add("prod", "dev", "pröd\xff")
	f.Fuzz(func(t *testing.T, name, a, b string) {
		got := NearestNames(name, []string{a, b, a})
		for i, n := range got {
			if n != a && n != b || slices.Contains(got[:i], n) {
				t.Errorf("%q: %q", name, got)
			}
		}
	})
}
