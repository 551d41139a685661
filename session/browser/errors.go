package browser

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var (
	// ErrClosed is what every call returns after Close.
	ErrClosed = errors.New("the browser is closed")
	// ErrDied is what every call returns when Chromium ended by itself.
	ErrDied = errors.New("the browser ended unexpectedly")
	// ErrCrashed is what a tab's calls return after its page crashed.
	ErrCrashed = errors.New("the page crashed")
)

// NotFoundError says that no browser was found; its text says what to install.
type NotFoundError struct{ Cure string }

func (e *NotFoundError) Error() string { return "found no Chrome, Chromium, Edge or Brave: " + e.Cure }

// NetworkError is a request that got no answer. Code is Chromium's, such as net::ERR_CONNECTION_REFUSED.
type NetworkError struct {
	Host string
	Code string
}

func (e *NetworkError) Error() string {
	return fmt.Sprintf("%s: %s (%s)", e.Host, e.plainly(), e.Code)
}

// Unsent reports that no connection was made: nothing was sent.
func (e *NetworkError) Unsent() bool {
	return e.hasCode("ERR_NAME_NOT_RESOLVED", "ERR_NAME_RESOLUTION_FAILED", "ERR_DNS", "ERR_INTERNET_DISCONNECTED",
		"ERR_ADDRESS_UNREACHABLE", "ERR_CONNECTION_REFUSED")
}

// MayPass reports that the next request may be answered: neither a certificate nor a proxy nor a policy is in the way.
func (e *NetworkError) MayPass() bool {
	return e.Unsent() || e.hasCode("ERR_CONNECTION_RESET", "ERR_CONNECTION_CLOSED", "ERR_EMPTY_RESPONSE",
		"ERR_NETWORK_CHANGED", "TIMED_OUT", "ERR_CONTENT_LENGTH_MISMATCH", "ERR_INCOMPLETE_CHUNKED_ENCODING", statusCode)
}

// statusCode begins the code of what was answered with an error of the server's.
const statusCode = "HTTP status "

func (e *NetworkError) hasCode(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(e.Code, part) })
}

func (e *NetworkError) plainly() string {
	for _, known := range []struct{ part, text string }{
		{"ERR_NAME_NOT_RESOLVED", "no such host"},
		{"ERR_NAME_RESOLUTION_FAILED", "the name server did not answer"},
		{"ERR_DNS", "the name server did not answer"},
		{"ERR_INTERNET_DISCONNECTED", "this machine is offline"},
		{"ERR_NETWORK_CHANGED", "the network changed meanwhile"},
		{"ERR_ADDRESS_UNREACHABLE", "no route to the host"},
		{"ERR_CONNECTION_REFUSED", "connection refused"},
		{"ERR_CONNECTION_RESET", "connection reset"},
		{"ERR_CONNECTION_CLOSED", "connection closed"},
		{"ERR_EMPTY_RESPONSE", "the server closed the connection without an answer"},
		{"TIMED_OUT", "timed out"},
		{"ERR_CERT", "its TLS certificate is not trusted"},
		{"ERR_SSL", "TLS failed"},
		{"ERR_TUNNEL_CONNECTION_FAILED", "the proxy refused the connection"},
		{"ERR_PROXY", "the proxy could not be used"},
		{"ERR_NO_SUPPORTED_PROXIES", "the proxy could not be used"},
		{"ERR_TOO_MANY_REDIRECTS", "redirected in circles"},
		{"ERR_CONTENT_LENGTH_MISMATCH", "the answer was cut short"},
		{"ERR_INCOMPLETE_CHUNKED_ENCODING", "the answer was cut short"},
		{statusCode, "the server had an error of its own"},
		{"ERR_BLOCKED_BY", "blocked"},
		{"ERR_ABORTED", "no document came"},
	} {
		if strings.Contains(e.Code, known.part) {
			return known.text
		}
	}
	return "request failed"
}

// withoutQuery is a URL without query and fragment, which may hold tokens.
func withoutQuery(target string) string {
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		return target[:i]
	}
	return target
}

func networkError(target, code string) *NetworkError {
	host := withoutQuery(target)
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		host = u.Host
	}
	if code == "" {
		code = "net::ERR_FAILED"
	}
	return &NetworkError{Host: host, Code: code}
}
