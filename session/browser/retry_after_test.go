package browser

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// TestWait: an answer and a document that ask to be left alone for a while.
func TestWait(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	rows := []struct {
		name    string
		status  int
		headers map[string]string
		want    time.Duration
	}{
		{"seconds", 429, map[string]string{"Retry-After": "42"}, 42 * time.Second},
		{"date", 503, map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "Retry-After": "Thu, 26 Nov 2026 10:05:00 GMT"},
			5 * time.Minute},
		{"Okta's", 429, map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Reset": "1795687230"}, 30 * time.Second},
		{"past", 429, map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Reset": "1795687100"}, 0},
		{"nonsense", 429, map[string]string{"Retry-After": "soon", "X-Rate-Limit-Reset": "-"}, 0},
		{"not refused", 200, map[string]string{"Date": "Thu, 26 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Reset": "1795687230"}, 0},
		{"nothing", 503, nil, 0},
	}
	site := serve(t, nil, func(mux *http.ServeMux) {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			row := rows[asked.Load()]
			for name, value := range row.headers {
				w.Header().Set(name, value)
			}
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(row.status)
			_, _ = w.Write([]byte(`<button onclick="fetch('/api')">go</button>`))
		})
	})
	tab := sharedTab(t)
	for i, row := range rows {
		asked.Store(int32(i))
		open(t, tab, site.URL)
		await(t, tab, "button")
		if got := tab.DocumentReply(); got.Status != row.status || got.Wait != row.want {
			t.Errorf("%s: the document was %+v", row.name, got)
		}
		if got := pressMark(t, tab, "button", "/api"); got.Status != row.status || got.Wait != row.want {
			t.Errorf("%s: the answer was %+v", row.name, got)
		}
	}
}

// TestBusyFrame: what a frame waited for counts no longer when the frame is
// gone, though its answer is still on the way.
func TestBusyFrame(t *testing.T) {
	t.Parallel()
	var begun atomic.Int32
	release := make(chan struct{})
	site := serve(t, map[string]string{
		"/": `<button onclick="document.querySelector('iframe').remove()">drop</button><iframe src="/frame"></iframe>`,
	}, func(mux *http.ServeMux) {
		mux.HandleFunc("/frame", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<p>begun"))
			_ = http.NewResponseController(w).Flush()
			begun.Add(1)
			<-release
		})
	})
	t.Cleanup(func() { close(release) }) // before the site closes
	tab := sharedTab(t)
	open(t, tab, site.URL)
	await(t, tab, "button")
	ctx := within(t, patient)
	for begun.Load() == 0 || !tab.NetworkBusy() {
		if ctx.Err() != nil {
			t.Fatal("the page is not busy")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := tab.Click(ctx, "button"); err != nil {
		t.Fatal(err)
	}
	for tab.NetworkBusy() {
		if ctx.Err() != nil {
			t.Fatal("the page is busy still")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
