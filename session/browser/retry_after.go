package browser

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// retryAfter is for how long an answer asks not to be bothered again, 0 when it asks for nothing: Retry-After (seconds or a
// date), or Okta's X-Rate-Limit-Reset (Unix seconds), which other answers than a refusal carry too. Moments are
// compared with the answer's own Date: this machine's clock may be wrong.
func retryAfter(r *proto.NetworkResponse) time.Duration {
	if r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
		return 0
	}
	header := func(name string) string {
		for key, value := range r.Headers {
			if strings.EqualFold(key, name) {
				return strings.TrimSpace(value.Str())
			}
		}
		return ""
	}
	now, err := http.ParseTime(header("Date"))
	if err != nil {
		now = time.Now()
	}
	if seconds, err := strconv.ParseUint(header("Retry-After"), 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header("Retry-After")); err == nil {
		return max(0, at.Sub(now))
	}
	if seconds, err := strconv.ParseInt(header("X-Rate-Limit-Reset"), 10, 64); err == nil {
		return max(0, time.Unix(seconds, 0).Sub(now))
	}
	return 0
}
