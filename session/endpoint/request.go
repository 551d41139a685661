package endpoint

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"time"
)

const credentialsPath = "/credentials"

// credentialsAnswer is what an SDK reads. Source: AWS SDKs and Tools Reference Guide,
// "Container credential provider".
type credentialsAnswer struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      string // RFC 3339
	RoleARN         string `json:"RoleArn"`
}

// requestRefusal is an error as the SDKs show it.
type requestRefusal struct {
	status        int
	Code, Message string
}

func (e *Endpoint) serveHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Connection", "close")
	if bad := e.checkRequest(r); bad != nil {
		writeJSON(w, bad.status, bad)
		return
	}
	s, err := e.keeper.currentSession(r.Context())
	if err != nil {
		// Of the 5xx that every SDK tries again: what is missing may be there by then.
		writeJSON(w, http.StatusServiceUnavailable, requestRefusal{Code: "CredentialsUnavailable", Message: e.keeper.explainError(s, err)})
		return
	}
	c := s.Credentials
	writeJSON(w, http.StatusOK, credentialsAnswer{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(),
		c.Expires.UTC().Format(time.RFC3339), s.Role.ARN})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, _ := json.Marshal(body) // strings: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone away asks again
}

// checkRequest refuses everything that is not an SDK's question with the right token.
// The refusals say nothing that the asker doesn't know.
func (e *Endpoint) checkRequest(r *http.Request) *requestRefusal {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	peer := net.ParseIP(host)
	switch {
	case err != nil || peer == nil || !peer.IsLoopback():
		return &requestRefusal{http.StatusForbidden, "Forbidden", "only this machine is answered"}
	case r.Host != e.host:
		// A page of a site whose name was made to lead here (DNS rebinding).
		return &requestRefusal{http.StatusForbidden, "Forbidden", "the Host header names another host"}
	case fromBrowser(r.Header):
		return &requestRefusal{http.StatusForbidden, "Forbidden", "browsers are not answered"}
	case r.Method != http.MethodGet:
		return &requestRefusal{http.StatusMethodNotAllowed, "MethodNotAllowed", "GET is the only method"}
	case r.URL.Path != credentialsPath || r.URL.RawQuery != "":
		return &requestRefusal{http.StatusNotFound, "NotFound", "there is one resource, and this is not it"}
	case !e.isAuthorized(r.Header):
		return &requestRefusal{http.StatusUnauthorized, "Unauthorized",
			"the token of AWS_CONTAINER_AUTHORIZATION_TOKEN is missing or wrong"}
	}
	return nil
}

// fromBrowser reports whether a header is there that browsers send and no SDK.
func fromBrowser(h http.Header) bool {
	for name := range h {
		switch {
		case name == "Origin", name == "Referer", name == "Cookie", strings.HasPrefix(name, "Sec-"),
			strings.HasPrefix(name, "Access-Control-"):
			return true
		}
	}
	return false
}

// isAuthorized compares in a time that tells neither how much of the token was
// right nor how long it is.
func (e *Endpoint) isAuthorized(h http.Header) bool {
	got := h["Authorization"]
	if len(got) != 1 {
		return false
	}
	a, b := sha256.Sum256([]byte(got[0])), sha256.Sum256([]byte(e.token.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
