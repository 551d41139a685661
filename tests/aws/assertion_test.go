package aws_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	recipient = "https://signin.aws.amazon.com/saml"
	audience  = "urn:amazon:webservices"
	provider  = "arn:aws:iam::111122223333:saml-provider/okta"
	admin     = "arn:aws:iam::111122223333:role/team/admin"
	reader    = "arn:aws:iam::111122223333:role/reader"
	denied    = "arn:aws:iam::111122223333:role/denied"
	chained   = "arn:aws:iam::444455556666:role/deploy"
)

// idp signs assertions as Okta does.
type idp struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

func newIDP(t testing.TB) idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acme"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	ok(t, err)
	certificate, err := x509.ParseCertificate(der)
	ok(t, err)
	return idp{key, certificate}
}

// claim is what an assertion says; newClaim is one that AWS takes.
type claim struct {
	issued                                   time.Time
	audience, recipient, destination, format string
	session, wish, sessionEnd                string
	pairs                                    []string
	signResponse, signAssertion              bool
}

func newClaim(now time.Time) claim {
	return claim{
		issued: now, audience: audience, recipient: recipient, destination: recipient, session: "jane@acme.test",
		format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
		pairs: []string{
			provider + "," + admin, reader + "," + provider, provider + ", " + denied,
			"arn:aws-us-gov:iam::777788889999:saml-provider/okta,arn:aws-us-gov:iam::777788889999:role/gov",
		},
		signResponse: true, signAssertion: true,
	}
}

func (c claim) xml() string {
	at := func(d time.Duration) string { return c.issued.Add(d).UTC().Format("2006-01-02T15:04:05.000Z") }
	attribute := func(name string, values ...string) string {
		if len(values) == 1 && values[0] == "" {
			return ""
		}
		b := `<saml2:Attribute Name="https://aws.amazon.com/SAML/Attributes/` + name + `">`
		for _, v := range values {
			b += `<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
				`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">` + v + `</saml2:AttributeValue>`
		}
		return b + `</saml2:Attribute>`
	}
	end := ""
	if c.sessionEnd != "" {
		end = ` SessionNotOnOrAfter="` + c.sessionEnd + `"`
	}
	return `<?xml version="1.0" encoding="UTF-8"?><saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"` +
		` Destination="` + c.destination + `" ID="id1" IssueInstant="` + at(0) + `" Version="2.0">` +
		`<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">http://www.okta.com/exk1</saml2:Issuer>` +
		`<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>` +
		`<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="id2" IssueInstant="` + at(0) + `" Version="2.0">` +
		`<saml2:Issuer>http://www.okta.com/exk1</saml2:Issuer>` +
		`<saml2:Subject><saml2:NameID Format="` + c.format + `">jane</saml2:NameID>` +
		`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData NotOnOrAfter="` +
		at(5*time.Minute) + `" Recipient="` + c.recipient + `"/></saml2:SubjectConfirmation></saml2:Subject>` +
		`<saml2:Conditions NotBefore="` + at(-5*time.Minute) + `" NotOnOrAfter="` + at(5*time.Minute) + `">` +
		`<saml2:AudienceRestriction><saml2:Audience>` + c.audience + `</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
		`<saml2:AuthnStatement AuthnInstant="` + at(0) + `"` + end + `/>` +
		`<saml2:AttributeStatement>` + attribute("Role", c.pairs...) + attribute("RoleSessionName", c.session) +
		attribute("SessionDuration", c.wish) + `</saml2:AttributeStatement></saml2:Assertion></saml2p:Response>`
}

// document signs the claim the way Okta does: first the assertion, then the response around it.
func (i idp) document(t testing.TB, c claim) *etree.Document {
	t.Helper()
	doc := etree.NewDocument()
	ok(t, doc.ReadFromString(c.xml()))
	if c.signAssertion {
		i.sign(t, doc.FindElement("//Assertion"))
	}
	if c.signResponse {
		i.sign(t, doc.Root())
	}
	return doc
}

// sign puts the signature of el behind its Issuer, where the schema wants it.
func (i idp) sign(t testing.TB, el *etree.Element) {
	t.Helper()
	context, err := dsig.NewSigningContext(i.key, [][]byte{i.certificate.Raw})
	ok(t, err)
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := context.ConstructSignature(el, true)
	ok(t, err)
	el.InsertChildAt(1, signature)
}

// assert is a signed claim, encoded as the browser posts it.
func (i idp) assert(t testing.TB, c claim) string {
	t.Helper()
	return encode(t, i.document(t, c))
}

func encode(t testing.TB, doc *etree.Document) string {
	t.Helper()
	text, err := doc.WriteToBytes()
	ok(t, err)
	return base64.StdEncoding.EncodeToString(text)
}

// wrappings are ways to put a forged assertion, which grants admin, beside or around one that was truly signed.
func wrappings(t testing.TB, i idp, c claim) map[string]string {
	t.Helper()
	forge := func(doc *etree.Document, id string) *etree.Element {
		forged := doc.FindElement("//Assertion").Copy()
		if signature := forged.FindElement("./Signature"); signature != nil {
			forged.RemoveChild(signature)
		}
		forged.RemoveAttr("ID")
		forged.CreateAttr("ID", id)
		for _, value := range forged.FindElements("//AttributeValue") {
			value.SetText(strings.ReplaceAll(value.Text(), reader, admin))
		}
		return forged
	}
	c.signResponse, c.pairs = false, []string{provider + "," + reader}
	before := i.document(t, c)
	before.Root().InsertChildAt(2, forge(before, "forged"))
	after := i.document(t, c)
	after.Root().AddChild(forge(after, "forged"))
	same := i.document(t, c)
	same.Root().InsertChildAt(2, forge(same, "id2"))
	around := i.document(t, c)
	signed := around.FindElement("//Assertion")
	outer := forge(around, "forged")
	signature := signed.FindElement("./Signature").Copy()
	signed.RemoveChild(signed.FindElement("./Signature"))
	around.Root().RemoveChild(signed)
	object := signature.CreateElement("ds:Object")
	object.AddChild(signed)
	outer.InsertChildAt(1, signature)
	around.Root().AddChild(outer)
	elsewhere := i.document(t, c)
	genuine := elsewhere.FindElement("//Assertion")
	elsewhere.Root().RemoveChild(genuine)
	elsewhere.Root().CreateElement("saml2p:Extensions").AddChild(genuine)
	elsewhere.Root().AddChild(forge(elsewhere, "forged"))
	altered := i.document(t, c)
	for _, value := range altered.FindElements("//AttributeValue") {
		value.SetText(strings.ReplaceAll(value.Text(), reader, admin))
	}
	stripped := i.document(t, c)
	stripped.FindElement("//Assertion").RemoveChild(stripped.FindElement("//Signature"))
	made := map[string]string{}
	for name, doc := range map[string]*etree.Document{
		"before": before, "after": after, "same ID": same, "around": around, "in extensions": elsewhere,
		"altered": altered, "unsigned": stripped,
	} {
		made[name] = encode(t, doc)
	}
	return made
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %s, want %s", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}
