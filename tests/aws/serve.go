package aws

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// stsVersion is the API version that every STS request names; the same action in another service names another.
const stsVersion = "2011-06-15"

// maxForm is the longest form that is read, in bytes: an assertion of AWS's limit, percent-encoded, fits.
const maxForm = 1 << 20

// apiRequest is one request to AWS, read as far as the simulation needs it.
type apiRequest struct {
	*http.Request
	form   url.Values // of the query protocol, empty otherwise
	signer requestSigner
}

// isSTS says whether the request is of STS.
func (r apiRequest) isSTS() bool { return r.form.Get("Version") == stsVersion }

// readRequest reads the parameters of r and leaves its body to be read again.
func readRequest(r *http.Request) (apiRequest, *apiError) {
	form := url.Values{}
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
		if err != nil || len(body) > maxForm {
			return apiRequest{}, newAPIError(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request size exceeded.")
		}
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return apiRequest{}, newAPIError(http.StatusBadRequest, "MalformedQueryString", "The query string is malformed")
		}
		for name, values := range posted {
			form[name] = values
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return apiRequest{Request: r, form: form, signer: readSigner(r)}, nil
}

// serveRequest answers one request and records it.
func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	if !s.working.beginRequest() {
		return
	}
	defer s.working.endRequest()
	req, bad := readRequest(r)
	if bad != nil {
		bad.writeTo(w, req)
		return
	}
	out := &recordedAnswer{ResponseWriter: w}
	call := s.calls.beginCall(describeCall(req, s.config.Clock()))
	defer func() { s.calls.endCall(call, out.status, out.code) }()

	select {
	case <-time.After(s.config.Latency):
	case <-r.Context().Done():
		return
	}
	if fault, ok := s.faults.nextFault(call.Action); ok {
		fault.serveFault(out, req)
		return
	}
	if err := s.keys.checkSigner(req.signer, s.config.Clock()); err != nil {
		err.writeTo(out, req)
		return
	}
	if err := s.routeRequest(out, req); err != nil {
		err.writeTo(out, req)
	}
}

// routeRequest answers what the simulation knows and passes on the rest.
func (s *Server) routeRequest(w http.ResponseWriter, r apiRequest) *apiError {
	action := r.form.Get("Action")
	switch {
	case r.URL.Path == "/federation":
		return s.serveFederation(w, r)
	case isConsole(r.Request):
		return s.console(w)
	case r.URL.Path == "/saml" && r.Method == http.MethodPost:
		return s.chooseRole(w, r)
	case r.isSTS() && action == "AssumeRoleWithSAML":
		return s.assumeWithSAML(w, r)
	case r.isSTS() && action == "AssumeRole":
		return s.assumeRole(w, r)
	case s.moto != nil:
		s.moto.ServeHTTP(w, r.Request)
		return nil
	case r.isSTS() && action == "GetCallerIdentity":
		return s.callerIdentity(w, r)
	default:
		return newAPIError(http.StatusBadRequest, "InvalidAction",
			"Could not find operation "+action+" for version "+r.form.Get("Version"))
	}
}

// recordedAnswer remembers what was answered, for the log.
type recordedAnswer struct {
	http.ResponseWriter
	status int
	code   string
}

func (a *recordedAnswer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *recordedAnswer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets the reverse proxy flush a streamed answer.
func (a *recordedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// requestSigner is what a request says about the keys it was signed with; its zero value is an unsigned request.
type requestSigner struct{ accessKey, region, service, token string }

// readSigner reads the credential scope of SigV4, from the header or from a presigned address.
func readSigner(r *http.Request) requestSigner {
	query := r.URL.Query()
	scope, token := query.Get("X-Amz-Credential"), query.Get("X-Amz-Security-Token")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		scope, _, _ = strings.Cut(after, ",")
		token = r.Header.Get("X-Amz-Security-Token")
	}
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if len(parts) != 5 {
		return requestSigner{}
	}
	return requestSigner{accessKey: parts[0], region: parts[2], service: parts[3], token: token}
}
