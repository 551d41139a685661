package okta

import "strconv"

// object is a JSON object of the widget's API.
type object = map[string]any

const ionType = "application/ion+json; okta-version=1.0.0"

// authenticator is how a factor is called in the Identity Engine.
type authenticator struct {
	id, name, kind, method string
}

// authenticatorOf describes a factor. The ids stand for the org's authenticators
// and are the same for everybody.
func authenticatorOf(f Factor) authenticator {
	switch f {
	case Password:
		return authenticator{"aut1stsxPassword5d7", "Password", "password", "password"}
	case GoogleTOTP:
		return authenticator{"aut1stsxGoogleOtp5d7", "Google Authenticator", "app", "otp"}
	case OktaVerifyTOTP:
		return authenticator{"aut1stsxOktaVerif5d7", "Okta Verify", "app", "totp"}
	case OktaVerifyPush:
		return authenticator{"aut1stsxOktaVerif5d7", "Okta Verify", "app", "push"}
	case CustomApp:
		return authenticator{"aut1stsxCustomApp5d7", AppName, "app", "push"}
	case SecurityQuestion:
		return authenticator{"aut1stsxQuestion5d7", "Security Question", "security_question", "security_question"}
	case Email:
		return authenticator{"aut1stsxEmail005d7", "Email", "email", "email"}
	case PhoneNumber:
		return authenticator{"aut1stsxPhone005d7", "Phone", "phone", ""}
	case SMS:
		return authenticator{"aut1stsxPhone005d7", "Phone", "phone", "sms"}
	case Voice:
		return authenticator{"aut1stsxPhone005d7", "Phone", "phone", "voice"}
	case YubiKey:
		return authenticator{"aut1stsxYubiKey05d7", "YubiKey Authenticator", "security_key", "otp"}
	case Symantec:
		return authenticator{"aut1stsxSymantec5d7", "Symantec VIP", "app", "otp"}
	case RSA:
		return authenticator{"aut1stsxRSA00005d7", "RSA SecurID", "security_key", "otp"}
	case OnPrem:
		return authenticator{"aut1stsxOnPrem005d7", onPremName, "security_key", "otp"}
	case WebAuthn:
		return authenticator{"aut1stsxWebAuthn5d7", "Security Key or Biometric", "security_key", "webauthn"}
	case FastPass:
		return authenticator{"aut1stsxOktaVerif5d7", "Okta Verify", "app", "signed_nonce"}
	case Duo:
		return authenticator{"aut1stsxDuo000005d7", "Duo Security", "app", "idp"}
	case OtherIdP:
		return authenticator{"aut1stsxOtherIdP5d7", "Acme SSO", "federated", "idp"}
	case SmartCard:
		return authenticator{"aut1stsxSmartCrd5d7", "Smart Card IdP", "federated", "cert"}
	case CustomOTP:
		return authenticator{"aut1stsxCustom005d7", customOTPName, "otp", "security_key"}
	}
	return authenticator{"aut1stsxUnknown5d7", string(f), "app", "otp"}
}

// key is the authenticator's name in the API: Okta Verify is one with several
// methods, and so is a phone.
func (f Factor) key() string {
	switch f {
	case OktaVerifyPush, FastPass:
		return string(OktaVerifyTOTP)
	case SMS, Voice:
		return string(PhoneNumber)
	}
	return string(f)
}

func (f Factor) ion(id string) object {
	a := authenticatorOf(f)
	methods := []any{object{"type": a.method}}
	if f == PhoneNumber {
		methods = []any{object{"type": "sms"}, object{"type": "voice"}}
	}
	return object{"type": a.kind, "key": f.key(), "id": id, "displayName": a.name, "methods": methods}
}

// messageObject is a message of the answer: key is what the widget translates, text what
// it falls back to.
func messageObject(key, text string) object {
	return object{"message": text, "i18n": object{"key": key}, "class": "ERROR"}
}

func list(values ...any) object { return object{"type": "array", "value": values} }
func only(value any) object     { return object{"type": "object", "value": value} }

// form is a remediation: what may be posted, and where to.
func (o *Org) form(s *signIn, name, path string, fields ...any) object {
	fields = append(fields, object{"name": "stateHandle", "required": true, "value": s.handle, "visible": false, "mutable": false})
	return object{
		"rel": []any{"create-form"}, "name": name, "href": o.url + path, "method": "POST",
		"produces": ionType, "value": fields, "accepts": "application/json; okta-version=1.0.0",
	}
}

// credentials is the field that holds a secret, with the refusal of the last one.
func credentials(field object, complaint object) object {
	if complaint != nil {
		field["messages"] = list(complaint)
	}
	return object{"name": "credentials", "type": "object", "form": object{"value": []any{field}}, "required": true}
}

// body is the ION answer for where the sign-in stands. complaint, if any, goes
// to the field it is about, or above the form.
func (o *Org) body(s *signIn, complaint object) object {
	out := object{
		"version": "1.0.0", "stateHandle": s.handle, "expiresAt": stamp(s.expires), "intent": "LOGIN",
		"cancel": o.form(s, "cancel", "/idp/idx/cancel"),
		"app":    only(object{"name": "amazon_aws", "label": "AWS Account Federation", "id": "0oa1stsxTestApp5d7"}),
	}
	if s.name != "" && s.stage != stageIdentify {
		id := "00u1stsxUnknown5d7"
		if s.user != nil {
			id = s.user.id
		}
		out["user"] = only(object{"id": id, "identifier": s.name})
	}
	var field object
	switch s.stage {
	case stageIdentify:
		o.identifyForm(out, s)
	case stagePassword:
		o.passwordForm(out, s)
	case stageSelect:
		o.selectForm(out, s)
	case stageChallenge:
		switch s.factor {
		case OktaVerifyPush, CustomApp:
			o.pushForm(out, s)
		case FastPass:
			o.deviceForm(out, s)
		default:
			field = o.challengeForm(out, s, complaint)
		}
	case stageExpired, stageWarn:
		o.newPasswordForm(out, s)
	case stageStay:
		o.stayForm(out, s)
	case stageDevice:
		o.deviceForm(out, s)
	case stageOtherServer:
		out["remediation"] = list(o.redirectForm(out, s))
	case stageDetour:
		o.detourForm(out, s)
	case stageDone:
		out["success"] = object{"name": "success-redirect", "href": o.url + "/login/token/redirect?stateToken=" + s.token}
	}
	if complaint != nil && field == nil {
		out["messages"] = list(complaint)
	}
	return out
}

func (o *Org) identifyForm(out object, s *signIn) {
	name := object{"name": "identifier", "label": "Username", "required": true}
	if o.cfg.Prefill != "" {
		name["value"] = o.cfg.Prefill
	}
	fields := []any{name}
	if !o.cfg.IdentifierFirst && !o.cfg.PasswordLast {
		fields = append(fields, credentials(object{"name": "passcode", "label": "Password", "secret": true}, nil))
		out["currentAuthenticator"] = only(o.passwordIon(s))
	}
	fields = append(fields, object{"name": "rememberMe", "type": "boolean", "label": "Keep me signed in"})
	if o.cfg.Captcha {
		fields = append(fields, captchaField(out))
	}
	identify := o.form(s, "identify", "/idp/idx/identify", fields...)
	o.askForWork(out, identify, s)
	forms := []any{identify}
	if o.cfg.Reach.Button {
		forms = append(forms, o.form(s, "launch-authenticator", "/idp/idx/authenticators/okta-verify/launch"))
	}
	if o.cfg.Unlock {
		forms = append(forms, o.form(s, "unlock-account", "/idp/idx/unlock-account"))
	}
	out["remediation"] = list(forms...)
}

func (o *Org) passwordForm(out object, s *signIn) {
	form := o.form(s, "challenge-authenticator", "/idp/idx/challenge/answer",
		credentials(object{"name": "passcode", "label": "Password", "secret": true}, nil))
	form["relatesTo"] = []any{"$.currentAuthenticatorEnrollment"}
	o.askForWork(out, form, s)
	out["remediation"] = list(form)
	out["currentAuthenticatorEnrollment"] = only(o.passwordIon(s))
	out["authenticatorEnrollments"] = list(Password.ion("lae1stsxPassword5d7"))
}

func (o *Org) passwordIon(s *signIn) object {
	p := Password.ion(authenticatorOf(Password).id)
	p["recover"] = o.form(s, "recover", "/idp/idx/recover")
	return p
}

// enrolled lists the user's factors and the remediation that picks one.
func (o *Org) enrolled(out object, s *signIn) object {
	var enrollments, options []any
	var last string
	for _, f := range s.user.merged() {
		if f.key() == last { // another method of Okta Verify
			continue
		}
		last = f.key()
		e := f.ion(enrollmentID(f))
		if f.key() == "okta_verify" {
			name := (&Phone{}).name()
			if s.user.Phone != nil {
				name = s.user.Phone.name()
			}
			e["profile"] = object{"deviceName": name}
		}
		if f == CustomApp {
			e["profile"] = object{"deviceName": s.user.App.name()}
		}
		if profile := f.profile(); profile != nil {
			e["profile"] = profile
		}
		if f == WebAuthn {
			e["credentialId"] = s.user.Key.credentialID()
		}
		enrollments = append(enrollments, e)
		options = append(options, s.user.option(f, len(options)))
	}
	out["authenticatorEnrollments"] = list(enrollments...)
	return o.form(s, "select-authenticator-authenticate", "/idp/idx/challenge",
		object{"name": "authenticator", "type": "object", "options": options})
}

func enrollmentID(f Factor) string { return "e" + authenticatorOf(f).id }

// option is a row of the list of factors. Okta Verify has its methods as
// options, from which the widget makes a row each.
func (a *account) option(f Factor, index int) object {
	what := authenticatorOf(f)
	method := object{"name": "methodType", "required": false, "value": what.method, "mutable": false}
	if f.key() == "okta_verify" {
		method = object{"name": "methodType", "type": "string", "required": false, "options": a.verifyMethods()}
	}
	fields := []any{object{"name": "id", "required": true, "value": what.id, "mutable": false}}
	switch f {
	case RSA, OnPrem:
		fields = append(fields, object{"name": "enrollmentId", "required": true, "value": enrollmentID(f), "mutable": false})
	case PhoneNumber:
		fields = append(fields, object{"name": "enrollmentId", "required": true, "value": enrollmentID(f), "mutable": false})
	case SecurityQuestion:
	default:
		fields = append(fields, method)
	}
	return object{
		"label":     what.name,
		"value":     object{"form": object{"value": fields}},
		"relatesTo": "$.authenticatorEnrollments.value[" + strconv.Itoa(index) + "]",
	}
}

func (o *Org) selectForm(out object, s *signIn) {
	out["remediation"] = list(o.enrolled(out, s))
	var all []any
	for _, f := range s.user.merged() {
		all = append(all, f.ion(authenticatorOf(f).id))
	}
	out["authenticators"] = list(all...)
}

// challengeForm asks for the factor chosen; it returns the field that carries
// the complaint.
func (o *Org) challengeForm(out object, s *signIn, complaint object) object {
	var form, field object
	if s.factor == GoogleTOTP || s.factor == OktaVerifyTOTP {
		field = object{"name": "passcode", "label": "Enter code", "required": true, "visible": true}
		if s.factor == OktaVerifyTOTP {
			field["name"] = "totp"
		}
		form = o.form(s, "challenge-authenticator", "/idp/idx/challenge/answer", credentials(field, complaint))
		form["relatesTo"] = []any{"$.currentAuthenticator"}
		out["currentAuthenticator"] = only(s.factor.ion(authenticatorOf(s.factor).id))
	} else if form = o.signedForm(out, s); form == nil {
		form, field = o.codeForm(out, s, complaint)
	}
	o.askForWork(out, form, s)
	forms := []any{form}
	if list := o.enrolled(out, s); len(s.user.merged()) > 1 {
		forms = append(forms, list)
	}
	out["remediation"] = list(forms...)
	return field
}

func (o *Org) newPasswordForm(out object, s *signIn) {
	name := "reenroll-authenticator"
	if s.stage == stageWarn {
		name = "reenroll-authenticator-warning"
	}
	if s.user.PasswordReset {
		name = "reset-authenticator"
	}
	form := o.form(
		s,
		name,
		"/idp/idx/challenge/answer",
		credentials(object{"name": "passcode", "label": "New password", "secret": true}, nil),
	)
	form["relatesTo"] = []any{"$.currentAuthenticator"}
	forms := []any{form}
	settings := object{
		"complexity": object{"minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0, "excludeUsername": true},
		"age":        object{"minAgeMinutes": 0, "historyCount": 4},
	}
	if s.stage == stageWarn {
		settings["daysToExpiry"] = WarnDays
		forms = append(forms, o.form(s, "skip", "/idp/idx/skip"))
	}
	out["remediation"] = list(forms...)
	aboutPassword(out, settings)
}

// aboutPassword says that an answer is about the password, with its policy.
func aboutPassword(out, settings object) {
	p := Password.ion(authenticatorOf(Password).id)
	p["settings"] = settings
	out["currentAuthenticator"] = only(p)
	out["authenticators"] = list()
	out["authenticatorEnrollments"] = list(Password.ion("lae1stsxPassword5d7"))
}
