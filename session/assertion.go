package session

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The names by which AWS knows what a SAML response says of a person.
const (
	roleAttribute     = "https://aws.amazon.com/SAML/Attributes/Role"
	durationAttribute = "https://aws.amazon.com/SAML/Attributes/SessionDuration"
	nameAttribute     = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"
	transientFormat   = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	samlProtocol      = "urn:oasis:names:tc:SAML:2.0:protocol"
)

// maxAssertion bounds what is parsed, in bytes of base64. AWS takes 100,000
// characters; orgs with a thousand roles are seen at twice that before AWS
// says no, and the person should hear it from AWS.
const maxAssertion = 8 << 20

// Assertion is what the identity provider says of a person who signed in.
type Assertion struct {
	Encoded         Secret        // the SAML response as posted, base64; good for five minutes at AWS
	Roles           []Role        // every role granted, sorted by account and name, no duplicates
	SessionDuration time.Duration // how long sessions should be; 0 = not said
	NotOnOrAfter    time.Time     // end of the assertion's life; zero = not said
	Destination     string        // the page of AWS's that it was posted to; "" = not said. Source: Response, Destination

	// Encrypted: AWS alone can read it. Roles, SessionDuration and Subject are not
	// known, and NotOnOrAfter is when AWS stops taking it.
	Encrypted bool

	AppLink string // of the app that Profile.ChooseApp picked; "" = it was known

	// Subject says whom it is about, in the provider's words, which need not be
	// the username: the NameID, unless that is another one each time, and the
	// RoleSessionName. It is the same for the same person; "" = not said.
	Subject string

	// Notes say what of it was left out, and why: one line each.
	Notes []string
}

// ParseAssertion reads a SAML response as an identity provider posts it. It
// does not check the signature: that is AWS's part, which has the key. It is
// strict about form, so that what stsx understands is what AWS will: one XML
// document, no DTD, no entities of its own. It is forgiving about how that is
// written down (base64, encodings, times), and leaves out, with a note, roles
// that can't be assumed and a duration that can't be asked for.
func ParseAssertion(encoded string) (Assertion, error) {
	a := Assertion{Encoded: NewSecret(encoded)}
	if len(encoded) > maxAssertion {
		return a, errors.New("reading the SAML response: it is larger than 8 MiB")
	}
	text, standard, err := decodeBase64(encoded)
	if err != nil {
		return a, fmt.Errorf("reading the SAML response: %w", err)
	}
	if !standard {
		a.Encoded = NewSecret(base64.StdEncoding.EncodeToString(text))
	}
	if text, err = toUTF8(text); err != nil {
		return a, fmt.Errorf("reading the SAML response: %w", err)
	}
	response, err := decodeResponse(text)
	if err != nil {
		return a, fmt.Errorf("reading the SAML response: %w", err)
	}
	if code := response.Status.Code.Value; code != "" && !strings.HasSuffix(code, ":status:Success") {
		return a, &RefusedError{What: "the sign-in", Said: strings.TrimSpace(response.Status.Message + " (SAML status " +
			code[strings.LastIndexByte(code, ':')+1:] + ")")}
	}
	if count := len(response.Assertions) + len(response.Encrypted); count != 1 {
		return a, fmt.Errorf("reading the SAML response: it holds %d assertions instead of one", count)
	}
	a.Destination = response.Destination
	if len(response.Encrypted) == 1 {
		err = a.fillEncrypted(text, response)
	} else {
		err = a.fillFrom(response.Assertions[0])
	}
	if err != nil {
		return a, fmt.Errorf("reading the SAML response: %w", err)
	}
	return a, nil
}

type samlResponse struct {
	XMLName      xml.Name
	Destination  string `xml:"Destination,attr"`
	IssueInstant string `xml:"IssueInstant,attr"`
	Status       struct {
		Code struct {
			Value string `xml:"Value,attr"`
		} `xml:"urn:oasis:names:tc:SAML:2.0:protocol StatusCode"`
		Message string `xml:"urn:oasis:names:tc:SAML:2.0:protocol StatusMessage"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:protocol Status"`
	Assertions []samlAssertion      `xml:"urn:oasis:names:tc:SAML:2.0:assertion Assertion"`
	Encrypted  []encryptedAssertion `xml:"urn:oasis:names:tc:SAML:2.0:assertion EncryptedAssertion"`
}

type samlAssertion struct {
	NameID struct {
		Format string `xml:"Format,attr"`
		Text   string `xml:",chardata"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Subject>NameID"`
	Conditions struct {
		NotOnOrAfter string `xml:"NotOnOrAfter,attr"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Conditions"`
	Attributes []struct {
		Name   string      `xml:"Name,attr"`
		Values []samlValue `xml:"urn:oasis:names:tc:SAML:2.0:assertion AttributeValue"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:assertion AttributeStatement>Attribute"`
}

// samlValue is text. Comments in it count for nothing, as for AWS: what stands
// on either side of one is one text.
type samlValue struct {
	Text     string     `xml:",chardata"`
	Elements []struct{} `xml:",any"`
}

func decodeResponse(text []byte) (samlResponse, error) {
	var r samlResponse
	// A first pass over the tokens: encoding/xml skips directives silently and
	// stops reading at the root's end tag.
	roots, depth := 0, 0
	for tokens := xmlDecoder(text); ; {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return r, fmt.Errorf("it is not well-formed XML: %w", syntaxOnly(err))
		}
		switch token := token.(type) {
		case xml.Directive:
			return r, errors.New("it carries a DTD")
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return r, errors.New("it has text outside its root element")
			}
		}
	}
	if roots != 1 {
		return r, fmt.Errorf("it has %d root elements", roots)
	}
	if err := xmlDecoder(text).Decode(&r); err != nil {
		return r, fmt.Errorf("it is not well-formed XML: %w", syntaxOnly(err))
	}
	if r.XMLName.Local != "Response" || r.XMLName.Space != samlProtocol {
		return r, fmt.Errorf("its root is <%s>, not a SAML 2.0 Response", r.XMLName.Local)
	}
	return r, nil
}

// syntaxOnly keeps the line and drops the words of an XML error: those may
// quote the document.
func syntaxOnly(err error) error {
	var charset charsetError
	if errors.As(err, &charset) {
		return charset
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return errors.New("syntax error on line " + strconv.Itoa(syntax.Line))
	}
	return errors.New("it does not have the shape of a SAML response")
}

func (a *Assertion) fillFrom(s samlAssertion) error {
	if s.Conditions.NotOnOrAfter != "" {
		end, err := parseXMLTime(s.Conditions.NotOnOrAfter)
		if err != nil {
			return fmt.Errorf("its NotOnOrAfter %q is not a time", OneLine(s.Conditions.NotOnOrAfter, QuoteLength))
		}
		a.NotOnOrAfter = end
	}
	var names []string
	if name := strings.TrimSpace(s.NameID.Text); name != "" && s.NameID.Format != transientFormat {
		names = append(names, name)
	}
	var unusable []error
	for _, attribute := range s.Attributes {
		for _, value := range attribute.Values {
			switch attribute.Name {
			case nameAttribute:
				if name := strings.TrimSpace(value.Text); name != "" && len(value.Elements) == 0 {
					names = append(names, name)
				}
			case roleAttribute:
				role, err := parseGrant(value)
				if err != nil {
					unusable = append(unusable, err)
					continue
				}
				a.Roles = append(a.Roles, role)
			case durationAttribute:
				a.setDuration(value)
			}
		}
	}
	a.Subject = strings.Join(names, "\n")
	slices.SortFunc(a.Roles, compareRoles)
	a.Roles = slices.Compact(a.Roles)
	if len(a.Roles) == 0 && len(unusable) > 0 {
		return unusable[0]
	}
	a.noteUnusable(unusable)
	return nil
}

// setDuration takes a value of SessionDuration that AWS would, and notes others.
func (a *Assertion) setDuration(value samlValue) {
	seconds, err := strconv.Atoi(strings.TrimSpace(value.Text))
	if err != nil || len(value.Elements) > 0 || seconds < 900 || seconds > 43200 {
		a.Notes = append(a.Notes,
			fmt.Sprintf("ignoring the SessionDuration %q of the assertion: it is not a number of seconds between 900 and 43200",
				OneLine(value.Text, QuoteLength)))
		return
	}
	a.SessionDuration = time.Duration(seconds) * time.Second
}

// noteUnusable notes the roles that were left out, the first few in words.
func (a *Assertion) noteUnusable(unusable []error) {
	const most = 3
	for _, err := range unusable[:min(most, len(unusable))] {
		a.Notes = append(a.Notes, "leaving out a role of the assertion: "+err.Error())
	}
	if more := len(unusable) - most; more > 0 {
		a.Notes = append(a.Notes, "leaving out "+Plural(more, "role")+" more for such reasons")
	}
}

// parseGrant reads one value of the role attribute: the role's and the
// provider's ARN with a comma between, in either order. A role's name may hold
// commas too: the one that counts is followed by an ARN.
func parseGrant(value samlValue) (Role, error) {
	if len(value.Elements) > 0 {
		return Role{}, errors.New("a value of " + roleAttribute + " holds an element")
	}
	bad := fmt.Errorf("its role %q is not a role ARN and a provider ARN", OneLine(value.Text, QuoteLength))
	if strings.Contains(value.Text, "${") {
		bad = fmt.Errorf("%w: the provider's template was not filled in", bad)
	}
	parts := strings.Split(value.Text, ",")
	second := len(parts) - 1
	for second > 0 && !strings.HasPrefix(strings.TrimSpace(parts[second]), "arn:") {
		second--
	}
	if second <= 0 {
		return Role{}, bad
	}
	first, last := strings.TrimSpace(strings.Join(parts[:second], ",")), strings.TrimSpace(strings.Join(parts[second:], ","))
	if role, ok := grantFrom(first, last); ok {
		return role, nil
	}
	return Role{}, bad
}

func grantFrom(first, second string) (Role, bool) {
	if strings.Contains(first, ":saml-provider/") {
		first, second = second, first
	}
	role, err := ParseRole(first)
	if err != nil || strings.Contains(first, ",arn:") {
		return Role{}, false
	}
	role, err = role.WithProvider(second)
	return role, err == nil
}

func compareRoles(a, b Role) int {
	if c := strings.Compare(a.Account(), b.Account()); c != 0 {
		return c
	}
	if c := strings.Compare(a.ARN, b.ARN); c != 0 {
		return c
	}
	return strings.Compare(a.Provider, b.Provider)
}
