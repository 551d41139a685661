package okta

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// Outage is what some of the requests get instead of what they ask for.
type Outage struct {
	Path   string        // of the request; with * at its end, any that begins so
	Times  int           // for how many requests
	After  int           // so many requests are let through first: with Path "*", the fault is at the next one of a sign-in
	Status int           // 429 or 5xx; 0: the connection is closed without an answer
	Cut    bool          // the connection is closed in the middle of the right answer
	Reset  bool          // the connection is reset without an answer
	Wait   time.Duration // that the answer asks for; 0: it asks for none
	Done   bool          // what is asked for is done all the same, and the answer is lost

	seen int
	hits []time.Time
}

// Break makes an outage. Several may be under way; the first whose path fits
// counts.
func (o *Org) Break(outage Outage) *Outage {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outages = append(o.outages, &outage)
	return &outage
}

// Hits are the moments of the requests that an outage met.
func (o *Org) Hits(outage *Outage) []time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]time.Time(nil), outage.hits...)
}

// fails answers a request that an outage meets.
func (o *Org) fails(w http.ResponseWriter, r *http.Request, do func() *httptest.ResponseRecorder) bool {
	o.mu.Lock()
	var met *Outage
	for _, outage := range o.outages {
		prefix, open := strings.CutSuffix(outage.Path, "*")
		if outage.Times > len(outage.hits) && (r.URL.Path == outage.Path || open && strings.HasPrefix(r.URL.Path, prefix)) {
			if outage.seen++; outage.seen <= outage.After {
				continue
			}
			met = outage
			met.hits = append(met.hits, time.Now())
			break
		}
	}
	o.mu.Unlock()
	if met == nil {
		return false
	}
	switch {
	case met.Reset:
		resetConnection(w)
	case met.Cut:
		cutShort(w, do())
	case met.Done:
		do()
	}
	if met.Status == 0 {
		panic(http.ErrAbortHandler) // ends the connection
	}
	if met.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(met.Wait/time.Second)))
	}
	if !strings.HasPrefix(r.URL.Path, "/idp/idx/") && !strings.HasPrefix(r.URL.Path, "/api/v1/") {
		writePage(w, met.Status, downPage, nil)
		return true
	}
	code, summary := "E0000009", "Internal Server Error"
	if met.Status == http.StatusTooManyRequests {
		code, summary = "E0000047", "API call exceeded rate limit due to too many requests."
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(met.Status)
	_ = json.NewEncoder(w).Encode(object{"errorCode": code, "errorSummary": summary}) // the client went away: nothing to do
	return true
}

// resetConnection has the connection's next end be a reset instead of a close.
func resetConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // a close will do
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails on a connection that has ended already
	}
	_ = connection.Close() // as above
}

// cutShort writes the first half of an answer.
func cutShort(w http.ResponseWriter, whole *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), whole.Header())
	w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2]) // the client went away: nothing to do
	_ = http.NewResponseController(w).Flush()
}
