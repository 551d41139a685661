package okta

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// TestLine: what is sent arrives whole, not before the line has carried it, and
// the connection's end comes last.
func TestLine(t *testing.T) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	line := Line{RoundTrip: 40 * time.Millisecond, BytesPerSecond: 1 << 20}
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<13) // 128 KiB: an eighth of a second
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(sent, body...))
	})}
	go func() { _ = server.Serve(&lineListener{Listener: plain, line: line}) }()
	t.Cleanup(func() { _ = server.Close() })

	for i, trips := range []time.Duration{handshakes + 1, 1} { // the second on the same connection
		begun := time.Now()
		answer, err := http.Post("http://"+plain.Addr().String(), "text/plain", bytes.NewReader([]byte("ask:")))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || !bytes.Equal(got, append([]byte("ask:"), body...)) {
			t.Fatalf("%d bytes came, %v", len(got), err)
		}
		if took, least := time.Since(begun), trips*line.RoundTrip+time.Second/8; took < least {
			t.Errorf("request %d took %s, less than %s", i, took, least)
		}
	}
}
