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

const path = "/credentials"

// answer is what an SDK reads. Source: AWS SDKs and Tools Reference Guide,
// "Container credential provider".
type answer struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      string // RFC 3339
	RoleARN         string `json:"RoleArn"`
}

// refusal is an error as the SDKs show it.
type refusal struct {
	status        int
	Code, Message string
}

func (e *Endpoint) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Connection", "close")
	if bad := e.check(r); bad != nil {
		write(w, bad.status, bad)
		return
	}
	s, err := e.keeper.session(r.Context())
	if err != nil {
		// Of the 5xx that every SDK tries again: what is missing may be there by then.
		write(w, http.StatusServiceUnavailable, refusal{Code: "CredentialsUnavailable", Message: e.keeper.explain(s, err)})
		return
	}
	c := s.Credentials
	write(w, http.StatusOK, answer{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(), c.Expires.UTC().Format(time.RFC3339), s.Role.ARN})
}

func write(w http.ResponseWriter, status int, body any) {
	text, _ := json.Marshal(body) // strings: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone away asks again
}

// check refuses everything that is not an SDK's question with the right token.
// The refusals say nothing that the asker doesn't know.
func (e *Endpoint) check(r *http.Request) *refusal {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	peer := net.ParseIP(host)
	switch {
	case err != nil || peer == nil || !peer.IsLoopback():
		return &refusal{http.StatusForbidden, "Forbidden", "only this machine is answered"}
	case r.Host != e.host:
		// A page of a site whose name was made to lead here (DNS rebinding).
		return &refusal{http.StatusForbidden, "Forbidden", "the Host header names another host"}
	case fromBrowser(r.Header):
		return &refusal{http.StatusForbidden, "Forbidden", "browsers are not answered"}
	case r.Method != http.MethodGet:
		return &refusal{http.StatusMethodNotAllowed, "MethodNotAllowed", "GET is the only method"}
	case r.URL.Path != path || r.URL.RawQuery != "":
		return &refusal{http.StatusNotFound, "NotFound", "there is one resource, and this is not it"}
	case !e.authorized(r.Header):
		return &refusal{http.StatusUnauthorized, "Unauthorized", "the token of AWS_CONTAINER_AUTHORIZATION_TOKEN is missing or wrong"}
	}
	return nil
}

// fromBrowser reports whether a header is there that browsers send and no SDK.
func fromBrowser(h http.Header) bool {
	for name := range h {
		switch {
		case name == "Origin", name == "Referer", name == "Cookie", strings.HasPrefix(name, "Sec-"), strings.HasPrefix(name, "Access-Control-"):
			return true
		}
	}
	return false
}

// authorized compares in a time that tells neither how much of the token was
// right nor how long it is.
func (e *Endpoint) authorized(h http.Header) bool {
	got := h["Authorization"]
	if len(got) != 1 {
		return false
	}
	a, b := sha256.Sum256([]byte(got[0])), sha256.Sum256([]byte(e.token.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
