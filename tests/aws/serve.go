package aws

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// stsVersion is the API version that every STS request names; the same action in another service names another.
const stsVersion = "2011-06-15"

// maxForm is the longest form that is read, in bytes: an assertion of AWS's limit, percent-encoded, fits.
const maxForm = 1 << 20

// request is one request to AWS, read as far as the simulation needs it.
type request struct {
	*http.Request
	form   url.Values // of the query protocol, empty otherwise
	signer signer
}

// sts says whether the request is of STS.
func (r request) sts() bool { return r.form.Get("Version") == stsVersion }

// read reads the parameters of r and leaves its body to be read again.
func read(r *http.Request) (request, *apiError) {
	form := url.Values{}
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && kind == "application/x-www-form-urlencoded" {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
		if err != nil || len(body) > maxForm {
			return request{}, refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request size exceeded.")
		}
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return request{}, refuse(http.StatusBadRequest, "MalformedQueryString", "The query string is malformed")
		}
		for name, values := range posted {
			form[name] = values
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return request{Request: r, form: form, signer: readSigner(r)}, nil
}

// serve answers one request and records it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if !s.working.enter() {
		return
	}
	defer s.working.leave()
	req, bad := read(r)
	if bad != nil {
		bad.write(w, req)
		return
	}
	out := &answer{ResponseWriter: w}
	call := s.calls.begin(describe(req, s.config.Clock()))
	defer func() { s.calls.end(call, out.status, out.code) }()

	if fault, ok := s.faults.next(call.Action); ok {
		fault.serve(out, req)
		return
	}
	if err := s.keys.check(req.signer, s.config.Clock()); err != nil {
		err.write(out, req)
		return
	}
	if err := s.route(out, req); err != nil {
		err.write(out, req)
	}
}

// route answers what the simulation knows and passes on the rest.
func (s *Server) route(w http.ResponseWriter, r request) *apiError {
	action := r.form.Get("Action")
	switch {
	case r.URL.Path == "/federation":
		return s.federate(w, r)
	case r.URL.Path == "/saml" && r.Method == http.MethodPost:
		return s.choose(w, r)
	case r.sts() && action == "AssumeRoleWithSAML":
		return s.assumeWithSAML(w, r)
	case r.sts() && action == "AssumeRole":
		return s.assume(w, r)
	case s.moto != nil:
		s.moto.ServeHTTP(w, r.Request)
		return nil
	case r.sts() && action == "GetCallerIdentity":
		return s.identify(w, r)
	default:
		return refuse(http.StatusBadRequest, "InvalidAction",
			"Could not find operation "+action+" for version "+r.form.Get("Version"))
	}
}

// answer remembers what was answered, for the log.
type answer struct {
	http.ResponseWriter
	status int
	code   string
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets the reverse proxy flush a streamed answer.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// signer is what a request says about the keys it was signed with; its zero value is an unsigned request.
type signer struct{ accessKey, region, service, token string }

// readSigner reads the credential scope of SigV4, from the header or from a presigned address.
func readSigner(r *http.Request) signer {
	query := r.URL.Query()
	scope, token := query.Get("X-Amz-Credential"), query.Get("X-Amz-Security-Token")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		scope, _, _ = strings.Cut(after, ",")
		token = r.Header.Get("X-Amz-Security-Token")
	}
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if len(parts) != 5 {
		return signer{}
	}
	return signer{accessKey: parts[0], region: parts[2], service: parts[3], token: token}
}
