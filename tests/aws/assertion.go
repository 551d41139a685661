package aws

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// attributesPrefix is the prefix of the names that AWS reads in an assertion.
const attributesPrefix = "https://aws.amazon.com/SAML/Attributes/"

// assertionLife is how long after its issue an assertion may be redeemed.
const assertionLife = 5 * time.Minute

// samlAssertion is what a verified SAML response says. Every field but Destination comes from an element whose signature
// was verified.
type samlAssertion struct {
	Destination string `xml:"-"` // of the Response, which may be unsigned: it can only lead to a refusal

	IssueInstant string `xml:"IssueInstant,attr"`
	Issuer       string `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	NameID       struct {
		Format string `xml:"Format,attr"`
		Value  string `xml:",chardata"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Subject>NameID"`
	Confirmations []struct {
		Recipient    string `xml:"Recipient,attr"`
		NotOnOrAfter string `xml:"NotOnOrAfter,attr"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Subject>SubjectConfirmation>SubjectConfirmationData"`
	Conditions struct {
		NotBefore    string   `xml:"NotBefore,attr"`
		NotOnOrAfter string   `xml:"NotOnOrAfter,attr"`
		Audiences    []string `xml:"AudienceRestriction>Audience"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Conditions"`
	Authn struct {
		SessionNotOnOrAfter string `xml:"SessionNotOnOrAfter,attr"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion AuthnStatement"`
	Attributes []struct {
		Name   string   `xml:"Name,attr"`
		Values []string `xml:"AttributeValue"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion AttributeStatement>Attribute"`
}

// readAssertion decodes what the client posted and verifies its signature with one of certificates. key decrypts.
// The base64 is taken strictly: no line breaks, no spaces that were once plus signs, no missing padding.
func readAssertion(encoded string, certificates []*x509.Certificate, key *rsa.PrivateKey) (samlAssertion, *apiError) {
	text, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return samlAssertion{}, invalidBase64()
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil || doc.Root() == nil {
		return samlAssertion{}, invalidSAML("Invalid SAML response")
	}
	signed, err := verifyResponse(doc.Root(), certificates, key)
	if err != nil {
		return samlAssertion{}, invalidSignature()
	}
	canonical, err := etreeBytes(signed)
	if err != nil {
		return samlAssertion{}, invalidSAML("Invalid SAML response")
	}
	a := samlAssertion{Destination: doc.Root().SelectAttrValue("Destination", "")}
	if err := xml.Unmarshal(canonical, &a); err != nil {
		return samlAssertion{}, invalidSAML("Invalid SAML response")
	}
	return a, nil
}

// attributeValues are the values of one of AWS's attributes, without the space around them.
func (a samlAssertion) attributeValues(name string) []string {
	var values []string
	for _, attribute := range a.Attributes {
		if attribute.Name == attributesPrefix+name {
			for _, value := range attribute.Values {
				values = append(values, strings.TrimSpace(value))
			}
		}
	}
	return values
}

// grantsRole says whether the pair is a value of the Role attribute, in either order.
func (a samlAssertion) grantsRole(role, provider string) bool {
	return slices.ContainsFunc(a.attributeValues("Role"), func(value string) bool {
		one, other, _ := strings.Cut(value, ",")
		one, other = strings.TrimSpace(one), strings.TrimSpace(other)
		return one == role && other == provider || one == provider && other == role
	})
}

// checkAudience checks that the assertion was meant for AWS in this partition.
func (a samlAssertion) checkAudience(p awsPartition) *apiError {
	if !slices.ContainsFunc(a.Conditions.Audiences, func(s string) bool {
		return slices.Contains(p.audiences, strings.TrimSpace(s))
	}) {
		return wrongAudience()
	}
	if len(a.Confirmations) == 0 || a.Destination != "" && !p.recipient.MatchString(a.Destination) {
		return notAuthorized()
	}
	for _, confirmation := range a.Confirmations {
		if !p.recipient.MatchString(confirmation.Recipient) {
			return notAuthorized() // the trust policy's SAML:aud is the recipient
		}
	}
	return nil
}

// checkTimes checks that the assertion is in force at now.
func (a samlAssertion) checkTimes(now time.Time) *apiError {
	issued, err := time.Parse(time.RFC3339Nano, a.IssueInstant)
	if err != nil || !now.Before(issued.Add(assertionLife)) {
		return expiredAssertion()
	}
	if from, ok := parseTime(a.Conditions.NotBefore); !ok || now.Before(from) {
		return expiredAssertion()
	}
	ends := []string{a.Conditions.NotOnOrAfter}
	for _, confirmation := range a.Confirmations {
		ends = append(ends, confirmation.NotOnOrAfter)
	}
	for _, end := range ends {
		if until, ok := parseTime(end); !ok || end != "" && !now.Before(until) {
			return expiredAssertion()
		}
	}
	return nil
}

// parseTime reads an xs:dateTime; an absent one is the zero time and no error.
func parseTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// roleSessionName is the role session's name.
func (a samlAssertion) roleSessionName() (string, *apiError) {
	names := a.attributeValues("RoleSessionName")
	if len(names) != 1 || names[0] == "" {
		return "", invalidToken("RoleSessionName is required in AuthnResponse")
	}
	if !isSessionName(names[0]) {
		return "", invalidToken("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	return names[0], nil
}

// isSessionName says whether AWS takes s as the name of a session.
func isSessionName(s string) bool {
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r))
	}
	return len(s) >= 2 && len(s) <= 64 && !strings.ContainsFunc(s, odd)
}

// wantedDuration is the SessionDuration attribute; zero when absent or not a number within the API's limits.
func (a samlAssertion) wantedDuration() time.Duration {
	for _, value := range a.attributeValues("SessionDuration") {
		seconds, err := strconv.Atoi(value)
		if d := time.Duration(seconds) * time.Second; err == nil && d >= shortestSession && d <= longestSession {
			return d
		}
	}
	return 0
}
