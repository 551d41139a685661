package aws

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

const (
	protocolNamespace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionNamespace = "urn:oasis:names:tc:SAML:2.0:assertion"
)

// verifyResponse returns the assertion of a SAML response as it was signed: not the element in the document that carries the
// right ID, but the one that came out of the signature's own canonical bytes. At least one of the response and its
// assertion must be signed, and every signature there is must hold.
//
// Signature wrapping hides a second assertion where the signature points and lets the reader take the first: so a
// document with two assertions, or with one ID twice, is refused before any signature is looked at.
//
// An encrypted assertion is decrypted with key once the response's signature holds.
func verifyResponse(response *etree.Element, certificates []*x509.Certificate, key *rsa.PrivateKey) (*etree.Element, error) {
	if !isElement(response, protocolNamespace, "Response") {
		return nil, errors.New("the document is not a SAML response")
	}
	if err := checkUnambiguous(response); err != nil {
		return nil, err
	}
	signed := false
	if countSignatures(response) > 0 {
		var err error
		if response, err = validateSignature(response, certificates); err != nil {
			return nil, fmt.Errorf("verifying the response: %w", err)
		}
		signed = true
	}
	found, err := onlyChild(response, assertionNamespace, "Assertion")
	if encrypted, missing := onlyChild(response, assertionNamespace, "EncryptedAssertion"); missing == nil {
		found, err = decryptAssertion(encrypted, key)
	}
	if err != nil {
		return nil, err
	}
	if countSignatures(found) > 0 {
		if found, err = validateSignature(found, certificates); err != nil {
			return nil, fmt.Errorf("verifying the assertion: %w", err)
		}
		signed = true
	}
	if !signed {
		return nil, errors.New("neither the response nor the assertion is signed")
	}
	if !isElement(found, assertionNamespace, "Assertion") {
		return nil, errors.New("what was signed is not an assertion")
	}
	return found, nil
}

// validateSignature verifies the one signature that is a child of el and returns el as it was signed.
func validateSignature(el *etree.Element, certificates []*x509.Certificate) (*etree.Element, error) {
	id := el.SelectAttrValue("ID", "")
	if id == "" || countSignatures(el) != 1 {
		return nil, errors.New("the element must have an ID and one signature")
	}
	for _, signature := range el.ChildElements() {
		if isElement(signature, dsig.Namespace, dsig.SignatureTag) {
			if references := signature.FindElements("./SignedInfo/Reference"); len(references) != 1 ||
				references[0].SelectAttrValue("URI", "") != "#"+id {
				return nil, errors.New("the signature must refer to its parent and to nothing else")
			}
		}
	}
	err := errors.New("no certificate is trusted")
	for _, certificate := range certificates {
		var signed *etree.Element
		context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}})
		// IAM does not act on a certificate's expiry, so it is judged at an instant when it is valid.
		context.Clock = dsig.NewFakeClockAt(certificate.NotBefore)
		if signed, err = context.Validate(el); err == nil {
			return signed, nil
		}
	}
	return nil, err
}

// onlyChild is the one child of el with this name, detached with the namespaces that are declared above it.
func onlyChild(el *etree.Element, space, tag string) (*etree.Element, error) {
	var found []*etree.Element
	err := etreeutils.NSFindChildrenIterateCtx(etreeutils.NewDefaultNSContext(), el, space, tag,
		func(ctx etreeutils.NSContext, child *etree.Element) error {
			detached, err := etreeutils.NSDetatch(ctx, child)
			found = append(found, detached)
			return err
		})
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("found %d elements %s, want one", len(found), tag)
	}
	return found[0], nil
}

// checkUnambiguous refuses a document in which an assertion or an ID could be taken for another.
func checkUnambiguous(root *etree.Element) error {
	ids, assertions := map[string]bool{}, 0
	for _, el := range append(root.FindElements(".//*"), root) {
		if el.Tag == "Assertion" || el.Tag == "EncryptedAssertion" {
			assertions++
		}
		id := el.SelectAttrValue("ID", "")
		if id != "" && ids[id] {
			return fmt.Errorf("the ID %q stands twice", id)
		}
		ids[id] = true
	}
	if assertions != 1 {
		return fmt.Errorf("found %d assertions, want one", assertions)
	}
	return nil
}

// countSignatures is how many signatures are children of el.
func countSignatures(el *etree.Element) int {
	n := 0
	for _, child := range el.ChildElements() {
		if isElement(child, dsig.Namespace, dsig.SignatureTag) {
			n++
		}
	}
	return n
}

// isElement says whether el has this name.
func isElement(el *etree.Element, space, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == space
}

// etreeBytes writes el as a document of its own.
func etreeBytes(el *etree.Element) ([]byte, error) {
	doc := etree.NewDocument()
	doc.SetRoot(el.Copy())
	return doc.WriteToBytes()
}
