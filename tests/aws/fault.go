package aws

import (
	"net/http"
	"sync"
)

// Fault is an answer to give in place of the right one. Its zero value is not useful: take one of the functions below.
type Fault struct {
	err  *apiError
	hang bool
}

// Throttle is AWS's answer to too many requests: Throttling, "Rate exceeded" (400). The SDKs try again.
func Throttle() Fault { return Refuse(http.StatusBadRequest, "Throttling", "Rate exceeded") }

// Unavailable is a service that is down: ServiceUnavailable (503). The SDKs try again.
func Unavailable() Fault {
	return Refuse(http.StatusServiceUnavailable, "ServiceUnavailable", "Service Unavailable")
}

// Hang is a service that takes the request and never answers: it lasts until the client gives up or the server closes.
func Hang() Fault { return Fault{hang: true} }

// Refuse is any other error, in AWS's XML.
func Refuse(status int, code, message string) Fault {
	return Fault{err: newAPIError(status, code, message)}
}

// serveFault gives the fault as the answer to r.
func (f Fault) serveFault(w *recordedAnswer, r apiRequest) {
	if f.hang {
		<-r.Context().Done()
		// Returning would answer 200 with nothing in it, so the connection is cut.
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	f.err.writeTo(w, r)
}

// Fail puts faults in the queue of an action, such as AssumeRoleWithSAML or GetCallerIdentity: the next calls of it
// get them in turn, one each, and the calls after those are answered as usual. For a request without an action, such
// as S3's, the action is the method and path, as in [Call].
func (s *Server) Fail(action string, faults ...Fault) { s.faults.addFaults(action, faults) }

// faultQueue holds the faults to serve next, by action.
type faultQueue struct {
	mu      sync.Mutex
	waiting map[string][]Fault
}

func (q *faultQueue) addFaults(action string, faults []Fault) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == nil {
		q.waiting = map[string][]Fault{}
	}
	q.waiting[action] = append(q.waiting[action], faults...)
}

func (q *faultQueue) nextFault(action string) (Fault, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	faults := q.waiting[action]
	if len(faults) == 0 {
		return Fault{}, false
	}
	q.waiting[action] = faults[1:]
	return faults[0], true
}
