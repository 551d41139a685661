package okta

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAssets: the widget's files are the same with and without a line, and a browser
// may keep them; what is not there it may not.
func TestAssets(t *testing.T) {
	for name, line := range map[string]Line{"loopback": {}, "line": {RoundTrip: time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			o, err := Start(Config{Line: line})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = o.Close() })
			get := func(file string) (*http.Response, []byte) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.url+o.widget.path()+file, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := http.DefaultClient.Do(request) // unpacks it
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				var text bytes.Buffer
				if _, err := text.ReadFrom(answer.Body); err != nil {
					t.Fatal(err)
				}
				return answer, text.Bytes()
			}
			for file, kind := range map[string]string{
				"/js/okta-sign-in.min.js": "text/javascript; charset=utf-8", "/css/okta-sign-in.min.css": "text/css; charset=utf-8",
			} {
				want, err := os.ReadFile(filepath.Join(o.widget.dist, filepath.FromSlash(file)))
				if err != nil {
					t.Fatal(err)
				}
				answer, got := get(file)
				if !bytes.Equal(got, want) || answer.Header.Get("Cache-Control") != assetLife || answer.Header.Get("Content-Type") != kind {
					t.Errorf("%s: %d bytes, %v", file, len(got), answer.Header)
				}
				if answer.Uncompressed != (line != Line{}) {
					t.Errorf("%s: compressed: %v", file, answer.Uncompressed)
				}
			}
			if answer, _ := get("/js/none.js"); answer.StatusCode != http.StatusNotFound || answer.Header.Get("Cache-Control") != "" {
				t.Errorf("%d, %v", answer.StatusCode, answer.Header)
			}
		})
	}
}
