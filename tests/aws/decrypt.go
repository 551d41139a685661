package aws

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // rsa-oaep-mgf1p is defined with SHA-1
	"encoding/base64"
	"errors"
	"strings"

	"github.com/beevik/etree"
)

const encryptionNamespace = "http://www.w3.org/2001/04/xmlenc#"

// decryptAssertion is the assertion in encrypted, an EncryptedAssertion of AES-GCM whose key is encrypted with RSA-OAEP. It
// stands for what AWS does with the private key that an administrator gives the SAML provider in IAM: neither moto nor
// any other simulation of STS has that.
func decryptAssertion(encrypted *etree.Element, key *rsa.PrivateKey) (*etree.Element, error) {
	if key == nil {
		return nil, errors.New("the SAML provider has no private key")
	}
	data, err := onlyChild(encrypted, encryptionNamespace, "EncryptedData")
	if err != nil {
		return nil, err
	}
	wrapped, err := cipherValue(data.FindElement("./KeyInfo/EncryptedKey"))
	if err != nil {
		return nil, err
	}
	sealed, err := cipherValue(data)
	if err != nil {
		return nil, err
	}
	once, err := rsa.DecryptOAEP(sha1.New(), nil, key, wrapped, nil) //nolint:gosec // see above
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(once)
	if err != nil {
		return nil, err
	}
	opener, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	text, err := opener.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil || doc.Root() == nil {
		return nil, errors.New("what was encrypted is not an element")
	}
	return doc.Root(), checkUnambiguous(doc.Root())
}

// cipherValue is what stands encrypted in el.
func cipherValue(el *etree.Element) ([]byte, error) {
	if el == nil {
		return nil, errors.New("no encrypted key")
	}
	value := el.FindElement("./CipherData/CipherValue")
	if value == nil {
		return nil, errors.New("no encrypted data")
	}
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Text()), ""))
}
