package okta

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// FastPass is Okta Verify on the computer that signs in: the page looks for it
// on ports of this machine, or opens it with a link.
const FastPass Factor = "okta_verify-signed_nonce"

// Events of FastPass.
const (
	DeviceTried     Kind = "device"          // Okta Verify answered: User, OK, Detail why not
	ProbeGivenUp    Kind = "probe given up"  // the page found no Okta Verify, or the person would not wait: Detail is its reason
	VerifyLaunched  Kind = "verify launched" // the button "Sign in with Okta FastPass" was pressed
	verifyChallenge      = "/idp/authenticators/aut1stsxOktaVerif5d7/verify"
)

// Reach is how a page reaches Okta Verify. The zero value: not at all.
type Reach struct {
	Method string   // "LOOPBACK", "CUSTOM_URI" or "UNIVERSAL_LINK"
	Ports  []string // where it may listen, for LOOPBACK
	Silent bool     // a page looks for it before it asks for the username
	Button bool     // the first page has "Sign in with Okta FastPass"
}

// Device is a computer on which Okta Verify is set up for a user.
type Device struct{ key *ecdsa.PrivateKey }

// NewDevice sets up a computer.
func NewDevice() (*Device, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &Device{key}, err
}

// A deviceChallenge is what Okta asks Okta Verify to sign, and a
// deviceResponse its answer: JSON in base64, with a signature in the latter.
// At Okta both are JSON Web Tokens; the page hands them on unread.
type deviceChallenge struct {
	Nonce, Issuer, VerificationURI string
}

type deviceResponse struct{ Nonce, User string }

// sign makes the answer to a challenge.
func (d *Device) sign(r deviceResponse) (string, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(raw)
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, hash[:])
	encode := base64.RawURLEncoding.EncodeToString
	return encode(raw) + "." + encode(signature), err
}

// fastPassRoutes are where Okta Verify answers, and what the page gives up with.
func (o *Org) fastPassRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+verifyChallenge, o.api(jsonType, func(_ *http.Request, in message) answer {
		if !o.deviceAnswered(in.ChallengeResponse) {
			return answer{http.StatusForbidden, object{}}
		}
		return answer{http.StatusOK, object{}}
	}))
}

// deviceAnswered lets the sign-in go on whose nonce a user's device has signed.
func (o *Org) deviceAnswered(text string) bool {
	payload, signed, _ := strings.Cut(text, ".")
	raw, err1 := fromBase64(payload)
	signature, err2 := fromBase64(signed)
	var in deviceResponse
	if err1 != nil || err2 != nil || json.Unmarshal(raw, &in) != nil {
		return false
	}
	a := o.accounts.find(in.User)
	hash := sha256.Sum256(raw)
	if a == nil || a.Device == nil || !ecdsa.VerifyASN1(&a.Device.key.PublicKey, hash[:], signature) {
		o.note(Event{Kind: DeviceTried, User: in.User, Factor: FastPass, Detail: "not of an enrolled device"})
		return false
	}
	for _, s := range o.signIns {
		if s.nonce != "" && s.nonce == in.Nonce && o.current(s.handle) != nil && (s.user == nil || s.user == a) {
			s.nonce, s.user, s.name = "", a, a.Name
			o.note(Event{Kind: DeviceTried, User: a.Name, Factor: FastPass, OK: true})
			o.proven(s)
			return true
		}
	}
	o.note(Event{Kind: DeviceTried, User: a.Name, Factor: FastPass, Detail: "no such challenge"})
	return false
}

var errNotAwaited = errors.New("no page tries to reach that user's Okta Verify")

// AnswerDevice is what the person does whom Okta Verify asks after a link has
// opened it: it signs, for the page that was opened last.
func (o *Org) AnswerDevice(user string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var last *signIn
	for _, s := range o.signIns {
		if s.reaching() && s.nonce != "" && (last == nil || s.expires.After(last.expires)) {
			last = s
		}
	}
	a := o.accounts.find(user)
	if last == nil || a == nil || a.Device == nil {
		return errNotAwaited
	}
	signed, err := a.Device.sign(deviceResponse{last.nonce, a.Name})
	if err == nil && !o.deviceAnswered(signed) {
		err = errNotAwaited
	}
	return err
}

// reaching tells whether the page of s tries to reach Okta Verify.
func (s *signIn) reaching() bool {
	return s.stage == stageDevice || s.stage == stageChallenge && s.factor == FastPass
}

// launch is the button's press.
func (o *Org) launch(s *signIn, _ message) answer {
	if s.stage != stageIdentify || !o.cfg.Reach.Button {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	o.note(Event{Kind: VerifyLaunched})
	s.stage = stageDevice
	return o.ok(s)
}

// giveUp is the page's word that Okta Verify can't be reached, or need not be
// waited for.
func (o *Org) giveUp(s *signIn, in message) answer {
	if !s.reaching() {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	o.note(Event{Kind: ProbeGivenUp, Detail: in.Reason})
	if s.stage == stageDevice {
		s.stage = stageIdentify
	} else {
		s.stage = stageSelect
	}
	s.nonce = ""
	return o.ok(s)
}

// deviceForm is the page that tries to reach Okta Verify: before anybody is
// known, or as the factor chosen.
func (o *Org) deviceForm(out object, s *signIn) {
	if s.nonce == "" {
		s.newNonce()
	}
	cancel := o.form(s, "cancel-polling", "/idp/idx/authenticators/poll/cancel")
	challenge := object{"challengeMethod": o.cfg.Reach.Method}
	switch o.cfg.Reach.Method {
	case "LOOPBACK":
		// Okta gives a port some 100 ms; here a busy machine must not look like a missing Okta Verify.
		raw, _ := json.Marshal(deviceChallenge{s.nonce, o.url, o.url + verifyChallenge}) // of strings: never fails
		challenge["challengeRequest"] = base64.RawURLEncoding.EncodeToString(raw)
		challenge["domain"], challenge["ports"], challenge["probeTimeoutMillis"] = "http://127.0.0.1", o.cfg.Reach.Ports, 10_000
		challenge["chromeLocalNetworkAccessDetails"] = object{"chromeLNAHelpLink": o.url + "/help/lna"}
	case "CUSTOM_URI":
		challenge["href"], challenge["downloadHref"] = "com-stsx-test-okta-authenticator:/deviceChallenge?challengeRequest="+s.nonce,
			o.url+"/help/download"
	default:
		challenge["href"] = o.url + "/help/universal-link?challengeRequest=" + s.nonce
	}
	if s.stage == stageDevice {
		challenge["cancel"] = cancel
		form := o.form(s, "device-challenge-poll", "/idp/idx/authenticators/poll")
		form["relatesTo"], form["refresh"] = []any{"authenticatorChallenge"}, o.cfg.PollInterval.Milliseconds()
		out["authenticatorChallenge"], out["remediation"] = only(challenge), list(form)
		return
	}
	current := FastPass.ion(authenticatorOf(FastPass).id)
	current["cancel"], current["contextualData"] = cancel, object{"challenge": only(challenge)}
	out["currentAuthenticator"] = only(current)
	form := o.form(s, "challenge-poll", "/idp/idx/authenticators/poll")
	form["relatesTo"], form["refresh"] = []any{"$.currentAuthenticator"}, o.cfg.PollInterval.Milliseconds()
	out["remediation"] = list(form, o.enrolled(out, s))
}
