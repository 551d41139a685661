package aws

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiError is a refusal in AWS's words. It is not a Go error: it is an answer.
type apiError struct {
	status        int
	code, message string
}

func newAPIError(status int, code, message string) *apiError { return &apiError{status, code, message} }

// The texts below are AWS's own, from the IAM User Guide ("Troubleshoot SAML federation with IAM"), the STS API reference
// and what users report of the API; clients match on them, so they are kept to the letter.

func invalidToken(message string) *apiError {
	return newAPIError(http.StatusBadRequest, "InvalidIdentityToken", message)
}

// federationError is how STS reports what its SAML service said of the assertion or the provider.
func federationError(message, code string) *apiError {
	return invalidToken(fmt.Sprintf("%s (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: %s; "+
		"Request ID: %s; Proxy: null)",
		message, code, requestID()))
}

func invalidSAML(message string) *apiError {
	return federationError(message, "AuthSamlInvalidSamlResponseException")
}

func invalidBase64() *apiError { return invalidSAML("Invalid base64 SAMLResponse") }

func wrongAudience() *apiError {
	return invalidSAML("Response does not contain the required audience.")
}

func noProvider() *apiError {
	return federationError("Specified provider doesn't exist", "AuthSamlManifestNotFoundException")
}

func invalidSignature() *apiError { return invalidToken("Response signature invalid") }

// expiredAssertion is AWS's word for an assertion that came too late. AWS's word for one from the future is not published;
// it gets the same.
func expiredAssertion() *apiError {
	return newAPIError(http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
}

func notAuthorized() *apiError {
	return newAPIError(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
}

// mayNotAssume is the refusal of AssumeRole to caller, an ARN.
func mayNotAssume(caller, role string) *apiError {
	return newAPIError(http.StatusForbidden, "AccessDenied",
		fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", caller, role))
}

func validationError(message string) *apiError {
	return newAPIError(http.StatusBadRequest, "ValidationError", message)
}

// constraintError is how AWS reports a parameter outside the limits of the API itself. An empty value is left out, as AWS
// leaves out what is sensitive.
func constraintError(value, parameter, limit string) *apiError {
	if value != "" {
		value = " '" + value + "'"
	}
	return validationError(fmt.Sprintf("1 validation error detected: Value%s at '%s' failed to satisfy constraint: Member must %s",
		value, parameter, limit))
}

func tooLong() *apiError {
	return validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
}

func tooLongForChain() *apiError {
	return validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
}

func missingToken() *apiError {
	return newAPIError(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
}

func unknownKeys() *apiError {
	return newAPIError(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

func sessionOver() *apiError {
	return newAPIError(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired")
}

// internalError is a fault of the test bed, said so that nobody mistakes it for AWS's.
func internalError(err error) *apiError {
	return newAPIError(http.StatusInternalServerError, "InternalFailure", "stsx test bed: "+err.Error())
}

// errorResponse is the query protocol's error.
type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr,omitempty"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// s3Error is S3's error.
type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

// writeTo answers r with the error, in the protocol that r speaks.
func (e *apiError) writeTo(w http.ResponseWriter, r apiRequest) {
	if a, ok := w.(*recordedAnswer); ok {
		a.code = e.code
	}
	switch {
	case r.signer.service == "s3" && e.code == "ExpiredToken":
		writeXML(w, http.StatusBadRequest, s3Error{Code: e.code, Message: "The provided token has expired.", RequestID: requestID()})
	case r.signer.service == "s3":
		writeXML(w, e.status, s3Error{Code: e.code, Message: e.message, RequestID: requestID()})
	case r.Request != nil && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-amz-json"):
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		status := e.status
		if status < http.StatusInternalServerError {
			status = http.StatusBadRequest // these services know no 403
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": e.code + "Exception", "message": e.message})
	default:
		kind, space := "Sender", ""
		if e.status >= http.StatusInternalServerError {
			kind = "Receiver"
		}
		if r.isSTS() {
			space = stsNamespace
		}
		writeXML(w, e.status, errorResponse{Namespace: space, Type: kind, Code: e.code, Message: e.message, RequestID: requestID()})
	}
}

// writeXML answers with v. An error of writing is the client's going away, which it knows.
func writeXML(w http.ResponseWriter, status int, v any) {
	body, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
