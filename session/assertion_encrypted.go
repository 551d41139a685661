package session

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

const samlAssertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"

// redeemTime is how long after its issue AWS takes an assertion.
const redeemTime = 5 * time.Minute

// encryptedAssertion is what can be read of an assertion that is encrypted for
// AWS. Source: XML Encryption, EncryptedData.
type encryptedAssertion struct {
	Data []struct {
		Values []string `xml:"http://www.w3.org/2001/04/xmlenc# CipherData>CipherValue"`
	} `xml:"http://www.w3.org/2001/04/xmlenc# EncryptedData"`
}

// fillEncrypted takes what the response says outside of its encrypted assertion:
// when it was issued. An assertion beside it, wherever it stands, is an error: AWS
// may take that one.
func (a *Assertion) fillEncrypted(text []byte, r samlResponse) error {
	count, err := countAssertions(text)
	switch {
	case err != nil:
		return err
	case count != 1:
		return fmt.Errorf("it holds %d assertions instead of one, which is encrypted", count)
	}
	data := r.Encrypted[0].Data
	if len(data) != 1 || len(data[0].Values) != 1 || strings.TrimSpace(data[0].Values[0]) == "" {
		return errors.New("its encrypted assertion does not hold one piece of encrypted data")
	}
	a.Encrypted = true
	if r.IssueInstant == "" {
		return nil
	}
	issued, err := parseXMLTime(r.IssueInstant)
	if err != nil {
		return fmt.Errorf("its IssueInstant %q is not a time", OneLine(r.IssueInstant, QuoteLength))
	}
	a.NotOnOrAfter = issued.Add(redeemTime)
	return nil
}

// countAssertions counts assertions, encrypted or not, at whatever place they stand.
func countAssertions(text []byte) (count int, err error) {
	for tokens := xmlDecoder(text); ; {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return 0, fmt.Errorf("it is not well-formed XML: %w", syntaxOnly(err))
		}
		start, ok := token.(xml.StartElement)
		if ok && start.Name.Space == samlAssertionSpace && (start.Name.Local == "Assertion" || start.Name.Local == "EncryptedAssertion") {
			count++
		}
	}
}
