//go:build unix

package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAllowLoopback: of two sites on the internet (what Chromium takes for that
// is said with a flag), the allowed one alone reaches a program on this machine.
func TestAllowLoopback(t *testing.T) {
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer program.Close()
	site := func() *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w,
				`<div id="said"></div><script>fetch(%q).then(() => said.textContent = 'reached', () => said.textContent = 'denied')</script>`, program.URL)
		}))
		t.Cleanup(s.Close)
		return s
	}
	ours, other := site(), site()
	public := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") + "=public" }
	script := filepath.Join(t.TempDir(), "chromium")
	text := fmt.Sprintf("#!/bin/sh\nexec '%s' --ip-address-space-overrides=%s,%s \"$@\"\n", chromium(t), public(ours), public(other))
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	b := launch(t, func(o *Options) { o.Path = script })
	if err := b.AllowLoopback(within(t, patient), ours.URL); err != nil {
		t.Fatal(err)
	}
	tab, err := b.Tab(within(t, patient))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ url, want string }{{ours.URL, "reached"}, {other.URL, "denied"}} {
		if err := tab.Open(within(t, patient), c.url); err != nil {
			t.Fatal(err)
		}
		if _, err := tab.Await(within(t, patient), "#said:not(:empty)"); err != nil {
			t.Fatal(err)
		}
		if said, err := tab.Text(within(t, patient), "#said"); err != nil || said != c.want {
			t.Errorf("%s: %q, %v", c.url, said, err)
		}
	}
}
