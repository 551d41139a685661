package aws

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Call is one request that the server got. It holds no assertion, secret key or session token.
type Call struct {
	Time      time.Time     // when it arrived, by the server's clock
	Action    string        // of the query protocol, such as AssumeRoleWithSAML; otherwise the method and path, such as "PUT /bucket"
	Service   string        // signed for, such as s3; sts for an unsigned request of STS; otherwise empty
	Region    string        // signed for, or else named by Host; empty for an unsigned request to a host without a region
	Host      string        // the Host header
	AccessKey string        // the access key ID it was signed with; empty when unsigned
	Role      string        // RoleArn, empty when the action has none
	Principal string        // PrincipalArn, empty when the action has none
	Duration  time.Duration // DurationSeconds as asked, zero when absent
	// Extras are the other parameters of AssumeRole, as url.Values.Encode has them: session name, tags, policies,
	// source identity, external ID.
	Extras  string
	AppID   string // what the SDK has in its user agent as app/ID, of AWS_SDK_UA_APP_ID; empty when it has none
	Console string // whose console was asked for, by its cookie; empty for every other page
	Status  int    // of HTTP, zero while it is being answered and for one that was never answered
	Code    string // AWS's error code, when this server refused; a refusal by moto has a Status only

	id int
}

// describeCall takes from r what may be kept.
func describeCall(r apiRequest, now time.Time) Call {
	seconds, _ := strconv.Atoi(r.form.Get("DurationSeconds"))
	call := Call{
		Time:      now,
		Action:    r.form.Get("Action"),
		Service:   r.signer.service,
		Region:    r.signer.region,
		Host:      r.Host,
		AccessKey: r.signer.accessKey,
		Role:      r.form.Get("RoleArn"),
		Principal: r.form.Get("PrincipalArn"),
		Duration:  time.Duration(seconds) * time.Second,
		Extras:    extraParameters(r.form),
		AppID:     appID(r.UserAgent()),
		Console:   consoleUser(r.Request),
	}
	if call.Action == "" {
		call.Action = r.Method + " " + r.URL.Path
	}
	if call.Service == "" && r.isSTS() {
		call.Service = "sts"
	}
	if call.Region == "" {
		call.Region = hostRegion(r.Host)
	}
	return call
}

func appID(userAgent string) string {
	for _, word := range strings.Fields(userAgent) {
		if id, ok := strings.CutPrefix(word, "app/"); ok {
			return id
		}
	}
	return ""
}

func extraParameters(form url.Values) string {
	out := url.Values{}
	for name, values := range form {
		for _, known := range []string{"RoleSessionName", "Tags.", "TransitiveTagKeys.", "Policy", "SourceIdentity", "ExternalId"} {
			if strings.HasPrefix(name, known) {
				out[name] = values
			}
		}
	}
	return out.Encode()
}

// hostRegion is the region in a host name such as sts.eu-west-1.amazonaws.com; empty when it has none.
func hostRegion(host string) string {
	parts := strings.Split(host, ".")
	if len(parts) >= 4 && strings.HasPrefix(parts[2], "amazonaws") {
		return parts[1]
	}
	return ""
}

// callRecorder keeps calls in the order they arrived.
type callRecorder struct {
	mu      sync.Mutex
	calls   []Call
	arrived chan struct{} // closed at the next arrival; nil when nobody waits
}

func (r *callRecorder) beginCall(call Call) Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	call.id = len(r.calls)
	r.calls = append(r.calls, call)
	if r.arrived != nil {
		close(r.arrived)
		r.arrived = nil
	}
	return call
}

func (r *callRecorder) endCall(call Call, status int, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[call.id].Status, r.calls[call.id].Code = status, code
}

func (r *callRecorder) allCalls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// countCalls is how many calls of action there were, and a channel that is closed when there is one more of any action.
func (r *callRecorder) countCalls(action string) (int, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.arrived == nil {
		r.arrived = make(chan struct{})
	}
	n := 0
	for _, call := range r.calls {
		if call.Action == action {
			n++
		}
	}
	return n, r.arrived
}

// Log is every call so far, in the order they arrived. A client may have its answer a moment before the call's Status
// is kept.
func (s *Server) Log() []Call { return s.calls.allCalls() }

// Await waits until n calls of action have arrived, answered or not. It returns the context's error when that ends first.
func (s *Server) Await(ctx context.Context, action string, n int) error {
	for {
		got, more := s.calls.countCalls(action)
		if got >= n {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("awaiting %d calls of %s, got %d: %w", n, action, got, ctx.Err())
		}
	}
}
