package okta

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
)

// What an enrolment shows of where its codes go. Okta masks both.
const (
	maskedPhone = "+1 XXX-XXX-4586"
	maskedEmail = "j***e@example.com"
)

// Question is the security question of every User.
const Question = "What is the food you least liked as a child?"

// DefaultAnswer answers the security question of a User without an Answer.
const DefaultAnswer = "Rote Grütze"

// sends tells whether Okta sends the code of f, on demand.
func (f Factor) sends() bool { return f == SMS || f == Voice || f == Email }

// merged are the factors as the Identity Engine lists them: a phone is one
// authenticator with two methods.
func (a *account) merged() []Factor {
	var all []Factor
	for _, f := range a.factors() {
		if f == SMS || f == Voice {
			f = PhoneNumber
		}
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// methods are the phone's channels, the one that the page offers first in front.
func (a *account) methods() []Factor {
	return slices.DeleteFunc(a.factors(), func(f Factor) bool { return f != SMS && f != Voice })
}

// send makes a new code and takes the last one out of force; the caller holds o.mu.
func (o *Org) send(s *signIn, f Factor) {
	s.user.sent[f] = digits(6)
	s.sent = true
	o.note(Event{Kind: CodeSent, User: s.user.Name, Factor: f})
}

// codeNow is what Code answers for factors without a seed: the code last sent,
// the answer to the question, the password, or what a token shows after a press.
func (a *account) codeNow(f Factor) (string, error) {
	switch {
	case !slices.Contains(a.Others, f) && f != Password:
		return "", fmt.Errorf("%s has no %s", a.Name, f)
	case f.sends() && a.sent[f] == "":
		return "", fmt.Errorf("no code of %s is under way to %s", f, a.Name)
	case f.sends():
		return a.sent[f], nil
	case f == SecurityQuestion:
		return a.answer(), nil
	case f == Password:
		return a.Password, nil
	}
	code := digits(8)
	if f == YubiKey {
		code = modhex(44)
	}
	a.shown[f] = append(a.shown[f], code)
	return code, nil
}

func (a *account) answer() string {
	if a.User.Answer == "" {
		return DefaultAnswer
	}
	return a.User.Answer
}

// match checks what was sent for a factor without a seed. Codes are good once.
func (a *account) match(f Factor, code string) codeResult {
	switch {
	case f.sends() && code != "" && a.sent[f] == code:
		delete(a.sent, f)
		return right
	case f == SecurityQuestion && strings.EqualFold(code, a.answer()):
		return right
	case slices.Contains(a.shown[f], code):
		a.shown[f] = slices.DeleteFunc(a.shown[f], func(c string) bool { return c == code })
		return right
	}
	return wrong
}

// ClickEmailLink is what the person does who gets the email: the link in it is
// opened, in whatever browser, and the next poll of the page tells so.
func (o *Org) ClickEmailLink(user string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.signIns {
		if s.user != nil && strings.EqualFold(s.user.Name, user) && s.stage == stageChallenge && s.factor == Email && s.sent {
			o.note(Event{Kind: LinkClicked, User: s.user.Name, Factor: Email})
			delete(s.user.sent, Email)
			o.proven(s)
			return nil
		}
	}
	return fmt.Errorf("no email with a link is under way to %s", user)
}

// challenge asks for f. What Okta sends by itself it sends now; how a phone is
// to be reached is asked first.
func (o *Org) challenge(s *signIn, f Factor) {
	s.stage, s.factor, s.sent = stageChallenge, f, false
	if f == Email && o.engine() != Classic && !o.cfg.AskBeforeEmail {
		o.send(s, f)
	}
}

// resend is the page's "Send again".
func (o *Org) resend(s *signIn, _ message) answer {
	if s.stage != stageChallenge || !s.sent {
		return answer{http.StatusBadRequest, o.body(s, nil)}
	}
	o.send(s, s.factor)
	return o.ok(s)
}

// poll tells the page where the sign-in stands: on, once the link was clicked
// or the phone has answered.
func (o *Org) poll(s *signIn, in message) answer {
	if s.stage == stageChallenge && s.factor.pushes() && s.push != nil {
		return o.pollPush(s, in)
	}
	return o.ok(s)
}

// channel takes the phone's channel from the page that asks for it, or the
// email from the page that offers to send one, and sends.
func (o *Org) channel(s *signIn, in message) bool {
	method := map[string]Factor{"sms": SMS, "voice": Voice, "email": Email}[in.Authenticator.MethodType]
	at := s.factor
	if at == SMS || at == Voice {
		at = PhoneNumber
	}
	if s.stage != stageChallenge || method == "" || in.Authenticator.ID != authenticatorOf(at).id ||
		(at == PhoneNumber && !slices.Contains(s.user.methods(), method)) || (at == Email && (method != Email || s.sent)) {
		return false
	}
	s.factor = method
	o.send(s, method)
	return true
}

// codeForm is the form for what is neither an app's code nor the password: how
// the code is to be sent, or the code. It returns the field for the complaint.
func (o *Org) codeForm(out object, s *signIn, complaint object) (form, field object) {
	current := s.factor.ion(enrollmentID(s.factor))
	if profile := s.factor.profile(); profile != nil {
		current["profile"] = profile
	}
	if s.factor.sends() {
		current["resend"] = o.form(s, "resend", "/idp/idx/challenge/resend")
	}
	out["currentAuthenticatorEnrollment"] = only(current)
	if s.factor == PhoneNumber || (s.factor == Email && !s.sent) {
		options := []any{object{"label": "Email", "value": "email"}}
		if s.factor == PhoneNumber {
			options = nil
			for _, m := range s.user.methods() {
				options = append(options, object{"label": strings.ToUpper(string(m)), "value": authenticatorOf(m).method})
			}
		}
		form = o.form(s, "authenticator-verification-data", "/idp/idx/challenge", object{
			"name": "authenticator", "label": authenticatorOf(s.factor).name, "form": object{"value": []any{
				object{"name": "id", "required": true, "value": authenticatorOf(s.factor).id, "mutable": false},
				object{"name": "methodType", "type": "string", "required": true, "options": options},
			}}})
		form["relatesTo"] = []any{"$.currentAuthenticatorEnrollment"}
		return form, nil
	}
	field = object{"name": "passcode", "label": "Enter code", "required": true, "visible": true}
	fields := []any{field}
	switch s.factor {
	case Email:
		if o.cfg.NoMagicLink {
			current["contextualData"] = object{"useEmailMagicLink": false}
		} else {
			poll := o.form(s, "poll", "/idp/idx/challenge/poll")
			poll["refresh"] = 1000
			current["poll"] = poll
		}
	case YubiKey:
		field["label"], field["secret"] = "Insert then tap your YubiKey", true
	case SecurityQuestion:
		field["name"], field["label"] = "answer", "answer"
		fields = []any{object{"name": "questionKey", "label": Question, "required": true, "value": "disliked_food", "visible": false,
			"mutable": false}, field}
	}
	if complaint != nil {
		field["messages"] = list(complaint)
	}
	form = o.form(s, "challenge-authenticator", "/idp/idx/challenge/answer",
		object{"name": "credentials", "type": "object", "form": object{"value": fields}, "required": true})
	form["relatesTo"] = []any{"$.currentAuthenticatorEnrollment"}
	return form, field
}

// profile is what an enrolment shows of itself.
func (f Factor) profile() object {
	switch f {
	case SMS, Voice, PhoneNumber:
		return object{"phoneNumber": maskedPhone}
	case Email:
		return object{"email": maskedEmail}
	case SecurityQuestion:
		return object{"question": Question, "questionKey": "disliked_food"}
	}
	return nil
}

// classicOf is a factor's type, provider, vendor and profile in the Authn API.
func classicOf(f Factor) (kind, provider, vendor string, profile object) {
	switch f {
	case SMS:
		return "sms", "OKTA", "OKTA", object{"phoneNumber": maskedPhone}
	case Voice:
		return "call", "OKTA", "OKTA", object{"phoneNumber": maskedPhone}
	case Email:
		return "email", "OKTA", "OKTA", object{"email": maskedEmail}
	case SecurityQuestion:
		return "question", "OKTA", "OKTA", object{"question": "disliked_food", "questionText": Question}
	case YubiKey:
		return "token:hardware", "YUBICO", "YUBICO", object{"credentialId": "000003500025"}
	case Symantec:
		return "token", "SYMANTEC", "SYMANTEC", object{"credentialId": "VSST12345678"}
	case RSA:
		return "token", "RSA", "RSA", object{"credentialId": "jane.roe"}
	case OnPrem:
		return "token", "DEL_OATH", onPremName, object{"credentialId": "jane.roe"}
	case CustomOTP:
		return "token:hotp", "CUSTOM", customOTPName, object{"credentialId": "jane.roe"}
	case Password:
		return "password", "OKTA", "OKTA", nil
	case WebAuthn:
		return "webauthn", "FIDO", "FIDO", object{"authenticatorName": "Security Key"}
	case Duo:
		return "web", "DUO", "DUO", object{"credentialId": "jane.roe"}
	}
	return "", "", "", nil
}

// Names that an org gives these two itself.
const (
	onPremName    = "Acme On-Prem MFA"
	customOTPName = "Acme Token"
)

func digits(n int) string { return random("0123456789", n) }

// modhex is what a YubiKey types.
func modhex(n int) string { return random("cbdefghijklnrtuv", n) }

func random(alphabet string, n int) string {
	var b strings.Builder
	for range n {
		i, _ := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet)))) // crypto/rand never fails
		b.WriteByte(alphabet[i.Int64()])
	}
	return b.String()
}
