package endpoint

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	credentialsPath = "/credentials" // and below it, by the profile's name
	socketHost      = "stsx"         // the Host header of questions at the socket
	profileHeader   = "Stsx-Profile" // of the answer there, escaped as in a path
	onlyHeader      = "Stsx-Only"    // likewise: what the session is limited to
)

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

func (e *Endpoint) serveHTTP(w http.ResponseWriter, r *http.Request, at listenerRules) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Connection", "close")
	refusal := at.check(r)
	var k *sessionKeeper
	if refusal == nil {
		k, refusal = e.keeperAsked(r)
	}
	if refusal != nil {
		writeJSON(w, refusal.status, refusal)
		return
	}
	if at.fromStsx {
		w.WriteHeader(http.StatusProcessing) // the answer may take a person
	}
	to := callerOf(r)
	s, err := k.handOver(r.Context(), to, at.wait)
	if err != nil {
		refusal := k.explainRefusal(s, err)
		writeJSON(w, refusal.status, refusal)
		return
	}
	e.delivered(s, to)
	if at.fromStsx {
		w.Header().Set(profileHeader, url.PathEscape(s.Profile))
		w.Header().Set(onlyHeader, s.Only)
	}
	c := s.Credentials
	writeJSON(w, http.StatusOK, credentialsAnswer{c.AccessKeyID, c.SecretAccessKey.Reveal(), c.SessionToken.Reveal(),
		c.Expires.UTC().Format(time.RFC3339), s.Role.ARN})
}

// keeperAsked is the keeper of the profile that r names.
func (e *Endpoint) keeperAsked(r *http.Request) (*sessionKeeper, *requestRefusal) {
	name, named := strings.CutPrefix(r.URL.Path, credentialsPath+"/")
	var names []string
	for _, k := range e.keepers {
		if named && k.profile == name || !named && r.URL.Path == credentialsPath && len(e.keepers) == 1 {
			return k, nil
		}
		names = append(names, strconv.Quote(k.profile))
	}
	text := "there are no such credentials here; there are those of " + strings.Join(names, ", ")
	if r.URL.Path == credentialsPath {
		text = "which profile? There are " + strings.Join(names, ", ")
	}
	return nil, &requestRefusal{http.StatusNotFound, "NotFound", text}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	text, _ := json.Marshal(body) // strings: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone away asks again
}

// checkPortRequest refuses everything that is not an SDK's question with the right token.
// The refusals say nothing that the asker doesn't know.
func (e *Endpoint) checkPortRequest(r *http.Request) *requestRefusal {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	peer := net.ParseIP(host)
	if err != nil || peer == nil || !peer.IsLoopback() {
		return &requestRefusal{http.StatusForbidden, "Forbidden", "only this machine is answered"}
	}
	if bad := checkQuestion(r, e.host); bad != nil {
		return bad
	}
	if !e.isAuthorized(r.Header) {
		return &requestRefusal{http.StatusUnauthorized, "Unauthorized",
			"the token of AWS_CONTAINER_AUTHORIZATION_TOKEN is missing or wrong"}
	}
	return nil
}

// checkSocketRequest is checkPortRequest for the socket, where the kernel has said who
// asks.
func checkSocketRequest(r *http.Request) *requestRefusal { return checkQuestion(r, socketHost) }

// checkQuestion refuses what no SDK asks of host.
func checkQuestion(r *http.Request, host string) *requestRefusal {
	switch {
	case r.Host != host:
		// A page of a site whose name was made to lead here (DNS rebinding).
		return &requestRefusal{http.StatusForbidden, "Forbidden", "the Host header names another host"}
	case fromBrowser(r.Header):
		return &requestRefusal{http.StatusForbidden, "Forbidden", "browsers are not answered"}
	case r.Method != http.MethodGet:
		return &requestRefusal{http.StatusMethodNotAllowed, "MethodNotAllowed", "GET is the only method"}
	case r.ContentLength != 0:
		return &requestRefusal{http.StatusBadRequest, "BadRequest", "a question has no body"}
	case r.URL.RawQuery != "":
		return &requestRefusal{http.StatusNotFound, "NotFound", "a question has no query"}
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
