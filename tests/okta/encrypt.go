package okta

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // rsa-oaep-mgf1p is defined with SHA-1
	"encoding/base64"
	"fmt"

	"github.com/beevik/etree"
)

// Namespaces of XML Encryption, whose URIs are the algorithms' names too.
const (
	nsEncryption   = "http://www.w3.org/2001/04/xmlenc#"
	nsEncryption11 = "http://www.w3.org/2009/xmlenc11#"
	nsSignature    = "http://www.w3.org/2000/09/xmldsig#"
)

// encrypt takes the assertion of response and puts it there encrypted for key, as where an app of Okta's has Assertion Encryption:
// AES-256-GCM, whose key is encrypted with RSA-OAEP.
func encrypt(response, assertion *etree.Element, key *rsa.PublicKey) error {
	text, err := etree.NewDocumentWithRoot(assertion.Copy()).WriteToBytes()
	if err != nil {
		return err
	}
	once := make([]byte, 32)
	_, _ = rand.Read(once) // never fails
	block, err := aes.NewCipher(once)
	if err != nil {
		return err
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return err
	}
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, key, once, nil) //nolint:gosec // see above
	if err != nil {
		return fmt.Errorf("encrypting the assertion's key: %w", err)
	}
	outer := element("saml2:EncryptedAssertion", "xmlns:saml2", nsAssertion)
	data := element("xenc:EncryptedData", "Type", nsEncryption+"Element", "xmlns:xenc", nsEncryption).into(outer)
	element("xenc:EncryptionMethod", "Algorithm", nsEncryption11+"aes256-gcm").into(data)
	wrap := element("xenc:EncryptedKey").into(element("ds:KeyInfo", "xmlns:ds", nsSignature).into(data))
	element("xenc:EncryptionMethod", "Algorithm", nsEncryption+"rsa-oaep-mgf1p").into(wrap)
	cipherValue(wrapped).into(wrap)
	cipherValue(sealer.Seal(nil, nil, text, nil)).into(data)
	at := assertion.Index()
	response.RemoveChild(assertion)
	response.InsertChildAt(at, outer.Element)
	return nil
}

func cipherValue(bytes []byte) node {
	data := element("xenc:CipherData")
	element("xenc:CipherValue").text(base64.StdEncoding.EncodeToString(bytes)).into(data)
	return data
}
