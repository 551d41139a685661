package okta

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"sync"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsSchema    = "http://www.w3.org/2001/XMLSchema"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
	nameFormat  = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	awsPrefix   = "https://aws.amazon.com/SAML/Attributes/"
)

// signer holds the key that orgs sign with.
type signer struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

// ownSigner is the one that all orgs of a process share: a key costs as much as
// many a test.
var ownSigner = sync.OnceValues(newSigner)

func newSigner() (*signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making the signing key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "stsx-test-org", Organization: []string{"Okta"}},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making the signing certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("making the signing certificate: %w", err)
	}
	return &signer{key, certificate}, nil
}

// sign puts an enveloped signature (exclusive c14n, RSA-SHA256) after the
// element's Issuer, where the schema wants it.
func (s *signer) sign(el *etree.Element) error {
	ctx, err := dsig.NewSigningContext(s.key, [][]byte{s.certificate.Raw})
	if err != nil {
		return err
	}
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return err
	}
	signature, err := ctx.ConstructSignature(el, true)
	if err != nil {
		return err
	}
	el.InsertChildAt(1, signature)
	return nil
}

// assertion is the base64 SAMLResponse for a user.
func (o *Org) assertion(u User) (string, error) {
	response := o.response(u)
	if o.cfg.BeforeSigning != nil {
		o.cfg.BeforeSigning(response)
	}
	if inner := response.FindElement("./saml2:Assertion"); inner != nil {
		if err := o.signer.sign(inner); err != nil {
			return "", fmt.Errorf("signing the assertion: %w", err)
		}
		if key := o.cfg.EncryptFor; key != nil {
			if err := encrypt(response, inner, key); err != nil {
				return "", err
			}
		}
	}
	if err := o.signer.sign(response); err != nil {
		return "", fmt.Errorf("signing the response: %w", err)
	}
	doc := etree.NewDocumentWithRoot(response)
	doc.WriteSettings.CanonicalText, doc.WriteSettings.CanonicalAttrVal = true, true
	raw, err := doc.WriteToBytes()
	if err != nil {
		return "", fmt.Errorf("writing the response: %w", err)
	}
	raw = append([]byte(`<?xml version="1.0" encoding="UTF-8"?>`), raw...)
	if o.cfg.AfterSigning != nil {
		raw = o.cfg.AfterSigning(raw)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// response is the unsigned SAML response, of the look Okta's AWS app gives it.
func (o *Org) response(u User) *etree.Element {
	now := o.cfg.Clock().UTC()
	from, until := now.Add(-o.cfg.AssertionLifetime), now.Add(o.cfg.AssertionLifetime)

	response := element("saml2p:Response", "Destination", o.cfg.ACS, "ID", newID("id"), "IssueInstant", stamp(now), "Version", "2.0",
		"xmlns:saml2p", nsProtocol, "xmlns:xs", nsSchema)
	response.AddChild(issuerElement())
	element("saml2p:StatusCode", "Value", "urn:oasis:names:tc:SAML:2.0:status:Success").into(
		element("saml2p:Status", "xmlns:saml2p", nsProtocol).into(response))

	assertion := element("saml2:Assertion", "ID", newID("id"), "IssueInstant", stamp(now), "Version", "2.0",
		"xmlns:saml2", nsAssertion, "xmlns:xs", nsSchema).into(response)
	assertion.AddChild(issuerElement())

	subject := element("saml2:Subject").into(assertion)
	element("saml2:NameID", "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified").text(u.Name).into(subject)
	confirmation := element("saml2:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer").into(subject)
	element("saml2:SubjectConfirmationData", "NotOnOrAfter", stamp(until), "Recipient", o.cfg.ACS).into(confirmation)

	conditions := element("saml2:Conditions", "NotBefore", stamp(from), "NotOnOrAfter", stamp(until)).into(assertion)
	element("saml2:Audience").text(o.cfg.Audience).into(element("saml2:AudienceRestriction").into(conditions))

	authn := element("saml2:AuthnStatement", "AuthnInstant", stamp(now), "SessionIndex", newID("id")).into(assertion)
	element("saml2:AuthnContextClassRef").text("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport").into(
		element("saml2:AuthnContext").into(authn))

	attributes := element("saml2:AttributeStatement").into(assertion)
	attribute("Role", u.Roles...).into(attributes)
	attribute("RoleSessionName", u.Name).into(attributes)
	attribute("SessionDuration", strconv.Itoa(int(o.cfg.SessionDuration/time.Second))).into(attributes)
	return response.Element
}

// node is an element that reads in the order it is built.
type node struct{ *etree.Element }

func element(tag string, attributes ...string) node {
	el := etree.NewElement(tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		el.CreateAttr(attributes[i], attributes[i+1])
	}
	return node{el}
}

func (n node) into(parent node) node { parent.AddChild(n.Element); return n }
func (n node) text(s string) node    { n.SetText(s); return n }

func issuerElement() *etree.Element {
	return element("saml2:Issuer", "Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:entity", "xmlns:saml2",
		nsAssertion).text(issuer).Element
}

func attribute(name string, values ...string) node {
	n := element("saml2:Attribute", "Name", awsPrefix+name, "NameFormat", nameFormat)
	for _, v := range values {
		element("saml2:AttributeValue", "xmlns:xsi", nsInstance, "xsi:type", "xs:string").text(v).into(n)
	}
	return n
}

// stamp is a time in Okta's form: UTC, milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
