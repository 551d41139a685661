package aws

import (
	"crypto/sha1" //nolint:gosec // NameQualifier is defined by AWS as a SHA-1
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

	shortestSession = 15 * time.Minute // of any session
	longestSession  = 12 * time.Hour   // of any session
	defaultSession  = time.Hour        // when nobody says; also the longest of a chained session
	maxEncoded      = 100_000          // characters of SAMLAssertion
)

type samlResponse struct {
	XMLName       xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithSAMLResponse"`
	Credentials   xmlCredentials `xml:"AssumeRoleWithSAMLResult>Credentials"`
	User          assumedUser    `xml:"AssumeRoleWithSAMLResult>AssumedRoleUser"`
	Subject       string         `xml:"AssumeRoleWithSAMLResult>Subject"`
	SubjectType   string         `xml:"AssumeRoleWithSAMLResult>SubjectType"`
	Issuer        string         `xml:"AssumeRoleWithSAMLResult>Issuer"`
	Audience      string         `xml:"AssumeRoleWithSAMLResult>Audience"`
	NameQualifier string         `xml:"AssumeRoleWithSAMLResult>NameQualifier"`
	RequestID     string         `xml:"ResponseMetadata>RequestId"`
}

type assumeResponse struct {
	XMLName     xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	Credentials xmlCredentials `xml:"AssumeRoleResult>Credentials"`
	User        assumedUser    `xml:"AssumeRoleResult>AssumedRoleUser"`
	RequestID   string         `xml:"ResponseMetadata>RequestId"`
}

type identityResponse struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}

type xmlCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type assumedUser struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	ARN           string `xml:"Arn"`
}

// assumeWithSAML answers AssumeRoleWithSAML.
func (s *Server) assumeWithSAML(w http.ResponseWriter, r apiRequest) *apiError {
	role, provider := r.form.Get("RoleArn"), r.form.Get("PrincipalArn")
	parsed, duration, bad := readLimits(r)
	if bad != nil {
		return bad
	}
	encoded := r.form.Get("SAMLAssertion")
	switch {
	case len(encoded) < 4:
		return constraintError("", "sAMLAssertion", "have length greater than or equal to 4")
	case len(encoded) > maxEncoded:
		return constraintError("", "sAMLAssertion", "have length less than or equal to 100000")
	case !s.hasProvider(provider):
		return noProvider()
	}
	a, bad := readAssertion(encoded, s.config.Certificates, s.config.DecryptionKey)
	if bad != nil {
		return bad
	}
	now := s.config.Clock()
	if bad := a.checkTimes(now); bad != nil {
		return bad
	}
	if bad := a.checkAudience(parsed.partition); bad != nil {
		return bad
	}
	session, bad := a.roleSessionName()
	if bad != nil {
		return bad
	}
	config, known := s.config.Roles[role]
	if !known || config.Denied || !a.grantsRole(role, provider) || !config.trustsProvider(provider) {
		return notAuthorized()
	}
	if duration > config.maxDuration() {
		return tooLong()
	}
	if duration == 0 {
		// The published pages do not say what AWS does with a SessionDuration above the role's own limit; here the
		// lower of the two holds.
		if duration = a.wantedDuration(); duration == 0 {
			duration = defaultSession
		}
		duration = min(duration, config.maxDuration())
	}
	if until, ok := parseTime(a.Authn.SessionNotOnOrAfter); ok && !until.IsZero() {
		duration = min(duration, until.Sub(now)) // the API reference: "whichever is shorter"
	}
	issued, err := s.issueKeys(r, parsed, session, duration)
	if err != nil {
		return internalError(err)
	}
	writeXML(w, http.StatusOK, samlResponse{
		Credentials:   issued.xmlCredentials(),
		User:          issued.assumedUser(),
		Subject:       strings.TrimSpace(a.NameID.Value),
		SubjectType:   strings.TrimPrefix(a.NameID.Format, "urn:oasis:names:tc:SAML:2.0:nameid-format:"),
		Issuer:        strings.TrimSpace(a.Issuer),
		Audience:      a.Confirmations[0].Recipient,
		NameQualifier: nameQualifier(strings.TrimSpace(a.Issuer), provider),
		RequestID:     requestID(),
	})
	return nil
}

// assumeRole answers AssumeRole, which stsx uses for role chaining: only a role session of this server may ask for it.
func (s *Server) assumeRole(w http.ResponseWriter, r apiRequest) *apiError {
	role, session := r.form.Get("RoleArn"), r.form.Get("RoleSessionName")
	parsed, duration, bad := readLimits(r)
	if bad != nil {
		return bad
	}
	if !isSessionName(session) {
		return constraintError(session, "roleSessionName", `satisfy regular expression pattern: [\w+=,.@-]*`)
	}
	caller, bad := s.findCaller(r)
	if bad != nil {
		return bad
	}
	config, known := s.config.Roles[role]
	if !known || config.Denied || !slices.Contains(config.Sources, caller.role) {
		return mayNotAssume(caller.arn, role)
	}
	if duration > defaultSession {
		return tooLongForChain()
	}
	if duration == 0 {
		duration = defaultSession
	}
	issued, err := s.issueKeys(r, parsed, session, duration)
	if err != nil {
		return internalError(err)
	}
	writeXML(w, http.StatusOK, assumeResponse{Credentials: issued.xmlCredentials(), User: issued.assumedUser(), RequestID: requestID()})
	return nil
}

// callerIdentity answers GetCallerIdentity for keys that this server made up.
func (s *Server) callerIdentity(w http.ResponseWriter, r apiRequest) *apiError {
	caller, bad := s.findCaller(r)
	if bad != nil {
		return bad
	}
	writeXML(w, http.StatusOK, identityResponse{ARN: caller.arn, UserID: caller.id, Account: caller.account, RequestID: requestID()})
	return nil
}

// findCaller is the session whose keys r was signed with.
func (s *Server) findCaller(r apiRequest) (issuedKeys, *apiError) {
	if r.signer.accessKey == "" {
		return issuedKeys{}, missingToken()
	}
	caller, ok := s.keys.findKeys(r.signer.accessKey)
	if !ok {
		return issuedKeys{}, unknownKeys()
	}
	return caller, nil
}

// readLimits checks the parameters that every way of assuming a role has, against the limits of the API itself.
// The duration is zero when absent.
func readLimits(r apiRequest) (parsedARN, time.Duration, *apiError) {
	role := r.form.Get("RoleArn")
	parsed, ok := parseARN(role)
	if !ok || !strings.HasPrefix(parsed.resource, "role/") {
		return parsedARN{}, 0, validationError(role + " is invalid")
	}
	text := r.form.Get("DurationSeconds")
	if text == "" {
		return parsed, 0, nil
	}
	seconds, err := strconv.Atoi(text)
	duration := time.Duration(seconds) * time.Second
	switch {
	case err != nil:
		return parsedARN{}, 0, newAPIError(http.StatusBadRequest, "MalformedInput", "Invalid integer for DurationSeconds")
	case duration < shortestSession:
		return parsedARN{}, 0, constraintError(text, "durationSeconds", "have value greater than or equal to 900")
	case duration > longestSession:
		return parsedARN{}, 0, constraintError(text, "durationSeconds", "have value less than or equal to 43200")
	}
	return parsed, duration, nil
}

// hasProvider says whether some role knows the SAML provider; see RoleConfig.Providers.
func (s *Server) hasProvider(provider string) bool {
	named := false
	for _, role := range s.config.Roles {
		if slices.Contains(role.Providers, provider) {
			return true
		}
		named = named || len(role.Providers) > 0
	}
	return !named
}

func (c RoleConfig) trustsProvider(provider string) bool {
	return len(c.Providers) == 0 || slices.Contains(c.Providers, provider)
}

func (c RoleConfig) maxDuration() time.Duration {
	if c.MaxDuration == 0 {
		return defaultSession
	}
	return c.MaxDuration
}

// nameQualifier is AWS's handle of issuer, account and provider: BASE64(SHA1(issuer + account + "/" + provider's name)).
func nameQualifier(issuer, provider string) string {
	parsed, _ := parseARN(provider)
	sum := sha1.Sum([]byte(issuer + parsed.account + "/" + parsed.resourceName())) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:])
}
