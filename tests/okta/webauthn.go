package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// WebAuthn is a security key, a passkey, Touch ID: whatever answers
// navigator.credentials.get(). The browser knows no such thing on a host that
// is an IP address: it needs Config.Host.
const WebAuthn Factor = "webauthn"

// SecurityKey is one that a user has enrolled.
type SecurityKey struct {
	id  []byte
	key *ecdsa.PrivateKey
}

// NewSecurityKey makes a key.
func NewSecurityKey() (*SecurityKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &SecurityKey{id: []byte(newID("")), key: key}, nil
}

// Credential is the key as the virtual authenticator of a Chromium takes it, to
// answer pages of host: the credential of WebAuthn.addCredential, in JSON.
func (k *SecurityKey) Credential(host string) (string, error) {
	private, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(object{
		"credentialId": base64.StdEncoding.EncodeToString(k.id), "isResidentCredential": false, "rpId": host,
		"privateKey": base64.StdEncoding.EncodeToString(private), "signCount": 1,
	})
	return string(raw), err
}

// assertion is what the browser has made of the challenge, as the widgets post it.
type assertion struct {
	ClientData        string `json:"clientData"`
	AuthenticatorData string `json:"authenticatorData"`
	SignatureData     string `json:"signatureData"`
}

// newNonce makes the challenge of s.
func (s *signIn) newNonce() string {
	s.nonce = newID("")
	return s.nonce
}

// challengeData is what the page hands to the browser.
func (s *signIn) challengeData() object {
	return object{"challenge": s.newNonce(), "userVerification": "preferred", "extensions": object{}}
}

// tryAssertion checks an assertion as a relying party does: the challenge is
// the last one and good once, the page was this org's, a person touched the key,
// and the enrolled key signed all that.
func (o *Org) tryAssertion(s *signIn, in assertion) codeResult {
	err := o.assertionFits(s, in)
	s.nonce = ""
	v, why := right, ""
	if err != nil {
		v, why = wrong, err.Error()
	}
	o.note(Event{Kind: CodeTried, User: s.user.Name, Factor: WebAuthn, OK: v == right, Digest: o.journal.digest(in.SignatureData),
		Detail: why})
	return v
}

func (o *Org) assertionFits(s *signIn, in assertion) error {
	var client struct{ Type, Challenge, Origin string }
	said, err := fromBase64(in.ClientData)
	if err == nil {
		err = json.Unmarshal(said, &client)
	}
	if err != nil {
		return fmt.Errorf("client data: %w", err)
	}
	asked, err := fromBase64(s.nonce)
	if err != nil {
		return err
	}
	got, err := fromBase64(client.Challenge)
	if err != nil || s.nonce == "" || string(got) != string(asked) {
		return fmt.Errorf("it answers another challenge")
	}
	if client.Type != "webauthn.get" || client.Origin != o.url {
		return fmt.Errorf("it is for %s of %s", client.Type, client.Origin)
	}
	data, err := fromBase64(in.AuthenticatorData)
	if err != nil {
		return err
	}
	u, err := url.Parse(o.url)
	if err != nil {
		return err
	}
	party := sha256.Sum256([]byte(u.Hostname()))
	const present = 1
	if len(data) < 37 || string(data[:32]) != string(party[:]) || data[32]&present == 0 {
		return fmt.Errorf("the authenticator data is for another host, or nobody touched the key")
	}
	signature, err := fromBase64(in.SignatureData)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(said)
	signed := sha256.Sum256(append(data, hash[:]...))
	if s.user.Key == nil || !ecdsa.VerifyASN1(&s.user.Key.key.PublicKey, signed[:], signature) {
		return fmt.Errorf("the signature is not of the enrolled key")
	}
	return nil
}

// fromBase64 reads either alphabet, padded or not: the widgets differ.
func fromBase64(text string) ([]byte, error) {
	text = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	return base64.RawURLEncoding.DecodeString(text)
}

func (k *SecurityKey) credentialID() string {
	if k == nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(k.id)
}

// webauthnForm is the page of the Identity Engine. complaint is what was wrong
// with the last assertion.
func (o *Org) webauthnForm(out object, s *signIn) object {
	current := WebAuthn.ion(authenticatorOf(WebAuthn).id)
	current["contextualData"] = object{"challengeData": s.challengeData()}
	out["currentAuthenticator"] = only(current)
	var fields []any
	for _, name := range []string{"clientData", "authenticatorData", "signatureData"} {
		fields = append(fields, object{"name": name, "label": name, "required": true, "visible": false})
	}
	form := o.form(s, "challenge-authenticator", "/idp/idx/challenge/answer",
		object{"name": "credentials", "type": "object", "required": true, "form": object{"value": fields}})
	form["relatesTo"] = []any{"$.currentAuthenticator"}
	return form
}
