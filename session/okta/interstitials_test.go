package okta

import "testing"

func TestSameUser(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"jane@acme.example", "JANE@acme.example", true},
		{"jane", "jane@acme.example", true},
		{"jane@acme.example", "jane", true},
		{"john@acme.example", "jane@acme.example", false},
		{"jane@other.example", "jane@acme.example", false},
		{"john", "jane@acme.example", false},
	} {
		if sameUser(c.a, c.b) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}
