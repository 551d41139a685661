package session

import (
	"slices"
	"testing"
)

// TestAllowedOrigins: in the one form that can be compared, each once.
func TestAllowedOrigins(t *testing.T) {
	for _, c := range []struct {
		url   string
		hosts []string
		want  []string
	}{
		{"https://acme.okta.com/home/app/1", nil, []string{"https://acme.okta.com"}},
		{"https://acme.okta.com/home/app/1", []string{"login.acme.example"},
			[]string{"https://acme.okta.com", "https://login.acme.example"}},
		{"HTTPS://ACME.okta.com:443/x", []string{"acme.okta.com", "Login.acme.example", "login.acme.example"},
			[]string{"https://acme.okta.com", "https://login.acme.example"}},
		{"http://127.0.0.1:80/x", nil, []string{"http://127.0.0.1"}},
		{"http://127.0.0.1:8080/x", nil, []string{"http://127.0.0.1:8080"}},
		{"acme", nil, []string{""}},
	} {
		if got := (Org{URL: c.url, AllowedHosts: c.hosts}).AllowedOrigins(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.url, got)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true,
		"": false, "localhost.example": false, "10.0.0.1": false, "128.0.0.1": false, "127.0.0.1.example": false} {
		if got := IsLoopback(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
}
